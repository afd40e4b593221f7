"""No-op jobs of pgqueuer, drained by one worker: `run_pgqueuer.py DSN JOBS BATCH`, prints seconds.

Run by the interpreter of an environment that holds pgqueuer; BATCH 0 is its own default.
"""

from __future__ import annotations

import sys
import time

import asyncpg
import uvloop
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode


async def main(dsn: str, jobs: int, batch: int) -> None:
    parts = dict(part.split("=", 1) for part in dsn.split())
    connection = await asyncpg.connect(
        host=parts["host"], user=parts["user"], database=parts["dbname"]
    )
    queries = Queries.from_asyncpg_connection(connection)
    manager = QueueManager(queries)
    if await connection.fetchval("SELECT to_regclass('pgqueuer')") is None:
        await queries.install()

    @manager.entrypoint("nothing")
    async def nothing(job: Job) -> None:
        """The whole job."""

    for _ in range(0, jobs, 1000):
        await queries.enqueue(["nothing"] * 1000, [None] * 1000, [0] * 1000)
    await connection.execute("ANALYZE pgqueuer")
    begun = time.perf_counter()
    given = {"batch_size": batch} if batch else {}
    await manager.run(mode=QueueExecutionMode.drain, **given)
    print(time.perf_counter() - begun)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
