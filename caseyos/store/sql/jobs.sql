-- name: start_run
-- Record that a job starts for a period; no row when the period already had its run, or when
-- somebody else leads by now.
INSERT INTO job_runs (job, period_key, epoch)
SELECT %(job)s, %(period_key)s, %(epoch)s
WHERE %(epoch)s = (SELECT (value ->> 'epoch')::bigint FROM switches WHERE name = 'leader')
ON CONFLICT (job, period_key) DO NOTHING
RETURNING id

-- name: close_abandoned
-- Runs of a job that passed their deadline, or whose daemon is gone.
UPDATE job_runs
SET state = 'timed_out', finished_at = clock_timestamp(),
    error = 'it passed its deadline, or its daemon died'
WHERE job = %(job)s AND state = 'running'
  AND (epoch IS DISTINCT FROM %(epoch)s
       OR started_at < clock_timestamp() - %(deadline)s::interval)

-- name: finish_run
-- Record how a run ended, unless it was given up before.
UPDATE job_runs
SET state = %(state)s, finished_at = clock_timestamp(), error = %(error)s, summary = %(summary)s
WHERE id = %(id)s AND state = 'running'

-- name: latest_runs
-- The latest run of each job.
SELECT DISTINCT ON (job) job, period_key, state, started_at, finished_at, error
FROM job_runs
ORDER BY job, started_at DESC

-- name: forget_runs
-- Keep the history of runs short: thirty days.
DELETE FROM job_runs WHERE started_at < clock_timestamp() - interval '30 days'

-- name: raise_epoch
-- Become the leader: a higher epoch fences off whoever led before.
INSERT INTO switches (name, value, changed_by)
VALUES ('leader', jsonb_build_object('epoch', 1, 'pid', %(pid)s::int, 'host', %(host)s::text,
        'role', %(role)s::text, 'backend', pg_backend_pid(), 'started_at', clock_timestamp()),
        %(host)s)
ON CONFLICT (name) DO UPDATE
SET value = excluded.value
        || jsonb_build_object('epoch', (switches.value ->> 'epoch')::bigint + 1),
    changed_at = clock_timestamp()
RETURNING (value ->> 'epoch')::bigint AS epoch

-- name: leader
-- Who led last, and whether the lock is held at this moment.
SELECT (value ->> 'pid')::int AS pid, value ->> 'host' AS host, value ->> 'role' AS role,
       (value ->> 'started_at')::timestamptz AS started_at, (value ->> 'epoch')::bigint AS epoch,
       EXISTS (SELECT 1 FROM pg_locks
               WHERE locktype = 'advisory' AND classid = 0 AND objid = 7421002 AND granted
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              ) AS held
FROM switches WHERE name = 'leader'

-- name: notice_soon
-- Let the server notice within ten seconds that the leader's machine is gone (TCP only).
SELECT set_config('tcp_keepalives_idle', '4', false),
       set_config('tcp_keepalives_interval', '2', false),
       set_config('tcp_keepalives_count', '3', false)

-- name: try_lead
-- Take the leader's lock for as long as this connection lives.
SELECT pg_try_advisory_lock(7421002) AS held

-- name: stop_leading
-- Let go of the leader's lock.
SELECT pg_advisory_unlock_all()
