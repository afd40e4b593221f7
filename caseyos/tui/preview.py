"""The dry run of one move, and the only key of the program that carries one out.

Opened by `p` it only shows. Opened by `E` it listens to S, once, and only after it could be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from caseyos.domain.model import ExecutionResult, Mode, Move, Plan
from caseyos.errors import CaseyError
from caseyos.tui import acting, keys, labels
from caseyos.tui.frame import bindings
from caseyos.tui.glyphs import Glyphs
from caseyos.tui.guard import Guarded
from caseyos.tui.ink import Line, Span, wrapped
from caseyos.tui.painted import Page
from caseyos.tui.verbs import MoveScreen

INKS_OF = {"pass": "good", "warn": "care", "block": "bad"}


def open_preview(screen: MoveScreen, move: Move, *, armed: bool) -> None:
    """Make the plan of a move as it was seen, then show it."""
    if screen.making:
        return
    screen.making = True
    program = screen.program
    core = program.core

    def work() -> tuple[Plan, bool]:
        target = acting.targets(core, [move])[0]
        plan = core.actions.preview(target.move_id)
        return plan, core.switchboard.mode().mode == Mode.LIVE

    def done(made: tuple[Plan, bool]) -> None:
        screen.making = False
        plan, live = made
        program.push_screen(PreviewDialog(screen, move, plan, armed=armed, live=live))

    def failed(error: CaseyError) -> None:
        screen.making = False
        screen.refused(error, [move])

    program.ask(work, done, failed)


class PreviewDialog(Guarded[None]):
    """Everything a move would do, byte for byte, and every check."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(keys.PREVIEW)]
    wants_quiet = True

    def __init__(
        self, behind: MoveScreen, move: Move, plan: Plan, *, armed: bool, live: bool
    ) -> None:
        super().__init__()
        self._behind, self._move, self._plan = behind, move, plan
        self._armed, self._live = armed, live
        self._sent = False

    @property
    def can_send(self) -> bool:
        """Whether S does anything here."""
        allowed = self._live or not self._plan.outside
        return self._armed and allowed and not self._plan.blocked and not self._sent

    def compose(self) -> ComposeResult:
        """The plan, and below it what the keys do."""
        with Vertical(classes="dialog tall"):
            yield Page(self._lines, id="plan")
            yield Page(self._foot, id="foot")

    def action_send(self) -> None:
        """Carry out exactly this plan."""
        if not self.can_send:
            self.program.say(self._why_not())
            return
        self._sent = True
        core, plan, behind = self.program.core, self._plan, self._behind

        def work() -> tuple[ExecutionResult, tuple[Move, ...]]:
            result = core.actions.execute_plan(plan.id)
            return result, acting.present(core, [plan.move_id])

        def failed(error: CaseyError) -> None:
            self.program.say_error(error)
            behind.look_again([plan.move_id])

        self.program.ask(work, lambda done: _carried_out(behind, *done), failed)
        self.dismiss()

    def action_edit(self) -> None:
        """Edit the text, then come back here with a new plan."""
        from caseyos.tui.editor import edit

        def again(moves: Sequence[Move]) -> None:
            behind.show_again(moves, decided=False)
            if moves:
                open_preview(behind, moves[0], armed=armed)

        behind, armed, move = self._behind, self._armed, self._move
        self.dismiss()
        edit(behind, move, again)

    def action_copy_text(self) -> None:
        """Copy the text as it would leave."""
        payload = self._plan.payload
        self.app.copy_to_clipboard(f"{payload.subject}\n\n{payload.body}")
        self.program.say("Copied the text to the terminal's clipboard.")

    def action_scroll(self, way: int) -> None:
        """Read on."""
        self.query_one("#plan", Page).scroll_relative(y=way, animate=False)

    def action_back(self) -> None:
        """Nothing was done."""
        self.dismiss()

    def action_leave(self) -> None:
        """Back to the list."""
        self.dismiss()

    def action_leave_now(self) -> None:
        """Quit from anywhere."""
        self.program.leave()

    def action_redraw(self) -> None:
        """Draw everything again."""
        self.refresh(layout=True)

    def _why_not(self) -> str:
        if self._sent:
            return "It is being done."
        if not self._armed:
            return "This preview only shows; E opens the one that acts."
        if self._plan.blocked:
            told = [check.sentence for check in self._plan.checks if check.level == "block"]
            return f"It cannot be done as it stands: {'; '.join(told)}."
        return "SAFE: sending is off. M turns it on, with a timer."

    def _lines(self, width: int) -> list[Line]:
        plan, glyphs = self._plan, self.program.glyphs
        mode = "LIVE" if self._live else "SAFE"
        lines: list[Line] = [
            [
                (" Preview", "title"),
                (" (dry run, nothing has been done)  ", "dim"),
                (mode, "live" if self._live else "safe"),
            ],
            [(f" {plan.move_code} {glyphs.dot} {plan.title}", "text")],
            [],
            [
                (f" Will do {labels.counted(len(plan.effects), 'thing')}", "title"),
                (f"   checks: {_tally(plan)}", INKS_OF[_worst(plan)]),
            ],
            *_told_first(plan, width - 2, glyphs),
        ]
        for number, effect in enumerate(plan.effects, 1):
            told = f"{effect.channel}: {effect.sentence}  (undo: {effect.undo})"
            first, *more = wrapped(told, width - 6)
            lines += [[(f"  {number}  ", "key"), *first], *([("     ", "text"), *m] for m in more)]
        lines.append([])
        if plan.payload.recipients:
            lines += _labelled("To", ", ".join(plan.payload.recipients), width)
        lines += _labelled("Subject", plan.payload.subject, width)
        rule: Line = [(" " + glyphs.rule * max(0, width - 3), "rule")]
        lines += [rule, *wrapped(plan.payload.body, width - 2, "text", " "), rule]
        lines += _checked(plan, width - 2, glyphs)
        until = plan.expires_at.astimezone(self.program.zone)
        lines += [[], [(f" plan {plan.id}, good until {until:%H:%M}", "dim")]]
        return lines

    def _foot(self, width: int) -> list[Line]:
        others: Line = [(" e", "key"), (" edit  ", "dim"), ("c", "key"), (" copy  ", "dim"),
                        ("esc", "key"), (" back", "dim")]  # fmt: skip
        if self.can_send:
            label = "send now" if self._plan.outside else "write locally"
            line = [
                (" S", "key"),
                (f" {label}  ", "text"),
                *others,
                ("   enter does nothing", "dim"),
            ]
        elif self._plan.blocked:
            line = [(" It cannot be done as it stands. ", "bad"), *others]
        elif not self._armed:
            line = [(" Only a look; E acts. ", "dim"), *others]
        else:
            line = [(" SAFE: sending is off. ", "safe"), *others]
        return [line]


