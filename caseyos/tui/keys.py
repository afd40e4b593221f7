"""Every key of every screen, in one table: bindings, footer, help, palette and docs/KEYS.md.

The laws it is held to: a lower-case key never reaches another person or system, the key that starts
a send is not the one that confirms it, Enter never sends, and no key is one a terminal eats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from caseyos.errors import ConfigError

TODAY, DETAIL, PREVIEW, VIEW = "today", "detail", "preview", "view"
MOVES = (TODAY, DETAIL)
EVERYWHERE = (TODAY, DETAIL, PREVIEW, VIEW)
MAIN = (TODAY, DETAIL, VIEW)

# Keys that tmux, a terminal or Backspace may eat, and those that would make Enter act.
EATEN = frozenset(
    {"ctrl+h", "ctrl+s", "ctrl+a", "ctrl+b", "ctrl+enter", "ctrl+j", "ctrl+m", "ctrl+i"}
)


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a key does. `name` is what the configuration's keymap rebinds."""

    name: str
    keys: str  # comma-separated, the first is the one that is shown
    action: str
    label: str  # the footer's word
    help: str
    screens: tuple[str, ...]
    group: str
    reach: str = "no"  # what it may reach beyond this computer
    twin: str = ""  # the command that does the same
    foot: int = 0  # its rank in the footer; 0 stays out of it


