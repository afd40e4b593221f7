"""Carrying out several marked moves: every plan in one list, and words to type."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from caseyos.domain.bulk import Bulk, Ran
from caseyos.domain.model import Mode, Move, Plan
from caseyos.errors import CaseyError
from caseyos.tui import acting, labels
from caseyos.tui.guard import Guarded
from caseyos.tui.ink import Line, fit
from caseyos.tui.painted import Page
from caseyos.tui.verbs import MoveScreen

AT_MOST = 50


def open_bulk(screen: MoveScreen, moves: Sequence[Move]) -> None:
    """Plan every marked move, then show the plans."""
    program = screen.program
    core = program.core
    if len(moves) > AT_MOST:
        program.say(f"At most {AT_MOST} moves are carried out at once.")
        return
    if screen.making:
        return
    screen.making = True

    def work() -> tuple[Bulk, bool]:
        found = acting.targets(core, moves)
        made = core.actions.preview_many([target.move_id for target in found])
        return made, core.switchboard.mode().mode == Mode.LIVE

    def done(made: tuple[Bulk, bool]) -> None:
        screen.making = False
        program.push_screen(BulkDialog(screen, *made))

    def failed(error: CaseyError) -> None:
        screen.making = False
        screen.refused(error, moves)

    program.ask(work, done, failed)


class BulkDialog(Guarded[None]):
    """The plans of the marked moves. Only the typed words carry them out."""

    BINDINGS = [Binding("escape", "back", show=False)]  # noqa: RUF012
    wants_quiet = True

    def __init__(self, behind: MoveScreen, made: Bulk, live: bool) -> None:
        super().__init__()
        self._behind, self._bulk, self._live = behind, made, live
        self._plans, self._able = made.plans, made.able

    @property
    def words(self) -> str:
        """What has to be typed."""
        return self._bulk.words

    def compose(self) -> ComposeResult:
        """The plans, the line to type on."""
        with Vertical(classes="dialog tall"):
            yield Page(self._lines, id="plan")
            if self._able:
                yield Input(id="words", max_length=20, placeholder=f"type  {self.words}")
            yield Page(self._foot, id="foot")

    def on_mount(self) -> None:
        """Ready to type."""
        super().on_mount()
        if self._able:
            self.query_one("#words").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The exact words act, anything else goes back."""
        if " ".join(event.value.split()) == self.words:
            self._run()
        else:
            self.program.say("Those were not the words: nothing was done.")
        self.dismiss()

    def action_back(self) -> None:
        """Nothing was done."""
        self.dismiss()

    def _run(self) -> None:
        core, plans, behind = self.program.core, self._able, self._behind

        def work() -> tuple[tuple[Ran, ...], tuple[Move, ...]]:
            ran = core.actions.execute_many(plans)
            return ran, acting.present(core, [plan.move_id for plan in plans])

        def done(told: tuple[tuple[Ran, ...], tuple[Move, ...]]) -> None:
            ran, moves = told
            good = [one for one in ran if one.good]
            bad = [one for one in ran if one not in good]
            said = f"{len(good)} of {labels.counted(len(ran), 'move')} carried out."
            if bad:
                said += f" {bad[0].code}: {bad[0].sentence}"
            behind.program.say(said, bad=bool(bad))
            behind.show_again(moves, decided=False)
            behind.program.feel_pulse()

        self.program.ask(work, done)

    def _lines(self, width: int) -> list[Line]:
        glyphs = self.program.glyphs
        mode = "LIVE" if self._live else "SAFE"
        lines: list[Line] = [
            [
                (f" Preview {len(self._plans)} marked moves", "title"),
                (" (dry run, nothing has been done)  ", "dim"),
                (mode, "live" if self._live else "safe"),
            ],
            [],
        ]
        room = max(10, (width - 12) // 2)
        usual = [plan for plan in self._plans if plan.move_code not in self._bulk.outliers]
        for plan in usual:
            lines += self._row(plan, room, width)
        if self._bulk.outliers:
            lines += [[], [(" Unlike the others", "care")]]
        for plan in self._plans:
            if plan not in usual:
                lines += self._row(plan, room, width)
                told = fit(self._bulk.outliers[plan.move_code], width - 12, glyphs)
                lines.append([(f"        {glyphs.care} {told}", "care")])
        left_out = len(self._plans) - len(self._able)
        totals = f" to {labels.counted(self._bulk.people, 'person', 'people')}"
        told = labels.counted(len(self._able), "move")
        lines += [[], [(f" Totals   {told}", "title"), (totals, "text")]]
        if left_out:
            lines.append(
                [(f"          {left_out} cannot be done now and stay as they are", "care")]
            )
        if self._able:
            lines += [[], [(" Type  ", "text"), (self.words, "key"),
                           ("  to do it, anything else goes back.", "text")]]  # fmt: skip
        return lines

    def _row(self, plan: Plan, room: int, width: int) -> list[Line]:
        """One plan: what it does, and every check that does not simply pass."""
        glyphs = self.program.glyphs
        does = "; ".join(effect.sentence for effect in plan.effects)
        lines: list[Line] = [
            [
                (f"  {fit(plan.move_code, 5, glyphs)}", "key"),
                (fit(plan.title, room, glyphs) + " ", "text"),
                (fit(does, width - room - 10, glyphs), "dim"),
            ]
        ]
        for check in plan.checks:
            if check.level != "pass":
                ink = "bad" if check.level == "block" else "care"
                lines.append([(f"        {glyphs.care} {check.sentence}", ink)])
        return lines

    def _foot(self, _width: int) -> list[Line]:
        if not self._able:
            return [[(" Nothing here can be done now.   esc back", "dim")]]
        return [[(" type the words, then enter   esc back", "dim")]]
