"""A subject and a text in the person's own editor: how a mail is edited, wherever from."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path


def edited(subject: str, body: str) -> tuple[str, str] | None:
    """The edited subject and body; None when there is no editor or it failed."""
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory(prefix="caseyos-edit-") as folder:
        path = Path(folder) / "draft.txt"
        path.write_text(f"Subject: {subject}\n\n{body}")
        try:
            subprocess.run([*command, str(path)], check=True)  # noqa: S603 - the person's editor
            text = path.read_text(errors="replace")
        except (OSError, subprocess.CalledProcessError):
            return None
    first, _, rest = text.partition("\n")
    return first.removeprefix("Subject:").strip(), rest.lstrip("\n")
