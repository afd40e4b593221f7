"""The completion files of bash, zsh and fish, made from the command tree (`make docs`).

They are static: only a move's id asks the program, by way of the hot reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from caseyos.cli.entry import COMMANDS, command_tree
from caseyos.cli.flags import COMMON, WITH_VALUE
from caseyos.cli.topics import TOPICS
from caseyos.domain.model import ActionType, MoveStatus, OutcomeKind

VALUES = {
    "--color": ("auto", "always", "never"),
    "--kind": tuple(ActionType),
    "--status": (*MoveStatus, "all"),
    "--owner": ("casey", "automated", "delegated"),
    "--due": ("today", "week"),
}
TYPERS_OWN = ("--install-completion", "--show-completion")
SHELLS = ("bash", "zsh", "fish")
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "completion show": SHELLS,
    "completion install": SHELLS,
    "mode": ("safe", "live"),
    "pause": ("all", "outbound", "local"),
    "outcome": tuple(OutcomeKind),
    "snooze": ("later", "tonight", "tomorrow", "monday", "reply"),
    "help": tuple(TOPICS),
}


@dataclass(frozen=True, slots=True)
class Completed:
    """One command: what may follow its name."""

    path: str
    about: str
    children: tuple[tuple[str, str], ...]
    options: tuple[str, ...]
    words: tuple[str, ...]
    takes_ids: bool


def completed() -> list[Completed]:
    """Every command, groups before what is in them."""
    root = command_tree()
    return [one for name in COMMANDS for one in _commands(name, root.get_command(None, name))]


def _commands(path: str, command: Any) -> Iterator[Completed]:
    children = getattr(command, "commands", None) or {}
    shown = {name: child for name, child in children.items() if not child.hidden}
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    yield Completed(
        path,
        _about(command),
        tuple((name, _about(child)) for name, child in shown.items()),
        tuple(name for one in options for name in one.opts if name not in TYPERS_OWN),
        ARGUMENTS.get(path, ()),
        not path.startswith("signals")
        and any((one.metavar or one.name).upper().startswith("ID") for one in arguments),
    )
    for name, child in shown.items():
        yield from _commands(f"{path} {name}", child)


def _about(command: Any) -> str:
    """A command's first sentence, without what a shell could take for its own."""
    first = " ".join((command.help or "").split()).split(". ")[0].rstrip(".")
    return "".join(c for c in first if c not in "'\"\\`$[]")


def bash_file() -> str:
    """The file for bash."""
    commands = completed()
    paths = "|".join(f'"{one.path}"' for one in commands)
    cases = "\n".join(_bash_case(one) for one in commands)
    values = "\n".join(
        f"        {name}) words='{' '.join(words)}' ;;" for name, words in VALUES.items()
    )
    return f"""\
# Completion of caseyos for bash. Made by `make docs`; put in place by `caseyos completion install`.
_caseyos() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}}
    local command= words= options= ids= word code i
    local -a profile=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${{COMP_WORDS[i]}}
        case $word in
            -P | --profile) profile=(-P "${{COMP_WORDS[++i]}}") ;;
            {" | ".join(name for name in WITH_VALUE if name not in ("-P", "--profile"))}) ((i++)) ;;
            -*) ;;
            *) case "${{command:+$command }}$word" in
                {paths}) command="${{command:+$command }}$word" ;;
            esac ;;
        esac
    done
    case $command in
        "") words='{" ".join(COMMANDS)}' ;;
{cases}
    esac
    case $prev in
{values}
        *) [[ $cur == -* ]] && words="$options {" ".join(COMMON)}" ids= ;;
    esac
    if [[ -n $ids ]]; then
        while IFS=$'\\t' read -r code word; do
            words+=" $code"
        done < <(caseyos "${{profile[@]}}" completion ids 2>/dev/null)
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}}
complete -o default -F _caseyos caseyos
"""


def _bash_case(one: Completed) -> str:
    words = " ".join([*(name for name, _ in one.children), *one.words])
    options = " ".join(one.options)
    ids = " ids=yes" if one.takes_ids else ""
    return f"        \"{one.path}\") words='{words}' options='{options}'{ids} ;;"


