-- name: ranked
-- Moves as the queue shows them; where narrows (a keyset condition pages it), order ranks.
SELECT m.id, m.code, m.title, m.priority_score::float8 AS aps, m.action_type,
       m.action_context AS context, m.status, m.owner, m.due_by, m.snoozed_until,
       coalesce(m.action_context ->> 'account', m.action_context ->> 'recipient_name',
                m.action_context ->> 'recipient') AS account,
       m.source, r.reasoning, r.drivers, m.version, m.created_at, m.updated_at, m.executed_at,
       m.play, m.outcome, r.confidence::float8 AS confidence, r.metadata AS facts,
       e.state AS execution_state,
       CASE WHEN e.state IN ('queued', 'blocked') THEN e.blocked_reason END AS waits_for,
       CASE e.state WHEN 'queued' THEN coalesce(e.blocked_until, e.not_before)
                    WHEN 'blocked' THEN e.blocked_until END AS waits_until
FROM command_queue_items m
LEFT JOIN action_recommendations r ON r.id = m.recommendation_id
LEFT JOIN LATERAL (
  SELECT state, blocked_reason, blocked_until, not_before FROM executions
  WHERE move_id = m.id AND NOT dry_run ORDER BY created_at DESC LIMIT 1) e ON true
WHERE {where}
ORDER BY {order}
LIMIT %(limit)s OFFSET %(skip)s

-- name: due_near
-- Today's Moves as ids, as far as they are among the best thousand of the queue: mostly all.
SELECT id FROM (SELECT id, priority_score, due_by, created_at FROM command_queue_items
                WHERE status = 'pending'
                ORDER BY priority_score DESC, due_by, created_at, id LIMIT 1000) best
WHERE due_by <= %(horizon)s
ORDER BY priority_score DESC, due_by, created_at, id LIMIT %(limit)s

-- name: due_far
-- Today's Moves as ids where too few of the best thousand are due: each day is asked for its best,
-- one short look into the index by day, so that the cost does not grow with the queue.
WITH RECURSIVE days (day) AS (
  (SELECT date_bin('1 day', due_by, '2000-01-01 00:00:00+00'::timestamptz)
   FROM command_queue_items WHERE status = 'pending'
   ORDER BY date_bin('1 day', due_by, '2000-01-01 00:00:00+00'::timestamptz) LIMIT 1)
  UNION ALL
  SELECT (SELECT date_bin('1 day', due_by, '2000-01-01 00:00:00+00'::timestamptz)
          FROM command_queue_items
          WHERE status = 'pending'
            AND date_bin('1 day', due_by, '2000-01-01 00:00:00+00'::timestamptz) > days.day
          ORDER BY date_bin('1 day', due_by, '2000-01-01 00:00:00+00'::timestamptz) LIMIT 1)
  FROM days WHERE days.day <= %(horizon)s)
SELECT due.id FROM days CROSS JOIN LATERAL (
  SELECT id, priority_score, due_by, created_at FROM command_queue_items
  WHERE status = 'pending' AND due_by <= %(horizon)s
    AND date_bin('1 day', due_by, '2000-01-01 00:00:00+00'::timestamptz) = days.day
  ORDER BY priority_score DESC, due_by, created_at, id LIMIT %(limit)s) due
WHERE days.day <= %(horizon)s
ORDER BY due.priority_score DESC, due.due_by, due.created_at, due.id LIMIT %(limit)s

-- name: tally
-- How many moves a filter leaves.
SELECT count(*) AS count FROM command_queue_items m WHERE {where}

-- name: by_ids
-- Moves by id.
SELECT id, code, title, version, status FROM command_queue_items WHERE id = ANY (%(ids)b)

-- name: by_code
-- Moves whose code begins so, at most a few.
SELECT id, code, title, version, status FROM command_queue_items
WHERE code LIKE %(prefix)s || '%%' ORDER BY code = %(prefix)s DESC, code LIMIT 6

-- name: near_codes
-- Codes like this one, for a helpful refusal.
SELECT code FROM command_queue_items
WHERE code LIKE left(%(code)s, 1) || '%%' AND status IN ('pending', 'accepted', 'snoozed')
ORDER BY priority_score DESC LIMIT 3

-- name: recommendations_of
-- The reasoning of a move over time, newest first.
SELECT aps_score::float8 AS aps, drivers, reasoning, weights_version, generated_at
FROM action_recommendations WHERE move_id = %(id)s
ORDER BY generated_at DESC, id DESC LIMIT 200

-- name: signals_of
-- The signals that led to a move.
SELECT id, source, signal_type, evidence, occurred_at, created_at FROM signals
WHERE move_id = %(id)s ORDER BY created_at DESC LIMIT 50

-- name: executions_of
-- What was done for a move.
SELECT id, state, action_type, channel, dry_run, plan_id, queued_at, dispatched_at, finished_at,
       provider_id, marker, error, blocked_reason, blocked_until, reversibility, undone_at
FROM executions WHERE move_id = %(id)s AND NOT dry_run ORDER BY created_at DESC LIMIT 20

-- name: history_of
-- The receipts of a move and of its executions.
SELECT a.seq, a.at, a.actor, a.action, a.from_state, a.to_state, a.reason, a.result
FROM audit_log a
WHERE a.subject = 'move:' || %(id)s::text
   OR a.subject IN (SELECT 'execution:' || e.id::text FROM executions e WHERE e.move_id = %(id)s)
ORDER BY a.seq DESC LIMIT 50

-- name: answers_of
-- What was written in answer to what a move sent.
SELECT m.at, coalesce(c.name, c.email) AS who, m.subject FROM messages m
LEFT JOIN contacts c ON c.id = m.contact_id
WHERE m.direction = 'received'
  AND m.refs && ARRAY (SELECT e.marker FROM executions e
                       WHERE e.move_id = %(id)s AND NOT e.dry_run AND e.marker IS NOT NULL)
ORDER BY m.at LIMIT 20

-- name: find
-- People, companies and moves that hold the words. The end of an id tells two apart: its
-- beginning is the time it was made.
(SELECT 'move' AS kind, code AS id, title, status AS detail FROM command_queue_items
 WHERE title ILIKE %(like)s ORDER BY priority_score DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'company', right(id::text, 12), name, concat_ws(', ', sector, country) FROM accounts
 WHERE name ILIKE %(like)s ORDER BY name LIMIT %(limit)s)
UNION ALL
(SELECT 'person', right(id::text, 12), coalesce(name, email), coalesce(email, company, '')
 FROM contacts WHERE name ILIKE %(like)s OR email ILIKE %(like)s OR company ILIKE %(like)s
 ORDER BY name LIMIT %(limit)s)