KEYS: tuple[Key, ...] = (
    # name, keys, action, label, help, screens, group
    Key("accept", "a", "accept", "accept", "Accept; nothing leaves", MOVES, "Decide",
        twin="caseyos accept", foot=1),
    Key("dismiss", "d", "dismiss_move", "dismiss", "Dismiss; asks why", MOVES, "Decide",
        twin="caseyos dismiss", foot=2),
    Key("snooze", "h,s", "snooze", "snooze", "Put away until later", MOVES, "Decide",
        twin="caseyos snooze", foot=3),
    Key("outcome", "o", "outcome", "outcome", "Say what came of it", MOVES, "Decide",
        twin="caseyos outcome", foot=10),
    Key("edit", "e", "edit", "edit", "Edit its text in $EDITOR", (*MOVES, PREVIEW), "Decide",
        twin="caseyos edit", foot=11),
    Key("note", "n", "note", "note", "Add a note", MOVES, "Decide", twin="caseyos note"),
    Key("add", "plus", "add", "add", "Add a move by hand", (TODAY,), "Decide",
        twin="caseyos add"),
    Key("wake", "u", "wake", "wake", "Wake a snoozed move, reopen a closed one", MOVES, "Decide",
        twin="caseyos wake"),
    Key("preview", "p", "preview", "preview", "Dry run: exactly what it would do", MOVES, "Do",
        twin="caseyos preview", foot=4),
    Key("execute", "E", "execute", "execute", "The same preview, ready for S", MOVES, "Do",
        twin="caseyos execute", foot=5),
    Key("send", "S", "send", "send", "In the preview opened by E: do it", (PREVIEW,), "Do",
        reach="yes: the only key that sends", twin="caseyos execute --plan"),
    Key("sync", "R", "sync", "sync", "Ask the sources for news", (TODAY,), "Do",
        reach="reads outside", twin="caseyos tick --no-send"),
    Key("mode", "M", "mode", "mode", "SAFE or LIVE, with a timer", MAIN, "Do",
        reach="arms sending", twin="caseyos mode"),
    Key("undo", "z", "undo", "undo", "Take back the last step", MAIN, "Do",
        reach="recalls a held send", twin="caseyos undo", foot=6),
    Key("redo", "ctrl+r", "redo", "redo", "Do again what was undone", MAIN, "Do",
        twin="caseyos redo"),
    Key("row.down", "j,down", "row(1)", "down", "Down", (TODAY,), "Move"),
    Key("row.up", "k,up", "row(-1)", "up", "Up", (TODAY,), "Move"),
    Key("row.first", "g,home", "edge(-1)", "top", "First", (TODAY,), "Move"),
    Key("row.last", "G,end", "edge(1)", "bottom", "Last", (TODAY,), "Move"),
    Key("page.down", "ctrl+d,pagedown", "page(1)", "page", "Page down", (TODAY,), "Move"),
    Key("page.up", "ctrl+u,pageup", "page(-1)", "page up", "Page up", (TODAY,), "Move"),
    Key("open", "enter", "open", "open", "Open the move; never sends", (TODAY,), "Move",
        twin="caseyos show"),
    Key("item.next", "J", "item(1)", "next", "Next move", (DETAIL,), "Move", foot=8),
    Key("item.prev", "K", "item(-1)", "previous", "Previous move", (DETAIL,), "Move", foot=9),
    Key("scroll.down", "j,down", "scroll(1)", "down", "Scroll down", (DETAIL, PREVIEW, VIEW),
        "Move"),
    Key("scroll.up", "k,up", "scroll(-1)", "up", "Scroll up", (DETAIL, PREVIEW, VIEW), "Move"),
    Key("mark", "space,x", "mark", "mark", "Mark and go down", (TODAY,), "Mark", foot=12),
    Key("mark.all", "V", "mark_all", "mark all", "Mark all that the filter shows", (TODAY,),
        "Mark"),
    Key("filter", "slash", "filter", "filter",
        "Words, owner: status: type: source: account: due: aps>", (TODAY,), "Find",
        twin="caseyos queue", foot=7),
    Key("hidden", "full_stop", "hidden", "hidden", "Show moves under the floor", (TODAY,), "Find"),
    Key("reload", "r", "reload", "reload", "Show what is new", MAIN, "Find"),
    Key("why", "w", "why", "why", "Why this score", MOVES, "Find", twin="caseyos why", foot=13),
    Key("story", "t", "story", "story", "From signal to answer, on one screen", MOVES, "Find",
        twin="caseyos activity ID"),
    Key("copy", "y", "copy", "copy", "Copy its id, title, address or text", MOVES, "Find"),
    Key("copy.text", "c", "copy_text", "copy", "Copy the text", (PREVIEW,), "Find"),
    Key("view.today", "1", "view('today')", "today", "Today's Moves", MAIN, "Views"),
    Key("view.signals", "2", "view('signals')", "signals", "Signals", MAIN, "Views",
        twin="caseyos signals list"),
    Key("view.dashboard", "3", "view('dashboard')", "dashboard", "Dashboard", MAIN, "Views",
        twin="caseyos stats"),
    Key("view.activity", "4", "view('activity')", "activity", "Activity", MAIN, "Views",
        twin="caseyos activity"),
    Key("problems", "exclamation_mark", "problems", "problems",
        "What needs you: UNKNOWN, stops, shut channels", MAIN, "Other", twin="caseyos outbox list"),
    Key("palette", "colon,ctrl+p", "palette", "cmds", "Every command by name", MAIN, "Other",
        foot=14),
    Key("help", "question_mark,f1", "help", "help", "The keys of this screen", MAIN, "Other",
        twin="caseyos help keys", foot=15),
    Key("redraw", "ctrl+l", "redraw", "redraw", "Draw the screen anew", EVERYWHERE, "Other"),
    Key("suspend", "ctrl+z", "to_shell", "shell", "Back to the shell; fg returns", MAIN, "Other"),
    Key("back", "escape", "back", "back", "Close; clear the filter, then the marks", EVERYWHERE,
        "Other"),
    Key("quit", "q", "leave", "quit", "Back, or quit", EVERYWHERE, "Other"),
    Key("quit.now", "ctrl+q", "leave_now", "quit", "Quit from anywhere", EVERYWHERE, "Other"),
)  # fmt: skip

_SHOWN = {
    "plus": "+", "slash": "/", "full_stop": ".", "colon": ":", "question_mark": "?",
    "exclamation_mark": "!", "escape": "esc", "pagedown": "pgdn", "pageup": "pgup",
}  # fmt: skip
_TYPED = {sign: name for name, sign in _SHOWN.items() if len(sign) == 1} | {
    "esc": "escape",
    ",": "comma",
    "-": "minus",
}


