"""A Secret Service that answers, in the child's own process: its class is the real one, its store a
file, since no D-Bus runs here.
"""

from __future__ import annotations

import textwrap
from pathlib import Path


def put_keyring(folder: Path) -> dict[str, str]:
    """Put it into a folder; the environment in which the program finds it there."""
    (folder / "sitecustomize.py").write_text(
        textwrap.dedent(f"""
            import json, os
            from pathlib import Path
            if os.environ.get("PYTHON_KEYRING_BACKEND", "").endswith("SecretService.Keyring"):
                from keyring.backends import SecretService
                from keyring.backend import properties
                kept = Path({str(folder / "kept.json")!r})
                def read():
                    return json.loads(kept.read_text()) if kept.exists() else {{}}
                def set_password(self, service, name, value):
                    kept.write_text(json.dumps(read() | {{f"{{service}}/{{name}}": value}}))
                def delete_password(self, service, name):
                    rest = read(); del rest[f"{{service}}/{{name}}"]; kept.write_text(json.dumps(rest))
                SecretService.Keyring.priority = properties.classproperty(lambda cls: 5)
                SecretService.Keyring.get_password = lambda self, service, name: read().get(
                    f"{{service}}/{{name}}")
                SecretService.Keyring.set_password = set_password
                SecretService.Keyring.delete_password = delete_password
            """)
    )
    return {
        "PYTHONPATH": str(folder),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring",
    }
