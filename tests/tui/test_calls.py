"""Calls of the App run in threads of their own and are answered as messages."""

import threading

from caseyos.app import App
from caseyos.errors import CaseyError, Refused
from tests.tui.stage import Seat, play


def test_answers_arrive_in_order_on_the_loop_and_work_runs_elsewhere(core: App) -> None:
    async def scene(seat: Seat) -> None:
        threads: list[tuple[str, bool]] = []
        loop = threading.current_thread()
        answers: list[int] = []

        def answered(value: int) -> None:
            assert threading.current_thread() is loop
            answers.append(value)

        def work(value: int) -> int:
            threads.append((threading.current_thread().name, threading.current_thread() is loop))
            return value

        for value in range(20):
            seat.program.ask(lambda value=value: work(value), answered)
        await seat.settle()
        assert answers == list(range(20))
        assert len({name for name, _ in threads}) == 1
        assert not any(on_loop for _, on_loop in threads)

    play(core, scene)


def test_a_refusal_and_a_defect_are_said_and_the_screen_lives_on(core: App) -> None:
    async def scene(seat: Seat) -> None:
        errors: list[CaseyError] = []

        def refuse() -> None:
            raise Refused("Not this [/b] one.", hint="caseyos help safety")

        def fail() -> None:
            raise KeyError("private@x.example")

        seat.program.ask(refuse, lambda _none: None)
        seat.program.ask(fail, lambda _none: None, errors.append)
        await seat.settle()
        assert seat.said == ["Not this [/b] one. caseyos help safety"]
        assert "private" not in errors[0].message
        assert "KeyError" in errors[0].message

    play(core, scene)


def test_nothing_is_begun_after_closing(core: App) -> None:
    async def scene(seat: Seat) -> None:
        seat.program.calls.close()
        seat.program.ask(lambda: 1, lambda _one: None)
        assert seat.program.calls.open == 0

    play(core, scene)