def shown(key: str) -> str:
    """A key as people write it: `slash` is `/`, `ctrl+p` is `^p`."""
    return _SHOWN.get(key, key.replace("ctrl+", "^"))


def keys_of(screen: str, keymap: Mapping[str, str] | None = None) -> list[Key]:
    """The keys of a screen, in the table's order, as the keymap has them."""
    bound = keymap or {}
    found = []
    for key in KEYS:
        if screen in key.screens:
            keys = bound.get(key.name, key.keys)
            found.append(
                Key(**{name: getattr(key, name) for name in Key.__slots__} | {"keys": keys})
            )
    return found


def checked_keymap(keymap: Mapping[str, str]) -> dict[str, str]:
    """The configuration's keymap in Textual's names; ConfigError for what cannot be meant."""
    known = {key.name: key for key in KEYS}
    chosen: dict[str, str] = {}
    for name, text in keymap.items():
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.4)
            told = f" Did you mean {near[0]}?" if near else ""
            raise ConfigError(f"keymap: no key id {name}.{told}", hint="caseyos help keys")
        keys = [_typed(key) for key in text.split(",") if key.strip()] or ["comma"]
        for key in keys:
            _check_key(known[name], key)
        chosen[name] = ",".join(keys)
    for screen in EVERYWHERE:
        _check_conflicts(keys_of(screen, chosen), screen)
    return chosen


def conflicts(keys: Iterable[Key]) -> list[tuple[str, str, str]]:
    """Keys that two ids share: (key, first id, second id)."""
    taken: dict[str, str] = {}
    found = []
    for one in keys:
        for key in one.keys.split(","):
            if key in taken:
                found.append((key, taken[key], one.name))
            taken.setdefault(key, one.name)
    return found


def reference_page() -> str:
    """docs/KEYS.md, generated from the table."""
    lines = [
        "# Keys",
        "",
        "Generated from `caseyos/tui/keys.py` by `make docs`. Every key can be given another one:",
        "",
        "```toml",
        "[keymap]",
        'accept = "y"        # the id from the tables below',
        'snooze = "h,ctrl+t" # several keys, comma-separated',
        "```",
        "",
        "One rule to remember: **a lower-case key never reaches another person or system, and `z`"
        " takes it back.**",
        "Only capitals can, and of them only `S`, in a preview that `E` opened, sends. Enter never"
        " sends; a new dialog ignores keys for half a second.",
    ]
    for group in dict.fromkeys(key.group for key in KEYS):
        lines += [
            "",
            f"## {group}",
            "",
            "| key | id | what it does | where | reaches the world? | command |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for key in KEYS:
            if key.group == group:
                signs = " ".join(f"`{shown(one)}`" for one in key.keys.split(","))
                where = "everywhere" if key.screens == EVERYWHERE else ", ".join(key.screens)
                twin = f"`{key.twin}`" if key.twin else ""
                lines.append(
                    f"| {signs} | `{key.name}` | {key.help} | {where} | {key.reach} | {twin} |"
                )
    return "\n".join(lines) + "\n"


def _typed(key: str) -> str:
    key = key.strip()
    return _TYPED.get(key, key)


def _check_key(key: Key, chosen: str) -> None:
    if chosen in EATEN:
        raise ConfigError(
            f"keymap: {chosen} for {key.name} would be eaten by a terminal or tmux.",
            hint="choose another key",
        )
    if key.name == "send" and not (len(chosen) == 1 and chosen.isupper()):
        raise ConfigError(
            "keymap: send takes a capital letter only; no other key may reach outside.",
            hint='send = "S"',
        )


def _check_conflicts(keys: list[Key], screen: str) -> None:
    for key, first, second in conflicts(keys):
        raise ConfigError(
            f"keymap: {shown(key)} is both {first} and {second} on the {screen} screen.",
            hint=f"give {second} another key",
        )
