"""The daemon's life: hold the lock, lead, run the jobs, watch, serve the shim, end cleanly."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from caseyos.app import App
from caseyos.app.daemon_lock import DaemonFile, DaemonState
from caseyos.daemon.jobs import job_table
from caseyos.daemon.scheduler import JobRunner
from caseyos.errors import CaseyError

if TYPE_CHECKING:
    from caseyos.domain.reports import Readiness
    from caseyos.http.shim import Shim

log = logging.getLogger(__name__)

WATCH_EVERY = 5.0  # seconds
CLOCK_STEP = 30.0  # seconds by which the wall clock may leave the monotonic one
SUPERVISOR_SHOULD_RESTART = 75  # EX_TEMPFAIL


class Daemon:
    """One daemon process; `run` returns its exit code."""

    def __init__(self, app: App, *, listen: str | None) -> None:
        self._app = app
        self._listen = listen
        self._ending = threading.Event()
        self._epoch: int | None = None
        self._runner: JobRunner | None = None
        self._rebuilt = False
        self._last_watch = time.monotonic()

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; 0 when that ended cleanly."""
        files = DaemonFile(self._app.config.paths.state_dir)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        files.hold(DaemonState(os.getpid(), started, self._listen))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._ending.set())
        shim = None
        try:
            shim = self._serve()
            self._runner = JobRunner(self._app, job_table(self._app), lambda: self._epoch)
            self._runner.start()
            log.info("daemon started", extra={"pid": os.getpid()})
            return self._watch()
        finally:
            if self._runner is not None:
                self._runner.stop()
            if shim is not None:
                shim.stop()
            self._app.operations.leader.release()
            self._app.close()
            files.release()
            log.info("daemon ended")

    def _serve(self) -> Shim | None:
        if self._listen is None:
            return None
        from caseyos.http.shim import Shim, parse_listen

        host, port = parse_listen(self._listen)
        shim = Shim(self._readiness, host=host, port=port)
        shim.start()
        return shim

    def _readiness(self) -> Readiness:
        alive = self._runner is not None and self._runner.alive()
        return self._app.operations.readiness(
            extra={"scheduler": "ready" if alive else "the scheduler does not answer"}
        )

    def _watch(self) -> int:
        wall, steady = time.time(), time.monotonic()
        while not self._ending.wait(0 if self._epoch is None else WATCH_EVERY):
            self._keep_database()
            drift = (time.time() - wall) - (time.monotonic() - steady)
            wall, steady = time.time(), time.monotonic()
            if abs(drift) > CLOCK_STEP and self._runner is not None:
                log.warning("the clock stepped by %.0f s; all next runs are computed anew", drift)
                self._runner.reschedule()
            if self._runner is not None and not self._runner.alive():
                if self._rebuilt:
                    log.error("the scheduler died twice; leaving it to the supervisor")
                    return SUPERVISOR_SHOULD_RESTART
                log.error("the scheduler died; building it anew")
                self._rebuilt = True
                self._runner.stop(wait=False)
                self._runner.start()
            if self._epoch is None and self._ending.wait(WATCH_EVERY):
                break
        return 0

    def _keep_database(self) -> None:
        """Lead where nobody does; start the embedded server again when it died."""
        operations = self._app.operations
        try:
            if not operations.leader.held():
                self._epoch = None
                operations.revive_database()
                if operations.leader.acquire():
                    self._epoch = operations.leader.epoch
        except CaseyError as error:
            self._epoch = None
            log.error("the database does not answer: %s", error.message)
