"""What a case came to: figures as JSON lines in docs/reliability.jsonl, and the table made of them.

Nothing here runs anything. Whoever changes the page's table changes `table`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

DOCS = Path(__file__).parents[2] / "docs"
PAGE, LINES = DOCS / "RELIABILITY.md", DOCS / "reliability.jsonl"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


@dataclass(frozen=True, slots=True)
class Figures:
    """One row as a case yields it; `failures` must be 0.

    `unknown` counts what was shown as UNKNOWN, `resolve` how many seconds each of those that the
    program settled by itself took; None where the row has no such thing. `also` is a sentence.
    """

    row: str
    runs: int
    failures: int
    unknown: int | None = None
    resolve: Sequence[float] | None = None
    also: str = ""
    wrong: tuple[str, ...] = ()  # what the failures were, for whoever reads the run


def added(parts: Iterable[Figures]) -> list[Figures]:
    """Figures of the same rows from several parts of a case, added up row by row."""
    rows: dict[str, Figures] = {}
    for part in parts:
        so_far = rows.get(part.row)
        rows[part.row] = part if so_far is None else _sum(so_far, part)
    return list(rows.values())


def _sum(one: Figures, other: Figures) -> Figures:
    unknown = None if one.unknown is None else one.unknown + (other.unknown or 0)
    resolve = None if one.resolve is None else [*one.resolve, *(other.resolve or ())]
    return Figures(
        one.row,
        one.runs + other.runs,
        one.failures + other.failures,
        unknown=unknown,
        resolve=resolve,
        also=one.also,
        wrong=(*one.wrong, *other.wrong),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is kept: rates instead of counts, and what it takes to run it again."""

    case: str
    row: str
    scale: str
    runs: int
    failures: int
    upper_95: float | None  # of the failure rate, by the rule of three; None after a failure
    unknown_rate: float | None
    median_resolve: float | None  # seconds
    seed: int
    seconds: float
    also: str = ""


def line_of(case: str, found: Figures, *, scale: str, seed: int, seconds: float) -> Line:
    """A row's figures with their bounds and rates."""
    runs = found.runs
    return Line(
        case,
        found.row,
        scale,
        runs,
        found.failures,
        upper_95=round(min(3 / runs, 1), 6) if runs and not found.failures else None,
        unknown_rate=None if found.unknown is None else round(found.unknown / runs, 4),
        median_resolve=round(median(found.resolve), 3) if found.resolve else None,
        seed=seed,
        seconds=round(seconds, 1),
        also=found.also,
    )


def as_json(line: Line) -> str:
    """A line of the file."""
    return json.dumps(asdict(line), ensure_ascii=False)


def read_lines(path: Path = LINES) -> list[Line]:
    """Every kept line."""
    return [Line(**json.loads(text)) for text in path.read_text().splitlines() if text]


def keep(new: Iterable[Line], order: Sequence[str], path: Path = LINES) -> list[Line]:
    """Put new lines in the place of the old ones of the same cases at the same scale."""
    fresh = list(new)
    replaced = {(line.case, line.scale) for line in fresh}
    kept = [
        line
        for line in (read_lines(path) if path.exists() else [])
        if (line.case, line.scale) not in replaced and line.case in order
    ]
    lines = sorted([*kept, *fresh], key=lambda line: (order.index(line.case), line.scale))
    path.write_text("".join(f"{as_json(line)}\n" for line in lines))
    return lines


def table(lines: Sequence[Line]) -> str:
    """The page's table."""
    rows = [
        "| case | runs | failures | at most (95 %) | unknown | resolved in | seed | seconds |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *map(_row, lines),
    ]
    return "\n".join(rows)


def page_with(text: str, lines: Sequence[Line], cases: Sequence[str]) -> str:
    """The page with its table made anew, and the cases that it lacks; the prose around it stays."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    told = table(lines)
    lacking = [name for name in cases if name not in {line.case for line in lines}]
    if lacking:
        told += f"\n\nNot run at full size yet: {', '.join(lacking)}."
    return f"{before}{BEGIN}\n{told}\n{END}{after}"


def _row(line: Line) -> str:
    name = f"{line.case}: {line.row}" if line.row else line.case
    if line.scale != "full":
        name += f" ({line.scale})"
    if line.also:
        name += f"<br>{line.also}"
    cells = (
        name.replace("|", "/"),
        f"{line.runs:,}",
        str(line.failures),
        "" if line.upper_95 is None else f"{line.upper_95:.2%}".replace("%", " %"),
        "" if line.unknown_rate is None else f"{line.unknown_rate:.1%}".replace("%", " %"),
        "" if line.median_resolve is None else f"{line.median_resolve:.1f} s",
        str(line.seed),
        f"{line.seconds:.0f}" if line.seconds >= 0.5 else "",
    )
    return f"| {' | '.join(cells)} |"
