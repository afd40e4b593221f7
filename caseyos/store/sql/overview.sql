-- name: counts
-- The figures of the status line: moves from the tally, the rest from indexes.
WITH horizon AS (
  SELECT %(horizon)s::timestamptz AS at,
         date_bin('1 hour', %(horizon)s::timestamptz, '2000-01-01 00:00:00+00') AS hour)
, tally AS (
  SELECT sum(moves) FILTER (WHERE status = 'pending') AS pending,
         sum(moves) FILTER (WHERE status = 'pending'
                              AND due_hour < (SELECT hour FROM horizon)) AS due,
         sum(moves) FILTER (WHERE status = 'accepted') AS accepted,
         sum(moves) FILTER (WHERE status = 'unknown') AS unknown
  FROM queue_tally)
SELECT
  (SELECT coalesce(pending, 0)::bigint FROM tally) AS pending,
  -- The hours before the horizon's are in the tally; within it they are counted.
  (SELECT coalesce(due, 0)::bigint FROM tally)
    + (SELECT count(*) FROM command_queue_items
        WHERE status = 'pending' AND due_by >= (SELECT hour FROM horizon)
          AND due_by <= (SELECT at FROM horizon)) AS due,
  (SELECT coalesce(accepted, 0)::bigint FROM tally) AS accepted,
  (SELECT coalesce(unknown, 0)::bigint FROM tally) AS unknown,
  (SELECT count(*) FROM executions
    WHERE state IN ('queued', 'claimed', 'dispatching', 'blocked')) AS outbox

-- name: activity
-- What was done, newest first, with the move it was done to.
SELECT a.seq, a.at, a.actor AS who, a.action AS what, m.code AS move_code, m.title,
       concat_ws(', ', a.reason, a.result) AS detail, a.from_state, a.to_state, a.key
FROM audit_log a
LEFT JOIN executions e ON a.subject = 'execution:' || e.id::text
LEFT JOIN command_queue_items m
  ON m.id = coalesce(e.move_id,
       CASE WHEN a.subject LIKE 'move:%%' THEN substr(a.subject, 6)::uuid END)
WHERE (%(since)s::timestamptz IS NULL OR a.at >= %(since)s)
  AND (%(who)s::text IS NULL OR a.actor = %(who)s)
  AND (%(what)s::text IS NULL OR a.action = %(what)s)
  AND (%(move_id)s::uuid IS NULL OR m.id = %(move_id)s)
  AND (%(before)s::bigint IS NULL OR a.seq < %(before)s)
ORDER BY a.seq DESC
LIMIT %(limit)s

-- name: stats_counts
-- Signals seen and moves made since a moment.
SELECT (SELECT count(*) FROM signals WHERE created_at >= %(since)s) AS signals,
       (SELECT count(*) FROM command_queue_items WHERE created_at >= %(since)s) AS moves_made,
       (SELECT count(*) FROM command_queue_items WHERE status = 'pending') AS queue_depth,
       (SELECT avg((data ->> 'latency_ms')::float8) FROM events
         WHERE name = 'recommendation_generated' AND at >= %(since)s
           AND data ? 'latency_ms') AS generation_ms

-- name: stats_decided
-- Decisions by kind since a moment, those that stood.
SELECT kind AS name, count(*) AS count FROM decisions
WHERE at >= %(since)s AND undone_at IS NULL GROUP BY kind ORDER BY kind

-- name: stats_executions
-- Real executions by state since a moment.
SELECT state AS name, count(*) AS count FROM executions
WHERE created_at >= %(since)s AND NOT dry_run GROUP BY state ORDER BY state

-- name: stats_outcomes
-- Outcomes by kind since a moment, those that stand.
SELECT kind AS name, count(*) AS count FROM outcomes
WHERE recorded_at >= %(since)s AND superseded_at IS NULL GROUP BY kind ORDER BY count(*) DESC, kind

-- name: stats_by_score
-- Does the score work? Executed moves and good outcomes by APS band.
SELECT width_bucket(m.priority_score, ARRAY[0, 40, 60, 80]::numeric[]) AS band,
       count(*) AS executed,
       count(*) FILTER (WHERE EXISTS (
         SELECT 1 FROM outcomes o WHERE o.move_id = m.id AND o.superseded_at IS NULL
           AND o.kind IN ('replied', 'meeting_booked', 'stage_advanced', 'deal_won',
                          'deliverable_shipped')
           AND o.positive IS DISTINCT FROM false)) AS good
FROM command_queue_items m
WHERE m.executed_at >= %(since)s
GROUP BY 1 ORDER BY 1 DESC

-- name: quarantined
-- How much lies in quarantine, unresolved.
SELECT count(*) AS count FROM quarantine WHERE resolved_at IS NULL

-- name: totals
-- How much there is altogether.
SELECT (SELECT count(*) FROM command_queue_items WHERE status = 'pending') AS moves,
       (SELECT count(*) FROM signals) AS signals,
       (SELECT count(*) FROM messages WHERE direction = 'sent')
         + (SELECT count(*) FROM executions WHERE state = 'succeeded' AND NOT dry_run) AS sent,
       (SELECT count(*) FROM outcomes WHERE superseded_at IS NULL) AS outcomes
