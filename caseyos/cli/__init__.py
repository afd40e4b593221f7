"""The command line: parse, call one App method, print. `main` is the whole program's door.

The reads of a shell prompt are answered before anything else is imported (`hot`).
"""

from __future__ import annotations

import os
import sys


def main(argv: list[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    from caseyos.cli import hot, streams

    streams.present()
    arguments = sys.argv[1:] if argv is None else argv
    code = hot.run(arguments, os.environ)
    if code is not None:
        # All is written and closed: tidying up the interpreter is for nobody.
        sys.stdout.flush()
        os._exit(code)
    from caseyos.cli.entry import run

    sys.exit(run(arguments))
