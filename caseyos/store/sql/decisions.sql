-- name: lock_moves
-- Moves as a decision reads them, locked in one order so that two batches cannot deadlock.
SELECT id, code, title, status, version, action_type, action_context AS context, draft, due_by,
       note, snoozed_until, snoozed_for_reply, closed_reason, accepted_hash, accepted_at,
       batch_id, account_id, contact_id, owner, priority_score::float8 AS aps
FROM command_queue_items WHERE id = ANY (%(ids)b) ORDER BY id FOR UPDATE

-- name: change_move
-- Put a decision's fields on a move, if its status is still what was read.
UPDATE command_queue_items
SET status = %(status)s, snoozed_until = %(snoozed_until)s,
    snoozed_for_reply = %(snoozed_for_reply)s, closed_reason = %(closed_reason)s,
    accepted_hash = %(accepted_hash)s, accepted_at = %(accepted_at)s, batch_id = %(batch_id)s,
    draft = %(draft)s, note = %(note)s, decided_at = clock_timestamp()
WHERE id = %(id)s AND status = %(from_status)s
RETURNING version

-- name: journal
-- What a person did, with what it takes to undo it.
INSERT INTO decisions (batch_id, move_id, kind, actor, reason, note, before, after, execution_id)
VALUES (%(batch_id)s, %(move_id)s, %(kind)s, %(actor)s, %(reason)s, %(note)s, %(before)s,
  %(after)s, %(execution_id)s)
RETURNING id

-- name: last_done
-- The latest step not yet undone, a batch as one step; not what failed by itself, nor what was
-- passed over.
WITH last AS (
  SELECT coalesce(batch_id, id) AS step FROM decisions
  WHERE actor = %(actor)s AND undone_at IS NULL AND NOT after ? 'passed_over'
    AND NOT EXISTS (SELECT 1 FROM executions e
      WHERE e.id = decisions.execution_id AND e.state IN ('failed', 'undone', 'cancelled'))
  ORDER BY at DESC, id DESC LIMIT 1)
SELECT d.id, d.batch_id, d.move_id, d.kind, d.before, d.after, d.execution_id, d.reason, d.at,
       m.code, m.title, m.status,
       (SELECT e.state IN ('queued', 'blocked') FROM executions e
         WHERE e.id = d.execution_id) AS recalled
FROM decisions d JOIN last ON coalesce(d.batch_id, d.id) = last.step
LEFT JOIN command_queue_items m ON m.id = d.move_id
WHERE d.undone_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM executions e
    WHERE e.id = d.execution_id AND e.state IN ('failed', 'undone', 'cancelled'))
ORDER BY d.at DESC, d.id DESC

-- name: last_undone
-- The step undone last, if nothing was decided since.
WITH last AS (
  SELECT coalesce(batch_id, id) AS step, max(undone_at) AS undone_at FROM decisions
  WHERE actor = %(actor)s AND undone_at IS NOT NULL AND kind <> 'execute'
  GROUP BY 1 ORDER BY max(undone_at) DESC LIMIT 1)
SELECT d.id, d.batch_id, d.move_id, d.kind, d.before, d.after, d.execution_id, d.reason, d.at,
       m.code, m.title, m.status
FROM decisions d JOIN last ON coalesce(d.batch_id, d.id) = last.step
LEFT JOIN command_queue_items m ON m.id = d.move_id
WHERE NOT EXISTS (SELECT 1 FROM decisions newer
  WHERE newer.actor = %(actor)s AND newer.undone_at IS NULL AND newer.at > last.undone_at)
ORDER BY d.at, d.id

-- name: mark_undone
-- A step that was taken back.
UPDATE decisions SET undone_at = clock_timestamp() WHERE id = ANY (%(ids)b)

-- name: mark_redone
-- A step that was done again.
UPDATE decisions SET undone_at = NULL WHERE id = ANY (%(ids)b)

-- name: pass_over
-- Steps that cannot be taken back any more.
UPDATE decisions SET after = after || '{"passed_over": true}' WHERE id = ANY (%(ids)b)

-- name: journal_list
-- What can be undone, newest first.
SELECT d.id, d.at, d.kind, d.reason, d.batch_id, m.code, m.title
FROM decisions d LEFT JOIN command_queue_items m ON m.id = d.move_id
WHERE d.actor = %(actor)s AND d.undone_at IS NULL AND NOT d.after ? 'passed_over'
  AND NOT EXISTS (SELECT 1 FROM executions e
    WHERE e.id = d.execution_id AND e.state IN ('failed', 'undone', 'cancelled'))
