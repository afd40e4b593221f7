"""Job runs: at most one per job and period, whoever tries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseyos.domain.reports import JobRun, Leadership
from caseyos.store.rows import as_json
from caseyos.store.sql import named_sql

if TYPE_CHECKING:
    from psycopg import Connection

_SQL = named_sql("jobs")


class JobRuns:
    """The repository of `job_runs`, in one transaction."""

    def __init__(self, connection: Connection[dict[str, Any]]) -> None:
        self._connection = connection

    def start(self, job: str, period_key: str, *, epoch: int, deadline: timedelta) -> UUID | None:
        """Claim the run of `job` for `period_key`, for whoever leads in `epoch`.

        None when that period already had its run or somebody else leads by now. Earlier runs of
        the job that never ended are closed as `timed_out`.
        """
        self._connection.execute(
            _SQL["close_abandoned"], {"job": job, "epoch": epoch, "deadline": deadline}
        )
        row = self._connection.execute(
            _SQL["start_run"], {"job": job, "period_key": period_key, "epoch": epoch}
        ).fetchone()
        return None if row is None else row["id"]

    def finish(
        self, run_id: UUID, state: str, *, summary: Mapping[str, Any], error: str | None = None
    ) -> None:
        """Record the end of a run: ok, failed or timed_out."""
        self._connection.execute(
            _SQL["finish_run"],
            {"id": run_id, "state": state, "error": error, "summary": as_json(dict(summary))},
        )

    def latest(self) -> tuple[JobRun, ...]:
        """The latest run of every job."""
        return tuple(JobRun(**row) for row in self._connection.execute(_SQL["latest_runs"]))

    def forget_old(self) -> int:
        """Drop runs older than thirty days; how many went."""
        return self._connection.execute(_SQL["forget_runs"]).rowcount

    def leader(self) -> Leadership | None:
        """Who holds the leader's lock now, if anybody does."""
        row = self._connection.execute(_SQL["leader"]).fetchone()
        if row is None or not row["held"]:
            return None
        return Leadership(row["pid"], row["started_at"], row["epoch"], row["host"], row["role"])
