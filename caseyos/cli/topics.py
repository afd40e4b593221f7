"""help TOPIC and version: what can be read without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.errors import NotFound

if TYPE_CHECKING:
    from caseyos.cli.session import Session

TOPICS: dict[str, str] = {
    "exit-codes": """\
0 ok           it was done, or there was nothing to do
1 failed       something unexpected; a report id is printed
2 usage        a command, flag or value that cannot be meant
3 declined     you said no
4 login        an account needs a login
5 refused      a safety rule or the move's status said no
6 changed      the move is not what you last saw
7 too late     it cannot be undone any more
8 partly       some of a batch failed
9 try later    a limit or a lock; repeating is safe
10 not ready   the database or its schema; see caseyos doctor
11 config      the configuration is wrong
12 not found   no such move, signal or source
130, 143       stopped by Ctrl-C or TERM""",
    "environment": """\
CASEYOS_PROFILE     the profile          CASEYOS_CONFIG   another configuration file
CASEYOS_OUTPUT      json or plain        CASEYOS_NO_INPUT never ask
CASEYOS_ASCII       ASCII glyphs         CASEYOS_SESSION  a name for this terminal's list
CASEYOS_SEND__HOLD  any configuration key, sections with two underscores
DATABASE_URL, SENTRY_DSN, SENTRY_ENVIRONMENT, ACTIONS_ENABLED, NO_COLOR, XDG_* are honoured""",
    "config": """\
caseyos config path     where the file is
caseyos config example  a whole file, each key explained
caseyos config explain KEY   every layer's value and which is used""",
    "scoring": """\
APS = 40 revenue + 25 urgency + 15 effort + 20 strategic + unblocks + learned, 0 to 100.
Each factor is 0 to 1; what is unknown counts as 0.5 and is said to be unknown.
caseyos why ID shows the drivers; they add up to the score.
caseyos score simulate --revenue 50000 --days 1 --minutes 15 --icp .9""",
    "safety": """\
A fresh install is SAFE: nothing leaves this computer. Local mail, tasks and meetings are files
and rows of your own; they are written after a preview, and caseyos undo removes them.
To send by your own account: caseyos auth login imap, then caseyos config set channels.email
imap:NAME, and caseyos mode live --for 30m, which always ends by itself. A mail is held first;
until it leaves, caseyos undo recalls it.
accept only decides. execute acts, at most once. caseyos pause stops everything.
What cannot be proved is UNKNOWN and is never retried by itself: caseyos outbox answer ID.""",
    "json": """\
--json prints {schema, generated_at, mode, data, warnings}; id is the code, uuid the UUID.
--json=a,b keeps these fields, --json=? lists them. Errors are one JSON object on stderr.""",
    "accessibility": """\
--plain and --json have no drawing; --ascii has no glyphs; NO_COLOR is honoured.
Colour never carries meaning alone.""",
    "privacy": """\
No usage data leaves this computer, ever; crash reports are off until you turn them on.
Of mail, only ids, addresses, subject and the first words are kept.""",
}


def help_(
    ctx: typer.Context,
    topic: Annotated[str | None, typer.Argument(help="A topic.")] = None,
) -> None:
    """Read about a topic."""
    session: Session = ctx.obj
    names = sorted([*TOPICS, "keys"])
    if topic is None:
        session.out.emit("topics", names, human=lambda: ["Topics:", *(f"  {n}" for n in names)])
        return
    if topic not in names:
        raise NotFound(f"There is no topic {topic!r}.", hint=f"topics: {', '.join(names)}")
    text = _keys() if topic == "keys" else TOPICS[topic]
    session.out.emit("topic", {"topic": topic, "text": text}, human=text.splitlines)


def _keys() -> str:
    """Every key of the terminal screen, from its own table."""
    from caseyos.tui.keys import KEYS, shown

    return "\n".join(
        f"{' '.join(shown(key) for key in one.keys.split(',')):<12} {one.help}" for one in KEYS
    )


def version(ctx: typer.Context) -> None:
    """This program's version."""
    from caseyos import __version__

    session: Session = ctx.obj
    session.out.emit("version", {"version": __version__}, human=lambda: [f"caseyos {__version__}"])
