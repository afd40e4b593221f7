"""One move in lines: the strip below the list, the pane beside it, the whole page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from caseyos.domain.model import FACTORS, WEIGHED, Driver, Move, MoveStatus
from caseyos.domain.views import MoveDetail, Why
from caseyos.tui import labels
from caseyos.tui.glyphs import Glyphs
from caseyos.tui.ink import Line, Span, fit, right, wrapped
from caseyos.tui.rows import bar

NAME, FIGURE = 10, 9


@dataclass(frozen=True, slots=True)
class Look:
    """How the screen shows things: signs and time zone."""

    glyphs: Glyphs
    zone: tzinfo | None


def strip(move: Move, width: int, height: int, look: Look) -> list[Line]:
    """The focused move in a few lines: who, what, and every driver with its sentence."""
    lines = [_heading(move, width, look), _facts(move, width, look), *_stands(move, width, look)]
    lines += _drivers(move.drivers, width, 12, look)[: max(0, height - len(lines))]
    if not move.drivers:
        lines.append([(" It was put there by hand.", "dim")])
    for line in _evidence(move.drivers, width, look):
        if len(lines) < height:
            lines.append(line)
    return lines


def pane(move: Move, width: int, look: Look) -> list[Line]:
    """The focused move beside the list: drivers, evidence, and what it is about."""
    lines = [_heading(move, width, look), _facts(move, width, look), *_stands(move, width, look)]
    lines += [[], _sum(move, look)]
    lines += _drivers(move.drivers, width, max(10, min(22, width - 44)), look)
    evidence = _evidence(move.drivers, width, look)
    if evidence:
        lines += [[], [(" Because", "title")], *evidence]
    about = _about(move, width)
    if about:
        lines += [[], [(" About", "title")], *about]
    if move.outcome:
        lines += [[], [(f" Outcome  {move.outcome.get('kind', '')}", "good")]]
    lines += [[], [(" w why   enter open   y copy", "dim")]]
    return lines


def whole(detail: MoveDetail, width: int, look: Look) -> list[Line]:
    """Everything about a move: the pane, the signals behind it, what was done, its history."""
    lines = pane(detail.move, width, look)[:-2]
    stamped = [
        (
            "Signals",
            (
                (one["occurred_at"] or one["created_at"], one["source"], one["evidence"] or "")
                for one in detail.signals
            ),
        ),
        (
            "Done",
            (
                (one["queued_at"], one["state"], one["blocked_reason"] or one["error"] or "")
                for one in detail.executions
            ),
        ),
        (
            "History",
            (
                (
                    one["at"],
                    f"{one['actor']} {one['action']}",
                    " ".join(
                        filter(
                            None,
                            (
                                f"{one['from_state'] or ''} {look.glyphs.arrow} {one['to_state']}"
                                if one["to_state"]
                                else "",
                                one["reason"],
                            ),
                        )
                    ),
                )
                for one in detail.history
            ),
        ),
    ]
    for title, rows in stamped:
        told = [
            [
                (f"  {labels.stamp(at, look.zone):<13}", "dim"),
                (fit(who, 18, look.glyphs) + " ", "account"),
                (fit(what, width - 35, look.glyphs), "text"),
            ]
            for at, who, what in rows
        ]
        if told:
            lines += [[], [(f" {title}", "title")], *told]
    return lines


def why(found: Why, width: int, look: Look) -> list[Line]:
    """A score explained: drivers that add up, evidence below each, the change since yesterday."""
    move = found.move
    lines = [_heading(move, width, look), [], _sum(move, look)]
    lines += wrapped(move.reasoning or "It was put there by hand.", width - 2, "dim", " ")
    lines.append([])
    for driver in move.drivers:
        lines += _drivers([driver], width, 22 if width >= 76 else 12, look)
        for text in driver.evidence:
            if text:
                lines += wrapped(text, width - 2, "dim", " " * (NAME + 2))
    if found.scored_at is None:
        return lines
    lines += [[], [(" Since yesterday  ", "title"), (_change(found), "text")]]
    lines += [
        [(f"  {FACTORS.get(one.factor, one.factor):<10}{one.points:+5.1f}  ", "score"),
         (fit(one.sentence, width - 20, look.glyphs), "text")]
        for one in found.deltas
    ]  # fmt: skip
    known = move.confidence or 0
    inputs = "All inputs are known." if known >= 1 else f"{known:.0%} of the weight is known."
    scored = labels.stamp(found.scored_at, look.zone)
    told = f"Scored {scored} by weights v{found.weights_version}. {inputs}"
    return [*lines, [], *wrapped(told, width - 2, "dim", " ")]


def _heading(move: Move, width: int, look: Look) -> Line:
    account = f"  {look.glyphs.dot}  {move.account}" if move.account else ""
    return [(" " + fit(labels.title(move) + account, width - 2, look.glyphs), "title")]


def _facts(move: Move, width: int, look: Look) -> Line:
    dot = f" {look.glyphs.dot} "
    context = move.context
    about = [str(context[name]) for name in ("deal", "stage") if context.get(name)]
    told = [labels.kind(move), move.status, f"owner {move.owner}"]
    if move.execution_state:
        told.append(f"execution {move.execution_state}")
    text = f"id {move.code}{dot}{dot.join(told)}"
    if context.get("recipient"):
        about.append(f"to {context['recipient']}")
    text = dot.join([text, *about])
    return [(" " + fit(text, width - 2, look.glyphs), "dim")]


def _stands(move: Move, width: int, look: Look) -> list[Line]:
    """What an execution waits for, or that nobody knows what came of it."""
    if move.status == MoveStatus.UNKNOWN:
        told = " UNKNOWN: nobody can say whether it was done. ! asks you what it was."
        return [[(fit(told, width - 1, look.glyphs), "bad")]]
    told = labels.waits(move, look.zone)
    return (
        [[(" " + fit(told[:1].upper() + told[1:], width - 2, look.glyphs), "care")]] if told else []
    )


def _sum(move: Move, look: Look) -> Line:
    points = " + ".join(f"{one.points:.1f}" for one in move.drivers)
    spans: list[Span] = [(f" APS {move.aps:.1f}", "score")]
    return [*spans, (f" = {points}".replace("+ -", "- "), "dim")] if points else spans


def _drivers(drivers: Iterable[Driver], width: int, size: int, look: Look) -> list[Line]:
    lines: list[Line] = []
    for one in drivers:
        name = FACTORS.get(one.factor, one.factor)
        weighed = one.factor in WEIGHED
        figure = f"{one.points:.1f}/{one.maximum:g}" if weighed else f"{one.points:+.1f}"
        share = one.points / one.maximum if one.maximum else 0
        used = 1 + NAME + size + FIGURE + 1
        lines.append(
            [
                (" " + fit(name, NAME, look.glyphs), "text"),
                *bar(share, size, look.glyphs),
                (right(figure, FIGURE, look.glyphs) + " ", "score"),
                (fit(one.sentence, width - used - 1, look.glyphs), "text" if one.known else "dim"),
            ]
        )
    return lines


def _evidence(drivers: Iterable[Driver], width: int, look: Look) -> list[Line]:
    return [
        [(f"  {one.factor[:1].upper()} ", "key"), (fit(text, width - 6, look.glyphs), "text")]
        for one in drivers
        for text in one.evidence
        if text
    ]


def _about(move: Move, width: int) -> list[Line]:
    lines: list[Line] = []
    for name in ("recipient", "subject", "snippet", "missing", "note"):
        value = move.context.get(name)
        if value:
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            first, *more = wrapped(text[:2000], width - 13, "text")
            lines.append([(f"  {name:<10}", "dim"), *first])
            lines += [[(" " * 12, "dim"), *line] for line in more[:5]]
    return lines


def _change(found: Why) -> str:
    if found.change is None:
        return "new"
    return f"{found.change:+.1f}" if found.deltas else "unchanged"
