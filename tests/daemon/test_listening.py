"""The threads that listen: only while we lead, again after a break, and gone when told to end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from caseyos.daemon import listening
from caseyos.daemon.listening import Listeners
from caseyos.errors import CaseyError, LoginRequired, TryLater

Listen = Callable[[str, Callable[[], object], Callable[[], bool]], bool]
Start = Callable[..., "Stage"]


class Stage:
    """Listeners whose sources are played by a function, and everything that happened to them."""

    def __init__(self, listen: Listen, *, leads: int | None = 1, failing: bool = False) -> None:
        self.events: list[str] = []
        self.epoch: int | None = leads
        self.failing = failing
        self.left = 0

        def played(source: str, heard: Callable[[], object], stopping: Callable[[], bool]) -> bool:
            self.events.append(f"listen {source}")
            try:
                return listen(source, heard, stopping)
            finally:
                self.left += 1

        self.listeners = Listeners(["imap:a"], played, self._hear, lambda: self.epoch)
        self.listeners.start()

    def _hear(self, source: str) -> None:
        self.events.append(f"hear {source}")
        if self.failing:
            raise TryLater("The source is away.")

    def until(self, question: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not question():
            assert time.monotonic() < end, self.events
            time.sleep(0.01)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    monkeypatch.setattr(listening, "FIRST_PAUSE", 0.01)
    stages: list[Stage] = []

    def make(listen: Listen, **options: object) -> Stage:
        stages.append(Stage(listen, **options))  # type: ignore[arg-type]
        return stages[-1]

    yield make
    for stage in stages:
        stage.listeners.stop()


def waiting(_source: str, heard: Callable[[], object], stopping: Callable[[], bool]) -> bool:
    heard()
    while not stopping():
        time.sleep(0.01)
    return True


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "listen-imap:a"]


def test_what_is_heard_is_fetched_and_stop_ends_it(start: Start) -> None:
    stage = start(waiting)
    stage.until(lambda: stage.events == ["listen imap:a", "hear imap:a"])
    stage.listeners.stop()
    assert threads() == []


def test_only_a_leader_listens(start: Start) -> None:
    stage = start(waiting, leads=None)
    assert stage.events == []
    stage.epoch = 2
    stage.until(lambda: len(stage.events) == 2)
    stage.epoch = None
    stage.until(lambda: stage.left == 1)  # the connection is let go
    stage.epoch = 3
    stage.until(lambda: stage.events == ["listen imap:a", "hear imap:a"] * 2)


def test_a_broken_connection_is_made_again(start: Start) -> None:
    breaks: list[CaseyError | RuntimeError] = [TryLater("It broke."), TryLater("Again.")]

    def breaking(source: str, heard: Callable[[], object], stopping: Callable[[], bool]) -> bool:
        if breaks:
            raise breaks.pop()
        return waiting(source, heard, stopping)

    stage = start(breaking)
    stage.until(lambda: stage.events == ["listen imap:a"] * 3 + ["hear imap:a"])


@pytest.mark.parametrize("error", [LoginRequired("No."), RuntimeError("A mistake of ours.")])
def test_what_will_not_mend_itself_is_not_tried_again_soon(start: Start, error: Exception) -> None:
    def refused(*_: object) -> bool:
        raise error

    stage = start(refused)
    stage.until(lambda: stage.events == ["listen imap:a"])
    assert threads() == ["listen-imap:a"]  # it waits, and ends at once when told to
    stage.listeners.stop()
    assert (threads(), stage.events) == ([], ["listen imap:a"])


def test_a_server_that_tells_nothing_is_left_to_its_interval(start: Start) -> None:
    stage = start(lambda *_: False)
    stage.until(lambda: stage.events == ["listen imap:a"] and threads() == [])


def test_a_source_that_fails_is_listened_to_still(start: Start) -> None:
    stage = start(waiting, failing=True)
    stage.until(lambda: stage.events == ["listen imap:a", "hear imap:a"])
    assert threads() == ["listen-imap:a"]


def test_one_that_does_not_end_is_not_waited_for(start: Start) -> None:
    never = threading.Event()
    stage = start(lambda *_: never.wait(20))
    stage.until(lambda: stage.events == ["listen imap:a"])
    begun = time.monotonic()
    stage.listeners.stop(grace=0.05)
    assert time.monotonic() - begun < 10  # it would be 20 seconds
    never.set()
