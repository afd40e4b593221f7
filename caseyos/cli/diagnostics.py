"""Everything on standard error about what went wrong, and the exit code of each kind."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from caseyos.cli.flags import Flags, aimed
from caseyos.domain.text import safe_line, safe_text
from caseyos.errors import CaseyError

log = logging.getLogger("caseyos.cli")
# Until the log file is known, a record goes nowhere: Python's own fallback prints it.
logging.getLogger("caseyos").addHandler(logging.NullHandler())

INTERRUPTED = 130
TERMINATED = 143


def report(error: CaseyError, flags: Flags) -> int:
    """Say what happened and the one command that helps; the exit code."""
    if flags.output == "json":
        body: dict[str, Any] = {
            "code": error.code,
            "exit": error.exit_code,
            "message": error.message,
            "hint": error.hint and aimed(error.hint, flags),
            "doc": f"troubleshooting#{error.code}",
        }
        sys.stderr.write(json.dumps({"error": body}) + "\n")
    else:
        sys.stderr.write(f"{error.code.replace('_', ' ')}: {safe_text(error.message)}\n")
        if error.hint:
            sys.stderr.write(f"  {safe_line(aimed(error.hint, flags))}\n")
    return error.exit_code


def report_usage(error: Any, flags: Flags) -> int:
    """A command line that Typer cannot read: its sentence and where help is; the exit code."""
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "caseyos"
    if flags.output == "json":
        body = {"code": "usage", "exit": 2, "message": message, "hint": f"{command} --help"}
        sys.stderr.write(json.dumps({"error": body}) + "\n")
    else:
        sys.stderr.write(f"{safe_text(message)}\n  {command} --help\n")
    return 2


def report_defect(error: BaseException, flags: Flags) -> int:
    """Something we did not foresee: a report id for the person, the traceback for the log."""
    import os

    report_id = os.urandom(4).hex()
    log.error("unexpected error %s", report_id, exc_info=error)
    _send(error, flags, report_id)
    message = f"Something unexpected happened ({type(error).__name__}); report id {report_id}."
    if flags.output == "json":
        body = {"code": "failed", "exit": 1, "message": message, "hint": "caseyos doctor"}
        sys.stderr.write(json.dumps({"error": body}) + "\n")
    else:
        sys.stderr.write(f"failed: {message}\n  caseyos doctor (the details are in its log)\n")
    if flags.verbose:
        import traceback

        traceback.print_exception(error)
    return 1


def _send(error: BaseException, flags: Flags, report_id: str) -> None:
    """Hand the defect to the crash reports, where the person has switched them on."""
    from contextlib import suppress
    from pathlib import Path

    with suppress(Exception):  # the configuration itself may be what is broken
        from caseyos.app import App, crash_reports

        path = Path(flags.config) if flags.config else None
        config = App.open(profile=flags.profile, config_path=path).config
        crash_reports.send(config, error, report_id)
