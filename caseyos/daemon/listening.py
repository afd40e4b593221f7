"""Listening to the sources that tell of news by themselves: a thread each, only while we lead."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from caseyos.errors import CaseyError, ConfigError, LoginRequired

log = logging.getLogger(__name__)

FIRST_PAUSE = 2.0  # seconds before the second try; doubled each time
LONGEST_PAUSE = 300.0
STABLE = 60.0  # a connection that held so long begins anew with the first pause

Listen = Callable[[str, Callable[[], object], Callable[[], bool]], bool]


class Listeners:
    """A thread for each source; `listen` blocks and calls back, `hear` is what news starts.

    The threads never hold anything of the database while they wait, and nobody waits for them.
    """

    def __init__(
        self,
        sources: Iterable[str],
        listen: Listen,
        hear: Callable[[str], object],
        leads: Callable[[], object | None],
    ) -> None:
        self._listen = listen
        self._hear = hear
        self._leads = leads
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._attend, args=(source,), name=f"listen-{source}", daemon=True
            )
            for source in sources
        ]

    def start(self) -> None:
        """Begin to listen."""
        for thread in self._threads:
            thread.start()

    def stop(self, grace: float = 1.0) -> None:
        """Listen no more; whatever does not end within `grace` seconds ends with the process."""
        self._stopped.set()
        until = time.monotonic() + grace
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))

    def _attend(self, source: str) -> None:
        pause = FIRST_PAUSE
        while not self._stopped.is_set():
            if self._leads() is None:
                self._stopped.wait(0.5)
                continue
            begun = time.monotonic()
            try:
                if not self._listen(source, lambda: self._heard(source), self._over):
                    log.info("%s tells of nothing by itself; it is asked at its interval", source)
                    return
                continue
            except CaseyError as error:
                if self._stopped.is_set():
                    return
                log.info("%s: listening broke off: %s", source, error.message)
                held = time.monotonic() - begun > STABLE
                # A refused password is not asked again every few seconds: accounts get locked.
                for_long = isinstance(error, LoginRequired | ConfigError)
                pause = LONGEST_PAUSE if for_long else FIRST_PAUSE if held else pause
            except Exception:
                if self._stopped.is_set():
                    return
                log.exception("%s: listening failed", source)
                pause = LONGEST_PAUSE
            self._stopped.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _over(self) -> bool:
        return self._stopped.is_set() or self._leads() is None

    def _heard(self, source: str) -> None:
        """Fetch what came; a source that fails is noted with the source, not here."""
        if self._over():
            return
        try:
            self._hear(source)
        except CaseyError as error:
            log.warning("%s: %s", source, error.message)