ORDER BY d.at DESC, d.id DESC LIMIT %(limit)s

-- name: move_in_hand
-- The move that a hand-made signal became.
SELECT m.id FROM signals s JOIN command_queue_items m ON m.id = s.move_id
WHERE s.source = 'manual' AND s.external_id = %(external_id)s

-- name: record_outcome
-- What came of a move.
INSERT INTO outcomes (move_id, execution_id, signal_id, kind, positive, note, source, actor,
  weights_version, occurred_at)
VALUES (%(move_id)s, %(execution_id)s, %(signal_id)s, %(kind)s, %(positive)s, %(note)s,
  %(source)s, %(actor)s,
  (SELECT r.weights_version FROM command_queue_items m
    JOIN action_recommendations r ON r.id = m.recommendation_id WHERE m.id = %(move_id)s),
  %(occurred_at)s)
RETURNING id

-- name: show_outcome
-- The outcome on the move itself.
UPDATE command_queue_items SET outcome = %(outcome)s WHERE id = %(move_id)s

-- name: supersede_no_response
-- A late outcome takes the place of silence.
UPDATE outcomes SET superseded_at = clock_timestamp()
WHERE move_id = %(move_id)s AND kind = 'no_response' AND superseded_at IS NULL

-- name: remove_outcome
-- An outcome that was recorded by mistake.
DELETE FROM outcomes WHERE id = %(id)s

-- name: answered_executions
-- Replies and bounces to what we sent, not yet recorded as outcomes.
SELECT DISTINCT ON (e.id, s.signal_type) s.id AS signal_id, s.signal_type, s.occurred_at,
       e.id AS execution_id, e.move_id, s.data ? 'stop' AS stop, s.data ->> 'reason' AS reason
FROM executions e
JOIN signals s ON s.signal_type IN ('email_replied', 'email_bounced')
  AND s.data -> 'references' ? e.marker
WHERE NOT e.dry_run AND e.state IN ('succeeded', 'partial', 'unknown')
  AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.move_id = e.move_id AND o.signal_id = s.id)
ORDER BY e.id, s.signal_type, s.created_at

-- name: asked_to_stop
-- Whoever mailed that he wants no more mail, with the last thing we sent him; not yet recorded.
SELECT s.id AS signal_id, s.occurred_at, e.id AS execution_id, e.move_id, true AS stop
FROM suppressions u
JOIN messages asked ON asked.message_id = substr(u.source, 6)
JOIN signals s ON s.source = asked.source AND s.external_id = asked.message_id
  AND s.signal_type = 'email_received'
CROSS JOIN LATERAL (
  SELECT e.id, e.move_id FROM executions e
  WHERE e.recipient = s.data ->> 'from' AND NOT e.dry_run AND e.dispatched_at IS NOT NULL
    AND e.action_type IN ('send_email', 'follow_up')
    AND e.state IN ('succeeded', 'partial', 'unknown')
  ORDER BY e.dispatched_at DESC LIMIT 1) e
WHERE u.source LIKE 'mail:%%'
  AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.move_id = e.move_id AND o.signal_id = s.id)

-- name: moved_deals
-- Deals that changed their stage after a move about them was executed.
SELECT s.id AS signal_id, s.data ->> 'direction' AS direction, s.occurred_at, m.id AS move_id
FROM signals s
JOIN command_queue_items m ON m.deal_id = s.deal_id AND m.status = 'executed'
WHERE s.signal_type = 'deal_stage_changed' AND m.executed_at <= s.created_at
  AND s.created_at < m.executed_at + interval '60 days'
  AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.move_id = m.id AND o.signal_id = s.id)

-- name: matured
-- E-mails that nobody answered within the window.
SELECT e.id AS execution_id, e.move_id FROM executions e
JOIN command_queue_items m ON m.id = e.move_id
WHERE NOT e.dry_run AND e.state IN ('succeeded', 'partial')
  AND e.action_type IN ('send_email', 'follow_up')
  AND e.finished_at < clock_timestamp() - %(maturity)s::interval
  AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.move_id = e.move_id)

-- name: wake_for_reply
-- Moves snoozed until a reply whose person or thread answered since.
UPDATE command_queue_items m
SET status = 'pending', snoozed_for_reply = false
WHERE m.status = 'snoozed' AND m.snoozed_for_reply AND EXISTS (
  SELECT 1 FROM signals s WHERE s.signal_type = 'email_replied' AND s.contact_id = m.contact_id
    AND s.created_at > m.decided_at)
RETURNING m.id
