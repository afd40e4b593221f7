"""From arguments to an exit code: the lazy command tree, and the one place that catches errors."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from caseyos.cli import diagnostics
from caseyos.cli.flags import HELP, Flags, take
from caseyos.errors import CaseyError

if TYPE_CHECKING:
    from caseyos.cli.session import Session

EVERY_DAY, LOOK, RUN, SET_UP = "Every day", "Look", "Run", "Set up"

# name -> (module, attribute, panel); a module is imported when its command is asked for.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "today": ("queue", "today", EVERY_DAY),
    "next": ("queue", "next_move", EVERY_DAY),
    "queue": ("queue", "queue", EVERY_DAY),
    "status": ("queue", "status", EVERY_DAY),
    "show": ("explain", "show", EVERY_DAY),
    "why": ("explain", "why", EVERY_DAY),
    "triage": ("triage", "triage", EVERY_DAY),
    "accept": ("decide", "accept", EVERY_DAY),
    "dismiss": ("decide", "dismiss", EVERY_DAY),
    "snooze": ("decide", "snooze", EVERY_DAY),
    "wake": ("decide", "wake", EVERY_DAY),
    "reopen": ("decide", "reopen", EVERY_DAY),
    "edit": ("decide", "edit", EVERY_DAY),
    "note": ("decide", "note", EVERY_DAY),
    "add": ("decide", "add", EVERY_DAY),
    "outcome": ("decide", "outcome", EVERY_DAY),
    "preview": ("execute", "preview", EVERY_DAY),
    "execute": ("execute", "execute", EVERY_DAY),
    "undo": ("execute", "undo", EVERY_DAY),
    "redo": ("execute", "redo", EVERY_DAY),
    "outbox": ("outbox", "app", EVERY_DAY),
    "mode": ("outbox", "mode", EVERY_DAY),
    "signals": ("intake", "app", LOOK),
    "activity": ("look", "activity", LOOK),
    "audit": ("look", "audit", LOOK),
    "stats": ("look", "stats", LOOK),
    "find": ("explain", "find", LOOK),
    "tick": ("run", "tick", RUN),
    "daemon": ("run", "daemon", RUN),
    "pause": ("outbox", "pause", RUN),
    "resume": ("outbox", "resume", RUN),
    "ops": ("ops", "app", RUN),
    "init": ("setup", "init", SET_UP),
    "demo": ("setup", "demo", SET_UP),
    "import": ("intake", "import_", SET_UP),
    "auth": ("auth", "app", SET_UP),
    "config": ("config", "app", SET_UP),
    "score": ("score", "app", SET_UP),
    "dnc": ("dnc", "app", SET_UP),
    "db": ("db", "app", SET_UP),
    "doctor": ("setup", "doctor", SET_UP),
    "completion": ("completion", "app", SET_UP),
    "help": ("topics", "help_", SET_UP),
    "version": ("topics", "version", SET_UP),
}


def command_tree() -> Any:
    """The root command; its children are imported one by one as they are asked for."""
    import typer
    from typer.core import TyperCommand, TyperGroup
    from typer.main import get_command

    def bare(ctx: Any) -> None:
        if ctx.invoked_subcommand is None:
            _open(ctx)

    # Typer reads the annotation itself, and not as text: the module is imported only here.
    bare.__annotations__["ctx"] = typer.Context

    class LazyGroup(TyperGroup):
        """A group that imports a command's module when the command is asked for."""

        told: Mapping[str, str] = {}

        def list_commands(self, ctx: Any) -> list[str]:
            return list(COMMANDS)

        def format_help(self, ctx: Any, formatter: Any) -> None:
            from caseyos.cli.sentences import SENTENCES

            self.told = SENTENCES
            super().format_help(ctx, formatter)
            self.told = {}

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            known = COMMANDS.get(cmd_name)
            if known is None:
                return None
            module, attribute, panel = known
            if cmd_name in self.told:  # only to be listed
                return TyperCommand(cmd_name, help=self.told[cmd_name], rich_help_panel=panel)
            found = getattr(import_module(f"caseyos.cli.{module}"), attribute)
            if not isinstance(found, typer.Typer):
                single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
                single.command(name=cmd_name)(found)
                found = single
            command = get_command(found)
            command.name = cmd_name
            command.rich_help_panel = panel  # type: ignore[attr-defined]
            return command

    root = typer.Typer(
        cls=LazyGroup,
        add_completion=False,
        pretty_exceptions_enable=False,
        no_args_is_help=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="What is my next best move, and why?",
        epilog=HELP,
    )

    root.callback(invoke_without_command=True)(bare)
    # Typer builds a group only where it sees a command; the real ones are in COMMANDS.
    root.command("today", hidden=True)(lambda: None)
    return get_command(root)


def run(argv: list[str]) -> int:
    """Run one command line; every way it can end is an exit code."""
    flags = Flags()
    signal.signal(signal.SIGTERM, _terminated)
    try:
        flags, rest = take(argv, os.environ)
        if rest == ["--version"]:
            rest = ["version"]
        return _invoke(flags, rest)
    except CaseyError as error:
        return diagnostics.report(error, flags)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Nothing was left half done.\n")
        return diagnostics.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort, and it says so
        return diagnostics.report_defect(error, flags)


def _invoke(flags: Flags, rest: list[str]) -> int:
    from caseyos.cli.session import Session

    session = Session(flags)
    try:
        if not rest and sys.stdin.isatty() and sys.stdout.isatty():
            _screen(session)
            session.remember()
            return 0
        result = command_tree().main(
            args=rest, prog_name="caseyos", standalone_mode=False, obj=session
        )
        sys.stdout.flush()
        session.remember()
    except SystemExit as ended:
        # Typer ends the program by itself when the reader of its output has gone.
        if isinstance(ended.__context__, BrokenPipeError):
            raise ended.__context__ from None
        raise
    except Exception as error:
        # Typer's own refusals carry an exit code and a sentence; ours pass through.
        if isinstance(error, CaseyError):
            raise
        if type(error).__name__ == "Abort":
            raise KeyboardInterrupt from None
        if type(error).__name__ == "Exit":
            return int(getattr(error, "exit_code", 0))
        if hasattr(error, "format_message"):
            return diagnostics.report_usage(error, flags)
        raise
    finally:
        if "app" in vars(session):
            session.app.close()
    return result if isinstance(result, int) else 0


def _screen(session: Session) -> None:
    """`caseyos` alone in a terminal; the command tree is not needed for it."""
    from caseyos.tui import run as run_tui

    run_tui(session.app, ascii_only=session.flags.ascii)


def _open(ctx: Any) -> None:
    """`caseyos` alone elsewhere: short help."""
    sys.stdout.write(ctx.get_help() + "\n")


def _terminated(_number: int, _frame: object) -> None:
    raise SystemExit(diagnostics.TERMINATED)
