"""score: the plays, the weights, and what a score would be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from caseyos.cli.drawing import table
from caseyos.cli.shown import driver_json, driver_lines

if TYPE_CHECKING:
    from caseyos.cli.session import Session

app = typer.Typer(help="How moves are scored.", no_args_is_help=True, add_completion=False)


@app.command()
def simulate(
    ctx: typer.Context,
    revenue: Annotated[float | None, typer.Option(help="Money at stake.")] = None,
    days: Annotated[float | None, typer.Option(help="Days until it is due.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Minutes of work.")] = None,
    icp: Annotated[float | None, typer.Option(help="Fit from 0 to 1.")] = None,
    unblocks: Annotated[int, typer.Option(min=0, help="Moves it unblocks.")] = 0,
) -> None:
    """What these facts would score, and why."""
    session: Session = ctx.obj
    score = session.app.queue.simulate(
        revenue=revenue, days=days, minutes=minutes, icp=icp, unblocks=unblocks
    )

    def human() -> Iterable[str]:
        yield f"APS {score.aps:.1f}"
        yield f"because {score.because}"
        yield from driver_lines(score.drivers)

    data = {
        "aps": score.aps,
        "because": score.because,
        "confidence": score.confidence,
        "drivers": [driver_json(driver) for driver in score.drivers],
    }
    session.out.emit("score", data, human=human)


@app.command()
def rules(ctx: typer.Context) -> None:
    """The plays in force: on which signal, which action, due, effort."""
    from caseyos.app.generation import load_plays

    session: Session = ctx.obj
    plays = load_plays(session.app.config)
    cells = [
        (play.name, play.on, play.action, play.due, f"{play.effort:g}", play.entity)
        for play in plays
    ]
    header = ("play", "on", "action", "due", "min", "one live move per")
    session.out.emit(
        "plays",
        [
            dict(zip(("name", "on", "action", "due", "effort", "entity"), row, strict=True))
            for row in cells
        ],
        human=lambda: table(header, cells, widths=(20, 24, 18, 10, 6, 12)),
    )


@app.command()
def weights(ctx: typer.Context) -> None:
    """The weights and knots in force."""
    from caseyos.app.generation import scoring_rules

    session: Session = ctx.obj
    rules_ = scoring_rules(session.app.config)
    data = {"weights": dict(rules_.weights), "knots": {k: list(v) for k, v in rules_.knots.items()}}

    def human() -> Iterable[str]:
        for name, points in rules_.weights.items():
            knots = rules_.knots.get(name)
            told = "; ".join(f"{at:g} → {value:g}" for at, value in knots or ()) or "as it is"
            yield f"  {name:<10} {points:>4g}  {told}"

    session.out.emit("weights", data, human=human)
