"""docs/CLI.md, made from the commands themselves."""

from __future__ import annotations

from typing import Any

from caseyos.cli.entry import COMMANDS, command_tree
from caseyos.cli.flags import HELP
from caseyos.cli.topics import TOPICS


def reference_page() -> str:
    """The page: every command with its arguments and options, the common flags, the exit codes."""
    root = command_tree()
    lines = [
        "# Command line",
        "",
        "Made from the program by `make docs`; do not edit.",
        "",
        "## Flags every command takes",
        "",
        "```text",
        *HELP.removeprefix("\b\n").rstrip().splitlines()[1:],
        "```",
        "",
        "## Exit codes",
        "",
        "```text",
        *TOPICS["exit-codes"].splitlines(),
        "```",
    ]
    panel = ""
    for name, (_, _, group) in COMMANDS.items():
        if group != panel:
            panel = group
            lines += ["", f"## {panel}"]
        lines += _command(f"caseyos {name}", root.get_command(None, name))
    return "\n".join([*lines, ""])


def _command(path: str, command: Any) -> list[str]:
    children = getattr(command, "commands", None)
    if children:
        lines = ["", f"### `{path}`", "", _sentence(command)]
        for name, child in children.items():
            if not child.hidden:
                lines += _command(f"{path} {name}", child)
        return lines
    arguments = [_argument(one) for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    lines = ["", f"### `{' '.join([path, *arguments])}`", "", _sentence(command)]
    rows = [f"| `{_flags(one)}` | {_told(one)} |" for one in options if not _hidden(one)]
    return [*lines, "", "| option | |", "| --- | --- |", *rows] if rows else lines


def _sentence(command: Any) -> str:
    return " ".join((command.help or "").split())


def _argument(one: Any) -> str:
    name = one.metavar or one.name.upper()
    name += "..." if one.nargs == -1 and not name.endswith("...") else ""
    return name if one.required else f"[{name}]"


def _flags(one: Any) -> str:
    names = ", ".join([*one.opts, *one.secondary_opts])
    return names if one.is_flag else f"{names} {one.name.upper()}"


def _told(one: Any) -> str:
    told = one.help or ""
    if one.default is not None and not one.is_flag and one.default != ():
        told += f" Default: {one.default}."
    return told.strip()


def _hidden(one: Any) -> bool:
    return bool(one.hidden) or one.name == "help"
