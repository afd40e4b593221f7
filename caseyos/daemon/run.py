"""The daemon's life: hold the lock, lead, run the jobs, watch, serve the shim, end cleanly."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

from caseyos.app import App
from caseyos.app.daemon_lock import DaemonFile, DaemonState
from caseyos.daemon.jobs import job_table
from caseyos.daemon.listening import Listeners
from caseyos.daemon.promptly import Promptly
from caseyos.daemon.scheduler import JobRunner
from caseyos.errors import CaseyError

if TYPE_CHECKING:
    from caseyos.domain.reports import Readiness

log = logging.getLogger(__name__)

WATCH_EVERY = 2.0  # seconds
REVIVE_AFTER = 5.0  # seconds that a dead embedded server is left to itself
CLOCK_STEP = 30.0  # seconds by which the wall clock may leave the monotonic one
MAX_PAUSE = 10.0  # seconds; a longer pause means that this process was stopped
SUPERVISOR_SHOULD_RESTART = 75  # EX_TEMPFAIL


class Served(Protocol):
    """A front end that runs beside the jobs."""

    @property
    def address(self) -> str:
        """Where it is served."""
        ...

    def stop(self) -> None:
        """Finish what is open and end."""
        ...


Serve = Callable[[Callable[[], "Readiness"]], Served]


class Daemon:
    """One daemon process; `run` returns its exit code.

    `serve` starts what is served beside the jobs, `say` is told what a person at the terminal
    should know.
    """

    def __init__(
        self, app: App, *, serve: Serve | None = None, say: Callable[[str], None] = log.info
    ) -> None:
        self._app = app
        self._serve = serve
        self._say = say
        # A queue, because its `put` may be called in a signal handler and an Event's `set` may not.
        self._ending: SimpleQueue[int] = SimpleQueue()
        self._epoch: int | None = None
        self._down_since: float | None = None
        self._said = ""
        self._rebuilt = False
        self._runner = JobRunner(job_table(app), app.operations.run_job, lambda: self._epoch)
        self._promptly = Promptly(app, lambda: self._epoch)
        self._listeners = Listeners(
            app.sources.listened(), app.sources.listen, app.operations.hear, lambda: self._epoch
        )

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; 0 when that ended cleanly."""
        files = DaemonFile(self._app.config.paths.state_dir)
        state = DaemonState(os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"), None)
        files.hold(state)
        served: Served | None = None
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda caught, _frame: self._ending.put(caught))
            if self._serve is not None:
                served = self._serve(self._readiness)
                files.tell(replace(state, listen=served.address))
            address = served.address if served else "off"
            self._say(f"daemon started (pid {state.pid}), shim {address}. Ctrl-C ends it.")
            log.info("daemon started", extra={"pid": state.pid, "listen": address})
            self._runner.start()
            self._listeners.start()
            self._promptly.start()
            return self._watch()
        finally:
            self._promptly.stop()
            self._listeners.stop()
            self._runner.stop()
            if served is not None:
                served.stop()
            self._stand_down()
            self._app.close()
            files.release()
            log.info("daemon ended")

    def _readiness(self) -> Readiness:
        alive = self._runner.alive()
        return self._app.operations.readiness(
            extra={"scheduler": "ready" if alive else "the scheduler does not answer"}
        )

    def _watch(self) -> int:
        wall, steady = time.time(), time.monotonic()
        while True:
            self._keep_leading()
            passed = time.monotonic() - steady
            step = time.time() - wall - passed
            wall, steady = time.time(), time.monotonic()
            if abs(step) > CLOCK_STEP:
                log.warning("the clock stepped by %.0f s; all next runs are computed anew", step)
                self._stand_down()  # a new epoch: the periods already run are void
                self._keep_leading()
                self._runner.reschedule()
            if passed > MAX_PAUSE:
                self._runner.excuse()
            if not self._runner.alive() and not self._rebuild():
                return SUPERVISOR_SHOULD_RESTART
            try:
                self._ending.get(timeout=WATCH_EVERY)
            except Empty:
                continue
            self._say("daemon ending.")
            return 0

    def _rebuild(self) -> bool:
        """Build the dead scheduler anew, once."""
        if self._rebuilt:
            log.error("the scheduler died twice; leaving it to the supervisor")
            return False
        log.error("the scheduler died; building it anew")
        self._rebuilt = True
        self._runner.stop(grace=0)
        self._runner.start()
        return True

    def _keep_leading(self) -> None:
        """Lead where nobody does; start the embedded server again when it stays away."""
        operations = self._app.operations
        try:
            if self._epoch is not None and operations.leader.held():
                return
            self._epoch = None
            self._lead()
        except CaseyError as error:
            self._tell(error.message)
            now = time.monotonic()
            self._down_since = self._down_since or now
            if now - self._down_since >= REVIVE_AFTER:
                self._revive()

    def _revive(self) -> None:
        try:
            self._app.operations.revive_database()
            self._lead()
        except CaseyError as error:
            self._tell(error.message)

    def _lead(self) -> None:
        leader = self._app.operations.leader
        if leader.acquire():
            self._epoch = leader.epoch
            self._tell(f"leading, epoch {self._epoch}")
            self._runner.reschedule()
        else:
            self._tell("another daemon leads; standing by to take over")
        self._down_since = None

    def _stand_down(self) -> None:
        self._epoch = None
        if "leader" in vars(self._app.operations):
            self._app.operations.leader.release()

    def _tell(self, sentence: str) -> None:
        """Say what changed, once, and not every two seconds."""
        if sentence != self._said:
            self._said = sentence
            self._say(sentence)
            log.info("%s", sentence)
