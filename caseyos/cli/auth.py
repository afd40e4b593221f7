"""auth: logging in to outside accounts, trying the login, and forgetting it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caseyos.domain.text import safe_line
from caseyos.errors import LoginRequired, UsageError

if TYPE_CHECKING:
    from caseyos.cli.session import Session

app = typer.Typer(help="Logins of outside accounts.", no_args_is_help=True)
Kind = Annotated[str, typer.Argument(metavar="KIND", help="imap or calendar.")]
Name = Annotated[str | None, typer.Argument(metavar="NAME", help="The source's name.")]


@app.command()
def login(
    ctx: typer.Context,
    kind: Kind,
    name: Name = None,
    user: Annotated[str | None, typer.Option(help="Your user name, mostly your address.")] = None,
    host: Annotated[str | None, typer.Option(help="The IMAP server.")] = None,
    security: Annotated[str, typer.Option(help="tls, starttls or none.")] = "tls",
    port: Annotated[int, typer.Option(help="0: the usual one.")] = 0,
    smtp_host: Annotated[str | None, typer.Option(help="The SMTP server.")] = None,
    smtp_security: Annotated[str | None, typer.Option(help="tls, starttls or none.")] = None,
    smtp_port: Annotated[int, typer.Option(help="0: the usual one.")] = 0,
    auth: Annotated[str, typer.Option(help="password or xoauth2.")] = "password",
    ca_file: Annotated[str, typer.Option(help="An authority of your own, PEM.")] = "",
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="Read the secret from standard input.")
    ] = False,
) -> None:
    """Set an account up where it is new, try the login with its servers, and keep the secret."""
    session: Session = ctx.obj
    logins = session.app.logins
    account = logins.name_of(kind, name)
    made = None
    if not logins.exists(account):
        logins.check_addable(account)
        made = logins.add(
            account,
            _source(
                session,
                {"user": user, "host": host, "smtp_host": smtp_host},
                {"security": security, "port": port, "auth": auth, "ca_file": ca_file},
                {"security": smtp_security, "port": smtp_port},
            ),
        )
        session.out.note(f"Added {account} to {made}")
    if logins.asks_for_secret(account):
        told = logins.log_in(account, _secret(session, account, secret_stdin))
        kept = "Kept in the keyring."
    else:
        told = logins.test(account)
        kept = "The secret stays where the configuration says."

    def human() -> Iterable[str]:
        yield from told
        yield kept
        channels = session.app.config.settings.channels
        if kind == "calendar" and channels.meetings != account:
            yield f"To put meetings there:  caseyos config set channels.meetings {account}"
        elif kind == "imap" and channels.email != account:
            yield f"To send by it:  caseyos config set channels.email {account}"

    session.out.emit("auth_login", {"name": account, "told": list(told)}, human=human)


@app.command()
def status(ctx: typer.Context) -> None:
    """Every account and where its secret is; nothing is dialled."""
    session: Session = ctx.obj
    logins = session.app.logins.all()

    def human() -> Iterable[str]:
        if not logins:
            yield "No account is configured:  caseyos auth login imap"
        for one in logins:
            kept = {True: "there", False: "MISSING", None: "not asked"}[one.kept]
            sends = "  sends" if one.channel else ""
            yield f"{one.name}  {safe_line(one.user)}  {safe_line(one.place)}: {kept}{sends}"

    session.out.emit("auth", list(logins), human=human)


@app.command()
def test(ctx: typer.Context, kind: Kind = "imap", name: Name = None) -> None:
    """Log in to its servers with what is kept; nothing is changed or sent."""
    session: Session = ctx.obj
    account = session.app.logins.name_of(kind, name)
    told = session.app.logins.test(account)
    session.out.emit("auth_test", {"name": account, "told": list(told)}, human=lambda: told)


@app.command()
def logout(ctx: typer.Context, kind: Kind, name: Name = None) -> None:
    """Forget the secret in the keyring."""
    session: Session = ctx.obj
    account = session.app.logins.name_of(kind, name)
    told = session.app.logins.log_out(account)
    session.out.emit("auth_logout", {"name": account, "told": told}, human=lambda: [told])


def _source(
    session: Session, needed: dict[str, str | None], imap: dict[str, Any], smtp: dict[str, Any]
) -> dict[str, Any]:
    """The values of a new account: what was given, and what a person adds when asked."""
    from caseyos.app.logins import proposed

    user = needed["user"] or _asked(session, "Your user name (mostly your address)", "--user")
    imap_host, smtp_host, smtp_security = proposed(user)
    host = needed["host"] or _asked(session, "IMAP server", "--host", imap_host)
    outgoing = needed["smtp_host"] or _asked(session, "SMTP server", "--smtp-host", smtp_host)
    values: dict[str, Any] = {"host": host, "user": user}
    values |= {key: value for key, value in imap.items() if value}
    security = smtp["security"] or smtp_security
    values["smtp"] = {"host": outgoing, "security": security}
    if smtp["port"]:
        values["smtp"]["port"] = smtp["port"]
    return values


def _asked(session: Session, question: str, flag: str, proposal: str = "") -> str:
    if not session.interactive:
        raise UsageError(f"Nobody can be asked here for: {question}.", hint=f"add {flag}")
    session.out.ask(f"{question}{f' [{proposal}]' if proposal else ''}: ")
    said = sys.stdin.readline().strip() or proposal
    if not said:
        raise UsageError(f"{question} is needed.", hint=f"add {flag}")
    return said


def _secret(session: Session, account: str, from_stdin: bool) -> str:
    """The secret, typed unseen or piped in; never an argument, which anybody could list."""
    if from_stdin:
        said = sys.stdin.read().rstrip("\r\n")
    elif session.interactive:
        from getpass import getpass

        said = getpass(f"Password or token of {account} (not shown): ", stream=sys.stderr)
    else:
        raise LoginRequired(
            f"{account} needs a login, and nobody can be asked here.",
            hint=f"caseyos auth login imap {account.partition(':')[2]} --secret-stdin < FILE",
        )
    if not said:
        raise LoginRequired("No secret was given.")
    return said
