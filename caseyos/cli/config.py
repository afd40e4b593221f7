"""config: where it is, what is in force, and changing it."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, Refused

if TYPE_CHECKING:
    from caseyos.cli.session import Session

app = typer.Typer(help="The configuration.", no_args_is_help=True, add_completion=False)
Key = Annotated[str, typer.Argument(metavar="KEY", help="Such as send.hold.")]


@app.command()
def path(ctx: typer.Context) -> None:
    """Where the configuration and the data are."""
    session: Session = ctx.obj
    paths = session.app.config.paths
    data = {
        "config": str(paths.config_file),
        "exists": paths.config_file.exists(),
        "data": str(paths.data_dir),
        "state": str(paths.state_dir),
        "mail": str(paths.maildir),
        "calendar": str(paths.calendar_dir),
        "log": str(paths.log_file),
    }
    session.out.emit(
        "config_path", data, human=lambda: [f"{name:<9} {value}" for name, value in data.items()]
    )


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """Every key with the value in force."""
    from caseyos.config.load import all_keys

    session: Session = ctx.obj
    values = {key: _value(session, key) for key in all_keys()}
    session.out.emit(
        "config",
        values,
        human=lambda: [f"{key} = {_shown(value)}" for key, value in values.items()],
        plain=lambda: [(key, _shown(value)) for key, value in values.items()],
    )


@app.command()
def get(ctx: typer.Context, key: Key) -> None:
    """The value of one key, or of a section."""
    session: Session = ctx.obj
    value = _value(session, key)
    session.out.emit("config_value", {key: value}, human=lambda: [_shown(value)])


@app.command("set", context_settings={"ignore_unknown_options": True})
def set_(
    ctx: typer.Context, key: Key, value: Annotated[str, typer.Argument(metavar="VALUE")]
) -> None:
    """Change one key in your file; a value that would be refused leaves it alone."""
    from caseyos.config.edit import explain as origins
    from caseyos.config.edit import set_key

    session: Session = ctx.obj
    layers = origins(session.app.config, key)
    above = [one for one in layers if one.layer in ("project file", "env")]
    before = next((one.value for one in layers if one.layer in ("user file", "default")), None)
    written = set_key(session.app.config, key, value)
    if above:
        place = above[0].place or above[0].layer
        session.out.warn(f"{place} has the last word: {key} stays {_shown(above[0].value)} here.")

    def human() -> Iterable[str]:
        yield f"{key} = {safe_line(value)} in {written}"
        if before is not None:
            yield f"Undo: caseyos config set {key} {shlex.quote(_shown(before))}"

    session.out.emit("config_set", {"key": key, "file": str(written)}, human=human)


@app.command()
def edit(ctx: typer.Context) -> None:
    """Open your file in $EDITOR; say what is wrong with it afterwards, or that nothing is."""
    from caseyos.config import load_config
    from caseyos.config.example import example_text

    session: Session = ctx.obj
    config = session.app.config
    if not session.interactive:
        raise Refused("There is no editor here.", hint="caseyos config set KEY VALUE")
    file = config.paths.config_file
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_text(example_text())
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    try:
        subprocess.run([*command, str(file)], check=True)  # noqa: S603 - the person's editor
    except (OSError, subprocess.CalledProcessError):
        raise CaseyError("The editor failed.", hint="set EDITOR") from None
    load_config(profile=config.profile)
    session.out.emit("config_edit", {"file": str(file)}, human=lambda: [f"ok: {file}"])


@app.command()
def explain(ctx: typer.Context, key: Key) -> None:
    """Where a value comes from: every layer, and which is used."""
    from caseyos.config.edit import explain as origins
    from caseyos.config.example import DOCS

    session: Session = ctx.obj
    found = origins(session.app.config, key)

    def human() -> Iterable[str]:
        used = next((one for one in found if one.used), None)
        yield f"{key} = {_shown(used.value) if used else ''}"
        for number, one in enumerate(found, 1):
            mark = "  ← used" if one.used else ""
            yield f"  {number}  {one.layer:<13} {_shown(one.value)}  {one.place}{mark}"
        if key in DOCS:
            yield f"What it does: {DOCS[key]}"

    session.out.emit("config_explain", list(found), human=human)


@app.command()
def check(ctx: typer.Context) -> None:
    """Read every layer; say what is wrong, or that nothing is."""
    from caseyos.tui import keys, themes

    session: Session = ctx.obj
    layers = [layer.name for layer in session.app.config.layers]
    settings = session.app.config.settings
    themes.checked(settings.ui.theme)
    keys.checked_keymap(settings.keymap)
    session.app.generation.book  # noqa: B018 - compiling the plays is the check
    session.out.emit("config_check", {"layers": layers}, human=lambda: [f"ok: {', '.join(layers)}"])


@app.command()
def example(
    ctx: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", help="Write it to a file.")] = None,
) -> None:
    """A whole configuration with its defaults, each key explained."""
    from caseyos.config.example import example_text

    session: Session = ctx.obj
    text = example_text()
    if to is not None:
        to.write_text(text)
        session.out.note(f"Wrote {to}")
        return
    session.out.emit("config_example", {"toml": text}, human=lambda: text.splitlines())


def _value(session: Session, key: str) -> Any:
    import msgspec

    from caseyos.config.edit import known
    from caseyos.config.load import value_at

    known(key)
    return value_at(msgspec.to_builtins(session.app.config.settings), key)


def _shown(value: Any) -> str:
    import json

    if value is None:
        return "not set"
    return json.dumps(value) if isinstance(value, dict | list | bool) else str(value)
