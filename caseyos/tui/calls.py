"""Asking the App for something without holding up the screen.

Two threads, each with the connection that `store` gives a thread. `front` runs everything a key
asks for, one after the other, so that a decision is always seen by the read that follows it and
the App's parts are built once; `outbox` lets due sends go, which may wait on a mail server.
Neither touches a widget: the answer is posted to the program as a message.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from textual.message import Message

from caseyos.errors import CaseyError

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

T = TypeVar("T")
Done = Callable[[T], None]
Failed = Callable[[CaseyError], None]
_log = logging.getLogger(__name__)

FRONT, OUTBOX = "front", "outbox"


class Answer(Message):
    """What a call came to; `tell` runs on the event loop, where widgets may be changed."""

    def __init__(self, tell: Callable[[], None], error: CaseyError | None) -> None:
        super().__init__()
        self.tell = tell
        self.error = error


class Calls:
    """The two threads that call the App."""

    def __init__(self, answer_to: MessagePump, front: ThreadPoolExecutor | None = None) -> None:
        self._answer_to = answer_to
        self._lanes = {
            FRONT: front or ThreadPoolExecutor(1, thread_name_prefix="caseyos-front"),
            OUTBOX: ThreadPoolExecutor(1, thread_name_prefix="caseyos-outbox"),
        }
        self.open = 0  # calls whose answer is not handled yet
        self._closed = False

    def ask(
        self,
        work: Callable[[], T],
        done: Done[T],
        failed: Failed,
        *,
        lane: str = FRONT,
    ) -> None:
        """Run `work` in a thread; then `done` or `failed` on the event loop."""
        if self._closed:
            return
        self.open += 1
        self._lanes[lane].submit(self._run, work, done, failed)

    def close(self) -> None:
        """Begin nothing more and wait for what runs: no effect is cut in half."""
        self._closed = True
        for lane in self._lanes.values():
            lane.shutdown(wait=True, cancel_futures=True)

    def _run(self, work: Callable[[], Any], done: Done[Any], failed: Failed) -> None:
        try:
            value = work()
        except CaseyError as error:
            self._answer(failed, error, error)
        except Exception as defect:  # noqa: BLE001 - said, logged, and the screen lives on
            _log.exception("a call of the screen failed")
            told = CaseyError(
                f"That failed unexpectedly ({type(defect).__name__}); the log has the details.",
                hint="caseyos doctor",
            )
            self._answer(failed, told, told)
        else:
            self._answer(done, value, None)

    def _answer(self, tell: Callable[[Any], None], value: object, error: CaseyError | None) -> None:
        if not self._closed:
            self._answer_to.post_message(Answer(lambda: tell(value), error))
