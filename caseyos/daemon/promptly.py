"""New signals are processed at once: the database says that some came, a thread of its own answers.

The `generate` job stays: it lets time do its work, and finds whatever nobody was told of.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from caseyos.app import App
from caseyos.errors import CaseyError

log = logging.getLogger(__name__)

SILENCE = 1.0  # seconds of waiting after which it looks whether to end
GRACE = 3.0  # seconds that a batch under way is given at the end
AGAIN = 5.0  # seconds after a failure


class Promptly:
    """Listens while the daemon runs; acts only while it leads."""

    def __init__(self, app: App, leads: Callable[[], int | None]) -> None:
        self._app = app
        self._leads = leads
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="promptly", daemon=True)

    def start(self) -> None:
        """Begin, where the configuration lets generation run at all."""
        if self._app.operations.job_enabled("generate"):
            self._thread.start()

    def stop(self) -> None:
        """Ask it to end; what it is at is finished or undone with its transaction."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(GRACE)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._listen()
            except CaseyError as error:
                log.warning("not listening for signals: %s", error.message)
            except Exception:
                log.exception("signals could not be processed at once")
            self._ending.wait(AGAIN)

    def _listen(self) -> None:
        news = self._app.generation.news()
        try:
            while not self._ending.is_set():
                if "signals" in news.wait(SILENCE) and self._leads() is not None:
                    self._app.generation.process()
        finally:
            with suppress(Exception):
                news.close()