def zsh_file() -> str:
    """The file for zsh."""
    commands = completed()
    paths = "|".join(f'"{one.path}"' for one in commands)
    cases = "\n".join(_zsh_case(one) for one in commands)
    root = root_words(commands)
    values = "\n".join(
        f"        {name}) compadd -- {' '.join(words)}; return ;;" for name, words in VALUES.items()
    )
    return f"""\
#compdef caseyos
# Completion of caseyos for zsh. Made by `make docs`; put in place by `caseyos completion install`.
_caseyos() {{
    local command= word code title i ids=
    local -a profile found options
    for ((i = 2; i < CURRENT; i++)); do
        word=$words[i]
        case $word in
            -P|--profile) profile=(-P $words[++i]) ;;
            {"|".join(name for name in WITH_VALUE if name not in ("-P", "--profile"))}) ((i++)) ;;
            -*) ;;
            *) case "${{command:+$command }}$word" in
                {paths}) command="${{command:+$command }}$word" ;;
            esac ;;
        esac
    done
    case $words[CURRENT-1] in
{values}
    esac
    case $command in
        "") found=({root}) ;;
{cases}
    esac
    if [[ $PREFIX == -* ]]; then
        compadd -- $options {" ".join(COMMON)}
        return
    fi
    if [[ -n $ids ]]; then
        while IFS=$'\\t' read -r code title; do
            found+=("$code:${{title//:/\\\\:}}")
        done < <(caseyos $profile completion ids 2>/dev/null)
    fi
    if (( $#found )); then _describe -V caseyos found; else _files; fi
}}
if [ "$funcstack[1]" = "_caseyos" ]; then _caseyos "$@"; else compdef _caseyos caseyos; fi
"""


def root_words(commands: list[Completed]) -> str:
    """The top commands as zsh describes them."""
    return " ".join(f"'{one.path}:{one.about}'" for one in commands if " " not in one.path)


def _zsh_case(one: Completed) -> str:
    words = [f"'{name}:{about}'" for name, about in one.children] + [*one.words]
    options = " ".join(one.options)
    ids = " ids=yes" if one.takes_ids else ""
    return f'        "{one.path}") found=({" ".join(words)}) options=({options}){ids} ;;'


def fish_file() -> str:
    """The file for fish."""
    lines = [
        "# Completion of caseyos for fish. Made by `make docs`; put in place by"
        " `caseyos completion install`.",
        "function __caseyos_path",
        "    set -l words (commandline -opc)[2..]",
        "    set -l path",
        "    while set -q words[1]",
        "        set -l word $words[1]",
        "        set -e words[1]",
        f"        if contains -- $word {' '.join(WITH_VALUE)}",
        "            set -e words[1]",
        "        else if not string match -q -- '-*' $word",
        "            set -a path $word",
        "        end",
        "    end",
        "    string join ' ' $path",
        "end",
        "function __caseyos_in",
        '    string match -qr -- "^$argv[1]( |\\$)" (__caseyos_path)',
        "end",
        "function __caseyos_at",
        "    set -l path (__caseyos_path)",
        '    test "$path" = "$argv[1]"',
        "end",
        "function __caseyos_ids",
        "    set -l profile (commandline -opc | string match -rg -- '^(?:--profile=)(.*)')",
        "    set -l words (commandline -opc)",
        "    for i in (seq (count $words))",
        "        contains -- $words[$i] -P --profile; and set profile $words[(math $i + 1)]",
        "    end",
        "    set -q profile[1]; and caseyos -P $profile[1] completion ids 2>/dev/null"
        "; or caseyos completion ids 2>/dev/null",
        "end",
    ]
    add = "complete -c caseyos"
    for one in completed():
        if " " not in one.path:
            lines.append(f"{add} -f -n \"__caseyos_at ''\" -a {one.path} -d '{one.about}'")
        for name, about in one.children:
            lines.append(f"{add} -f -n \"__caseyos_at '{one.path}'\" -a {name} -d '{about}'")
        for word in one.words:
            lines.append(f"{add} -f -n \"__caseyos_in '{one.path}'\" -a {word}")
        if one.takes_ids:
            lines.append(f"{add} -f -n \"__caseyos_in '{one.path}'\" -a '(__caseyos_ids)'")
        lines += [
            f"{add} -n \"__caseyos_in '{one.path}'\" {_fish_option(name)}" for name in one.options
        ]
    lines += [f"{add} {_fish_option(name)}" for name in COMMON]
    return "\n".join([*lines, ""])


def _fish_option(name: str) -> str:
    if not name.startswith("--"):
        return f"-s {name[1:]}" if len(name) == 2 else f"-o {name[1:]}"
    words = VALUES.get(name)
    return f"-l {name[2:]}" + (f" -xa '{' '.join(words)}'" if words else "")