def _tally(plan: Plan) -> str:
    """How many checks pass, warn and block, in words."""
    counts = {level: sum(1 for one in plan.checks if one.level == level) for level in INKS_OF}
    told = [f"{counts['pass']} pass"]
    if counts["warn"]:
        told.append(labels.counted(counts["warn"], "warning"))
    if counts["block"]:
        told.append(labels.counted(counts["block"], "block"))
    return ", ".join(told)


def _told_first(plan: Plan, width: int, glyphs: Glyphs) -> list[Line]:
    """What does not simply pass, where it is seen before the text is read."""
    return [
        [(f"  {glyphs.care} ", INKS_OF[check.level]), *line]
        for check in plan.checks
        if check.level != "pass"
        for line in wrapped(check.sentence, width - 5, INKS_OF[check.level])[:2]
    ]


def _worst(plan: Plan) -> str:
    levels = {check.level for check in plan.checks}
    return next((level for level in ("block", "warn") if level in levels), "pass")


def _checked(plan: Plan, width: int, glyphs: Glyphs) -> list[Line]:
    """Every check in its order, several to a line where they are short; a sign before each."""
    signs = {"pass": glyphs.accepted, "warn": glyphs.care, "block": glyphs.dismissed}
    lines: list[list[Span]] = []
    room = 0
    for check in plan.checks:
        sign, ink = f" {signs[check.level]} ", INKS_OF[check.level]
        text_ink = "text" if check.level == "pass" else ink
        parts = wrapped(check.sentence, width - 4, text_ink)
        size = 4 + sum(cell_len(text) for text, _ in parts[0])
        if len(parts) == 1 and lines and size <= room:
            lines[-1] += [(sign, ink), *parts[0], (" ", "text")]
            room -= size
            continue
        lines.append([(sign, ink), *parts[0], (" ", "text")])
        lines += [[("   ", "text"), *more] for more in parts[1:]]
        room = width - size if len(parts) == 1 else 0
    return list(lines)


def _labelled(name: str, text: str, width: int) -> list[Line]:
    first, *more = wrapped(text, width - 11)
    return [[(f" {name:<9}", "dim"), *first], *([(" " * 10, "dim"), *line] for line in more)]


def _carried_out(behind: MoveScreen, result: ExecutionResult, moves: tuple[Move, ...]) -> None:
    program = behind.program
    told = f"{result.move_code}: {result.sentence}."
    if result.state == "queued" and result.until is not None:
        wait = labels.left(result.until, program.wall())
        told = f"{result.move_code}: in the outbox, leaves in {wait}. z recalls it."
    elif result.state == "succeeded" and result.reversibility == "reversible":
        told += " z undoes."
    program.say(told, bad=result.state in ("failed", "unknown", "blocked"))
    behind.show_again(moves, decided=False)
    program.feel_pulse()
