"""completion show, install, ids: the files for the shells, and the ids they ask for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.cli import drawing
from caseyos.cli.shown import drawn
from caseyos.config.folders import DEFAULT_PROFILE
from caseyos.config.paths import profile_paths
from caseyos.domain.views import QueueFilter
from caseyos.errors import UsageError

if TYPE_CHECKING:
    from caseyos.cli.session import Session

FILES = Path(__file__).parent / "completions"
NAMES = {"bash": "caseyos.bash", "zsh": "_caseyos", "fish": "caseyos.fish"}
IDS = 50

app = typer.Typer(help="Completion for your shell.", no_args_is_help=True, add_completion=False)

Shell = Annotated[str, typer.Argument(help="bash, zsh or fish.")]


@app.command("show")
def show(ctx: typer.Context, shell: Shell) -> None:
    """Print the completion file."""
    session: Session = ctx.obj
    text = _file(shell)
    session.out.emit("completion", {"shell": shell, "text": text}, human=text.splitlines)


@app.command("install")
def install(ctx: typer.Context, shell: Shell) -> None:
    """Put the completion file where your shell looks for it."""
    session: Session = ctx.obj
    text = _file(shell)
    # Beside our own data lies the folder that shells read theirs from.
    paths = profile_paths(DEFAULT_PROFILE, os.environ)
    share, config = paths.data_dir.parent, paths.config_file.parents[1]
    path = {
        "bash": share / "bash-completion" / "completions" / "caseyos",
        "zsh": share / "zsh" / "site-functions" / "_caseyos",
        "fish": config / "fish" / "completions" / "caseyos.fish",
    }[shell]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    lines = [f"Wrote {path}. New shells complete caseyos. Undo: rm {path}"]
    if shell == "zsh":
        lines.append(f"zsh needs it in its path: fpath=({path.parent} $fpath) before compinit")
    session.out.emit("completion_install", {"path": str(path)}, human=lambda: lines)


@app.command("ids", hidden=True)
def ids(ctx: typer.Context) -> None:
    """The best pending moves for a shell to offer: code and title."""
    session: Session = ctx.obj
    moves = session.app.queue.page(QueueFilter(), limit=IDS).moves
    rows = drawing.id_rows([drawn(move) for move in moves])
    session.out.emit(
        "completion_ids",
        [{"id": row[0], "title": row[1]} for row in rows],
        human=lambda: ["\t".join(row) for row in rows],
        plain=lambda: rows,
    )


def _file(shell: str) -> str:
    if shell not in NAMES:
        raise UsageError(f"There is no completion for {shell!r}.", hint="bash, zsh or fish")
    return (FILES / NAMES[shell]).read_text()
