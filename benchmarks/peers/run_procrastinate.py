"""No-op jobs of procrastinate, drained by one worker: `run_procrastinate.py DSN JOBS CONCURRENCY`.

Run by the interpreter of an environment that holds procrastinate; 0 is its own default. Prints
seconds.
"""

from __future__ import annotations

import asyncio
import sys
import time

import procrastinate


async def main(dsn: str, jobs: int, concurrency: int) -> None:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn))

    @app.task(name="nothing")
    async def nothing() -> None:
        """The whole job."""

    async with app.open_async():
        if not await app.check_connection_async():
            await app.schema_manager.apply_schema_async()
        await nothing.batch_defer_async(*[{}] * jobs)
        begun = time.perf_counter()
        given = {"concurrency": concurrency} if concurrency else {}
        await app.run_worker_async(wait=False, listen_notify=False, **given)
        print(time.perf_counter() - begun)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
