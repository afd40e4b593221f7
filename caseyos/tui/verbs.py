"""The keys that decide about moves, shared by the list and the page of one move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from caseyos.domain.model import Move, MoveStatus
from caseyos.domain.text import safe_line
from caseyos.errors import CaseyError, Changed
from caseyos.tui import acting, labels
from caseyos.tui.choices import dismiss_question, snooze_question, yes_question
from caseyos.tui.frame import Frame
from caseyos.tui.typed import Typed

if TYPE_CHECKING:
    from uuid import UUID

    from caseyos.app.decisions import DecisionReport
    from caseyos.domain.views import Target

ASKS_FROM = 11  # a decision about so many moves asks once more

Decision = Callable[[tuple["Target", ...]], "DecisionReport"]


class MoveScreen(Frame):
    """A screen with chosen moves: marked ones, or the one that is looked at."""

    _deciding = False
    making = False  # a preview is being made

    def chosen(self) -> Sequence[Move]:
        """The moves a key acts on."""
        raise NotImplementedError

    def looked_at(self) -> Move | None:
        """The one move that is looked at."""
        raise NotImplementedError

    def show_again(self, moves: Sequence[Move], *, decided: bool) -> None:
        """Show moves as they are now; `decided` says it was the person's own doing."""
        raise NotImplementedError

    def action_accept(self) -> None:
        """Accept; nothing leaves."""
        decisions = self.program.core.decisions
        self.decide("Accept", "Accepted", lambda targets: decisions.accept(targets))

    def action_dismiss_move(self) -> None:
        """Ask why, then dismiss."""
        moves = self.chosen()
        if moves:
            self.app.push_screen(dismiss_question(_what(moves)), self._dismiss)

    def _dismiss(self, reason: str | None) -> None:
        if reason is not None:
            decisions = self.program.core.decisions
            self.decide("Dismiss", "Dismissed", lambda targets: decisions.dismiss(targets, reason))

    def action_snooze(self) -> None:
        """Ask until when, then put away."""
        moves = self.chosen()
        if moves:
            self.app.push_screen(snooze_question(_what(moves)), self._snooze)

    def _snooze(self, when: str | None) -> None:
        if when == "?":
            about = "tonight, friday, 3d, 2w, 2026-12-01, tue 14:00, or reply"
            self.app.push_screen(Typed("Snooze until when?", about), self._snooze)
        elif when is not None:
            decisions = self.program.core.decisions
            self.decide("Snooze", "Snoozed", lambda targets: decisions.snooze(targets, when))

    def action_wake(self) -> None:
        """Bring snoozed or closed moves back."""
        decisions = self.program.core.decisions
        moves = self.chosen()
        if all(move.status == MoveStatus.SNOOZED for move in moves):
            self.decide("Wake", "Woke", lambda targets: decisions.wake(targets))
        else:
            self.decide("Reopen", "Reopened", lambda targets: decisions.reopen(targets))

    def action_note(self) -> None:
        """Ask for a note and keep it."""
        move = self.looked_at()
        if move is None:
            return
        decisions = self.program.core.decisions

        def keep(text: str | None) -> None:
            if text is not None:
                self.decide(
                    "Note", "Noted on", lambda targets: decisions.note(targets[0], text), [move]
                )

        self.app.push_screen(Typed("A note", _what([move])), keep)

    def action_outcome(self) -> None:
        """Ask what came of it."""
        move = self.looked_at()
        if move is not None:
            from caseyos.tui.outcome import OutcomeDialog

            self.app.push_screen(OutcomeDialog(move), lambda said: self._outcome(move, said))

    def _outcome(self, move: Move, said: Any) -> None:
        if said is None:
            return
        core = self.program.core

        def record() -> tuple[str, tuple[Move, ...]]:
            target = acting.targets(core, [move])[0]
            report = core.outcomes.record(target, said.word, positive=said.positive, note=said.note)
            told = f"Saved: {report.code} {report.kind.replace('_', ' ')}. z undoes."
            return f"{told} {report.note or ''}".strip(), acting.present(core, [move.id])

        self.program.ask(record, self._recorded, lambda error: self.refused(error, [move]))

    def _recorded(self, done: tuple[str, tuple[Move, ...]]) -> None:
        told, moves = done
        self.program.say(told)
        self.show_again(moves, decided=False)

    def action_edit(self) -> None:
        """Edit the move's text in the person's own editor."""
        from caseyos.tui.editor import edit

        move = self.looked_at()
        if move is not None:
            edit(self, move, lambda moves: self.show_again(moves, decided=False))

    def action_preview(self) -> None:
        """Show exactly what it would do."""
        self._preview(armed=False)

    def action_execute(self) -> None:
        """Show exactly what it would do, ready for S."""
        self._preview(armed=True)

    def _preview(self, *, armed: bool) -> None:
        from caseyos.tui.bulk import open_bulk
        from caseyos.tui.preview import open_preview

        moves = self.chosen()
        if armed and len(moves) == 1 and moves[0].status == MoveStatus.UNKNOWN:
            from caseyos.tui.problems import ask_unknown

            ask_unknown(self, moves[0].id, moves[0].code, labels.title(moves[0]))
        elif len(moves) > 1:
            open_bulk(self, moves)
        elif moves:
            open_preview(self, moves[0], armed=armed)

    def action_why(self) -> None:
        """The whole explanation of the score."""
        from caseyos.tui.why import open_why

        move = self.looked_at()
        if move is not None:
            open_why(self, move)

    def action_story(self) -> None:
        """From signal to answer."""
        from caseyos.tui.story import open_story

        move = self.looked_at()
        if move is not None:
            open_story(self, move)

    def action_copy(self) -> None:
        """Copy something of the move."""
        from caseyos.tui.copying import choose_copy

        move = self.looked_at()
        if move is not None:
            choose_copy(self.program, move)

    def decide(
        self, verb: str, past: str, decision: Decision, moves: Sequence[Move] | None = None
    ) -> None:
        """Carry a decision out; many moves at once ask first, with their number."""
        chosen = self.chosen() if moves is None else moves
        if not chosen or self._deciding:
            return
        if len(chosen) < ASKS_FROM:
            self._carry_out(past, decision, chosen)
            return

        def answered(answer: str | None) -> None:
            if answer == "yes":
                self._carry_out(past, decision, chosen)

        question = yes_question(f"{verb} {len(chosen)} moves?", "z takes all of them back at once")
        self.app.push_screen(question, answered)

    def _carry_out(self, past: str, decision: Decision, moves: Sequence[Move]) -> None:
        self._deciding = True
        core = self.program.core
        self.program.ask(
            lambda: acting.decide(core, moves, decision),
            lambda acted: self._decided(past, acted),
            lambda error: self.refused(error, moves),
        )

    def _decided(self, past: str, acted: acting.Acted) -> None:
        self._deciding = False
        items = acted.report.items
        if len(items) == 1:
            told = f"{past} {items[0].code} {safe_line(items[0].title, 60)}."
        else:
            told = f"{past} {labels.counted(len(items), 'move')}."
        if acted.report.until is not None:
            until = acted.report.until.astimezone(self.program.zone)
            told = f"{told[:-1]} until {until:%a %d %b %H:%M}."
        if acted.report.note:
            told += f" {acted.report.note[:1].upper()}{acted.report.note[1:]}."
        self.program.say(f"{told} z undoes.")
        self.show_again(acted.moves, decided=True)
        self.program.feel_pulse()

    def refused(self, error: CaseyError, moves: Sequence[Move]) -> None:
        """Say why not; what changed behind the screen is shown as it is now."""
        self._deciding = False
        self.program.say_error(error)
        if isinstance(error, Changed) and len(moves) <= ASKS_FROM:
            self.look_again([move.id for move in moves])

    def look_again(self, move_ids: Sequence[UUID]) -> None:
        """Read moves again and show them as they are."""
        core = self.program.core
        self.program.ask(
            lambda: acting.present(core, move_ids),
            lambda found: self.show_again(found, decided=False),
        )


def _what(moves: Sequence[Move]) -> str:
    """The moves in a line, for a dialog."""
    if len(moves) == 1:
        return f"{moves[0].code} {safe_line(labels.title(moves[0]), 42)}"
    return labels.counted(len(moves), "marked move")
