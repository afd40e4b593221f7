-- name: move_for_action
-- A move with all that rendering and the guardrails read, locked.
SELECT m.id, m.code, m.title, m.status, m.version, m.action_type, m.action_context AS context,
       m.draft, m.due_by, m.note, m.accepted_hash, m.accepted_at, m.play, m.contact_id, m.account_id,
       m.deal_id, m.owner, m.priority_score::float8 AS aps
FROM command_queue_items m WHERE m.id = %(id)s FOR UPDATE

-- name: insert_execution
-- A dry run (simulated, with its plan id) or a real execution (queued, with its key).
INSERT INTO executions (id, move_id, action_type, channel, state, dry_run, plan_id, from_plan_id,
  plan_expires_at, move_version, idempotency_key, request, request_hash, wire, marker, recipient,
  recipient_domain, actor, queued_at, not_before, not_after, reversibility, result)
VALUES (%(id)s, %(move_id)s, %(action_type)s, %(channel)s, %(state)s, %(dry_run)s, %(plan_id)s,
  %(from_plan_id)s, clock_timestamp() + %(plan_valid)s::interval, %(move_version)s,
  %(idempotency_key)s, %(request)s, %(request_hash)s, %(wire)s, %(marker)s, %(recipient)s,
  %(recipient_domain)s, %(actor)s, clock_timestamp(),
  clock_timestamp() + %(hold)s::interval, clock_timestamp() + %(validity)s::interval,
  %(reversibility)s, jsonb_build_object('seal', %(seal)s::text))
ON CONFLICT DO NOTHING
RETURNING id, plan_expires_at

-- name: plan
-- A plan by its id, and whether it is still good.
SELECT *, plan_expires_at > clock_timestamp() AS good FROM executions
WHERE plan_id = %(plan_id)s FOR UPDATE

-- name: fresh_plan
-- The latest plan of the move as it is now, while it is good and has not had its run.
SELECT e.plan_id FROM executions e JOIN command_queue_items m ON m.id = e.move_id
WHERE e.move_id = %(move_id)s AND e.dry_run AND e.plan_expires_at > clock_timestamp()
  AND e.move_version = m.version AND e.action_type = m.action_type
  AND NOT EXISTS (SELECT 1 FROM executions r WHERE r.from_plan_id = e.plan_id)
ORDER BY e.created_at DESC LIMIT 1

-- name: by_plan
-- The real execution that carried a plan out.
SELECT e.*, m.code, m.title FROM executions e
LEFT JOIN command_queue_items m ON m.id = e.move_id
WHERE e.from_plan_id = %(plan_id)s

-- name: by_id
-- One execution with its move.
SELECT e.*, m.code, m.title, m.status AS move_status FROM executions e
LEFT JOIN command_queue_items m ON m.id = e.move_id
WHERE e.id = %(id)s

-- name: latest_real
-- The latest real execution of a move.
SELECT e.*, m.code, m.title, m.status AS move_status FROM executions e
JOIN command_queue_items m ON m.id = e.move_id
WHERE e.move_id = %(move_id)s AND NOT e.dry_run ORDER BY e.created_at DESC LIMIT 1

-- name: settled_without_effect
-- How many executions of a move ended with nothing to show: each allows one more with the same text.
SELECT count(*) AS count FROM executions
WHERE move_id = %(move_id)s AND NOT dry_run AND state IN ('undone', 'failed', 'cancelled')

-- name: claim
-- Take the next due execution, or one by id: a lease on the database's clock.
UPDATE executions e
SET state = 'claimed', attempt = attempt + 1, lease_token = caseyos_uuid7(),
    lease_until = clock_timestamp() + %(lease)s::interval, claimed_at = clock_timestamp(),
    blocked_rule = NULL, blocked_reason = NULL, blocked_until = NULL
WHERE e.id = (
  SELECT id FROM executions
  WHERE state = 'queued' AND coalesce(not_before, '-infinity') <= clock_timestamp()
    AND (%(id)s::uuid IS NULL OR id = %(id)s)
  ORDER BY not_before NULLS FIRST, queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING e.*

-- name: set_state
-- Change a state under its lease; no row when the lease is no longer ours.
UPDATE executions
SET state = %(to)s, blocked_rule = %(rule)s, blocked_reason = %(reason)s, blocked_until = %(until)s,
    not_before = coalesce(%(until)s, not_before), error = %(error)s,
    finished_at = CASE WHEN %(to)s IN ('failed', 'cancelled') THEN clock_timestamp() END
WHERE id = %(id)s AND state = %(from)s
  AND (%(token)s::uuid IS NULL OR lease_token = %(token)s)
RETURNING id

-- name: ask_again
-- What was kept back goes on because a person says so, with a hold window of its own.
UPDATE executions
SET state = 'queued', queued_at = clock_timestamp(), blocked_rule = NULL, blocked_reason = NULL,
    blocked_until = NULL, not_before = clock_timestamp() + coalesce(%(hold)s::interval, '0 s')
WHERE id = %(id)s AND state = 'blocked'
RETURNING id

-- name: mark_dispatch
-- The point of no return: only with our own, living lease, and while the move is accepted.
UPDATE executions e SET state = 'dispatching', dispatched_at = clock_timestamp()
WHERE e.id = %(id)s AND e.state = 'claimed' AND e.lease_token = %(token)s
  AND e.lease_until > clock_timestamp()
  AND NOT EXISTS (SELECT 1 FROM command_queue_items m
                  WHERE m.id = e.move_id AND m.status <> 'accepted')
RETURNING e.dispatched_at

-- name: settle
-- The outcome of an effect, with the way to take it back; an unknown one is looked up at once.
WITH held AS (SELECT id, state AS was FROM executions WHERE id = %(id)s FOR UPDATE)
UPDATE executions e
SET state = %(to)s, provider_id = %(provider_id)s, response_digest = %(digest)s, undo = %(undo)s,
    result = %(result)s, error = %(error)s,
    rollback_token = coalesce(e.rollback_token, %(rollback_token)s),
    finished_at = CASE WHEN %(to)s <> 'unknown' THEN clock_timestamp() END,
    next_reconcile_at = CASE WHEN %(to)s = 'unknown' THEN clock_timestamp() END
FROM held WHERE e.id = held.id AND held.was = ANY (%(from)b)
RETURNING held.was

-- name: release_expired
-- Workers that stopped before the point of no return: their executions run again.
UPDATE executions SET state = 'queued', error = 'retried: the worker stopped before acting'
WHERE state = 'claimed' AND lease_until <= clock_timestamp()
RETURNING id, move_id, idempotency_key

-- name: lose_expired
-- Workers that stopped after it: nobody can say, until the marker is found.
UPDATE executions
SET state = 'unknown', next_reconcile_at = clock_timestamp(), reconcile_attempts = 0,
    error = 'the worker stopped while acting'
WHERE state = 'dispatching' AND lease_until <= clock_timestamp()
RETURNING id, move_id, idempotency_key

-- name: unblock
-- Blocked executions whose time has come.
UPDATE executions SET state = 'queued'
WHERE state = 'blocked' AND blocked_until <= clock_timestamp()
RETURNING id, move_id, idempotency_key

-- name: stopped
-- What a switch had blocked: the switch may be off by now.
SELECT * FROM executions
WHERE state = 'blocked' AND blocked_rule IN ('stop', 'actions_enabled')
ORDER BY queued_at FOR UPDATE SKIP LOCKED

-- name: recall
-- Out of the outbox, where nobody is taking it up at this moment.
WITH waiting AS (
  SELECT id, state AS was FROM executions
  WHERE move_id = %(move_id)s AND NOT dry_run AND state IN ('queued', 'blocked')
  FOR UPDATE SKIP LOCKED)
UPDATE executions e SET state = 'cancelled', finished_at = clock_timestamp()
FROM waiting WHERE e.id = waiting.id
RETURNING e.id, waiting.was

-- name: now
-- The database's clock.
SELECT clock_timestamp() AS now

-- name: to_reconcile
-- Unknown executions whose next look-up is due.
SELECT e.*, m.code, m.title FROM executions e
LEFT JOIN command_queue_items m ON m.id = e.move_id
WHERE e.state = 'unknown' AND e.next_reconcile_at <= clock_timestamp()
ORDER BY e.next_reconcile_at LIMIT 50 FOR UPDATE OF e SKIP LOCKED

-- name: look_again
-- When to look an unknown execution up next: at once, then 30 s, 2 min, 10 min, 1 h, then a person.
UPDATE executions
SET reconcile_attempts = reconcile_attempts + 1,
    next_reconcile_at = clock_timestamp()
      + (ARRAY['30 s', '2 min', '10 min', '1 h'])[reconcile_attempts + 1]::interval
WHERE id = %(id)s

-- name: set_move
-- A move's status after something was decided or done, if it is still what it was.
UPDATE command_queue_items
SET status = %(to)s,
    executed_at = CASE WHEN %(to)s = 'executed' THEN clock_timestamp() ELSE executed_at END,
    accepted_hash = coalesce(%(accepted_hash)s, accepted_hash),
    accepted_at = CASE WHEN %(to)s = 'accepted' THEN clock_timestamp() ELSE accepted_at END
WHERE id = %(id)s AND status = ANY (%(from)b)
RETURNING version

-- name: guard_facts
-- What the guardrails ask: suppression, the use of each limit, who was written to, where they are,
-- the channel's breaker. A limit of n reads n rows at most: the oldest of them frees the next place.
WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now)
SELECT clock.now,
  (SELECT u.value || coalesce(': ' || u.reason, '') FROM suppressions u
    WHERE u.value = ANY (caseyos_dnc_keys(%(recipient)s))
       OR (u.kind = 'account' AND u.value = %(account_id)s::text) LIMIT 1) AS suppressed,
  hour.used AS hour, hour.first AS hour_first, day.used AS day, day.first AS day_first,
  recipient.used AS recipient_week, recipient.first AS recipient_first,
  domain.used AS domain_day, domain.first AS domain_first,
  warm.used AS warm_day, warm.first AS warm_first, ramp.most AS warm_most,
  (SELECT max(e.dispatched_at) FROM executions e
    WHERE e.action_type = %(action_type)s AND NOT e.dry_run
      AND e.dispatched_at > clock.now - interval '7 days') AS last,
  greatest(person.last_contacted_at,
    (SELECT e.dispatched_at FROM executions e
      WHERE e.recipient = %(recipient)s AND NOT e.dry_run AND e.dispatched_at IS NOT NULL
        AND e.state IN ('dispatching', 'succeeded', 'partial', 'unknown')
        AND e.action_type IN ('send_email', 'follow_up', 'schedule_meeting')
        AND e.id IS DISTINCT FROM %(id)s::uuid
      ORDER BY e.dispatched_at DESC LIMIT 1)) AS contacted_last,
  person.last_replied_at AS replied_last, person.timezone, person.country, person.bounced_at,
  breaker.state AS breaker, breaker.reason AS breaker_reason,
  CASE breaker.state WHEN 'open' THEN breaker.retry_at ELSE breaker.probe_until END AS breaker_until
FROM clock
LEFT JOIN LATERAL (
  SELECT count(*) AS used, min(at) AS first FROM (
    SELECT dispatched_at AS at FROM executions
    WHERE action_type = %(action_type)s AND NOT dry_run
      AND dispatched_at > clock.now - interval '1 hour'
    ORDER BY dispatched_at DESC LIMIT %(per_hour)s) w) hour ON true
LEFT JOIN LATERAL (
  SELECT count(*) AS used, min(at) AS first FROM (
    SELECT dispatched_at AS at FROM executions
    WHERE action_type = %(action_type)s AND NOT dry_run
      AND dispatched_at > clock.now - interval '1 day'
    ORDER BY dispatched_at DESC LIMIT %(per_day)s) w) day ON true
LEFT JOIN LATERAL (
  SELECT count(*) AS used, min(at) AS first FROM (
    SELECT dispatched_at AS at FROM executions
    WHERE recipient = %(recipient)s AND action_type = %(action_type)s AND NOT dry_run
      AND dispatched_at > clock.now - interval '7 days'
    ORDER BY dispatched_at DESC LIMIT %(per_recipient)s) w) recipient ON true
LEFT JOIN LATERAL (
  SELECT count(*) AS used, min(at) AS first FROM (
    SELECT dispatched_at AS at FROM executions
    WHERE recipient_domain = %(domain)s AND action_type = %(action_type)s AND NOT dry_run
      AND dispatched_at > clock.now - interval '1 day'
    ORDER BY dispatched_at DESC LIMIT %(per_domain)s) w) domain ON true
LEFT JOIN LATERAL (
  -- A new channel: so many on its first day, and as many more on every day since.
  SELECT %(warm_up)s::int * (1 + coalesce(extract(day FROM clock.now - min(at))::int, 0)) AS most
  FROM (SELECT dispatched_at AS at FROM executions
        WHERE channel = %(channel)s AND dispatched_at IS NOT NULL AND NOT dry_run
        ORDER BY dispatched_at LIMIT 1) w) ramp ON true
LEFT JOIN LATERAL (
  SELECT count(*) AS used, min(at) AS first FROM (
    SELECT dispatched_at AS at FROM executions
    WHERE channel = %(channel)s AND NOT dry_run AND dispatched_at > clock.now - interval '1 day'
    ORDER BY dispatched_at DESC LIMIT ramp.most) w) warm ON true
LEFT JOIN LATERAL (
  SELECT c.last_contacted_at, c.last_replied_at, c.timezone, c.bounced_at, a.country
  FROM contacts c LEFT JOIN accounts a ON a.id = c.account_id
  WHERE c.email = %(recipient)s) person ON true
LEFT JOIN breakers breaker ON breaker.channel = %(channel)s

-- name: wrote_again
-- Something they wrote in its thread after the newest message a text would answer.
SELECT coalesce(m.subject, 'no subject') AS subject FROM messages m
JOIN contacts c ON c.id = m.contact_id
WHERE c.email = %(recipient)s AND m.direction = 'received' AND NOT m.automatic
  AND (m.refs && %(references)b::text[] OR m.thread_key = ANY (%(references)b))
  AND m.at > (SELECT max(r.at) FROM messages r WHERE r.message_id = ANY (%(references)b))
ORDER BY m.at DESC LIMIT 1

-- name: lock_limits
-- One at a time through the limits of an action, to the end of the transaction.
SELECT pg_advisory_xact_lock(7421010, hashtext(%(action_type)s))

-- name: note_sent
-- Our own mail, by its Message-ID, so that answers to it are known.
INSERT INTO messages (message_id, direction, source, refs, thread_key, subject, contact_id,
  execution_id, at)
VALUES (%(message_id)s, 'sent', 'caseyos', %(refs)s, %(thread_key)s, %(subject)s, %(contact_id)s,
  %(execution_id)s, clock_timestamp())
ON CONFLICT (message_id) DO UPDATE SET execution_id = excluded.execution_id

-- name: note_contacted
-- Somebody was written to; what was known before is kept with the execution, for undo.
WITH was AS (SELECT id, last_contacted_at FROM contacts WHERE id = %(id)s FOR UPDATE)
, kept AS (
  UPDATE executions e
  SET result = coalesce(e.result, '{}') || jsonb_build_object('contacted', jsonb_build_object(
    'id', was.id, 'at', now(), 'before', was.last_contacted_at))
  FROM was WHERE e.id = %(execution_id)s)
UPDATE contacts c SET last_contacted_at = now() FROM was WHERE c.id = was.id

-- name: forget_contacted
-- Somebody was not written to after all, unless he was again since.
UPDATE contacts c SET last_contacted_at = (e.result #>> '{contacted,before}')::timestamptz
FROM executions e
WHERE e.id = %(id)s AND c.id = (e.result #>> '{contacted,id}')::uuid
  AND c.last_contacted_at = (e.result #>> '{contacted,at}')::timestamptz

-- name: forget_sent
-- A mail that was taken back before anybody had it.
DELETE FROM messages WHERE execution_id = %(id)s AND source = 'caseyos'

-- name: undone
-- Taken back.
UPDATE executions SET state = %(to)s, undone_at = clock_timestamp(), error = %(error)s
WHERE id = %(id)s AND state IN ('succeeded', 'partial', 'undo_failed')
RETURNING id

-- name: outbox
-- What is on its way, and what waits for something.
SELECT e.id, e.state, e.action_type, e.channel, e.recipient, e.not_before, e.blocked_rule,
       e.blocked_reason, e.blocked_until, e.queued_at, e.error, e.move_id, m.code, m.title
FROM executions e LEFT JOIN command_queue_items m ON m.id = e.move_id
WHERE e.state IN ('queued', 'claimed', 'dispatching', 'blocked', 'unknown')
ORDER BY e.queued_at

-- name: end_holds
-- What waits for nothing but its hold window goes now.
UPDATE executions SET not_before = clock_timestamp()
WHERE state = 'queued' AND blocked_reason IS NULL AND not_before > clock_timestamp()
RETURNING id, move_id, idempotency_key

-- name: by_rollback_token
-- The execution a rollback token belongs to.
SELECT id FROM executions WHERE rollback_token = %(token)s

-- name: switches
-- Mode and stops as they are, held against a change until we commit.
SELECT name, value, until FROM switches WHERE name = 'mode' OR name LIKE 'stop:%%'
ORDER BY name FOR SHARE

-- name: seed_switches
-- The rows that the gate holds on to must exist.
INSERT INTO switches (name, value) VALUES ('mode', '{"mode": "safe"}'), ('stop:all', '{"on": false}')
ON CONFLICT DO NOTHING

-- name: hold_gate
-- Whoever stops or starts waits here for dispatch marks in flight.
SELECT name FROM switches WHERE name = 'stop:all' FOR UPDATE

-- name: set_switch
-- Set a switch, with the time it ends by the database's clock.
INSERT INTO switches (name, value, until, reason, changed_by)
VALUES (%(name)s, %(value)s, clock_timestamp() + %(lasts)s::interval, %(reason)s, %(actor)s)
ON CONFLICT (name) DO UPDATE
SET value = excluded.value, until = excluded.until, reason = excluded.reason,
    changed_by = excluded.changed_by, changed_at = clock_timestamp()
RETURNING until

-- name: read_switches
-- Mode and stops, without holding them.
SELECT name, value, until, reason, changed_by, changed_at,
       until IS NOT NULL AND until <= clock_timestamp() AS ended
FROM switches WHERE name = 'mode' OR name LIKE 'stop:%%' ORDER BY name

-- name: add_task
-- A task, once for its marker.
INSERT INTO tasks (marker, title, notes, due_by, execution_id, move_id)
VALUES (%(marker)s, %(title)s, %(notes)s, %(due_by)s, %(execution_id)s,
  (SELECT move_id FROM executions WHERE id = %(execution_id)s))
ON CONFLICT (marker) DO UPDATE SET marker = excluded.marker
RETURNING id, version

-- name: task_by_marker
-- The task of a marker.
SELECT id, version FROM tasks WHERE marker = %(marker)s

-- name: complete_task
-- Complete an open task; the execution's marker is kept with it.
UPDATE tasks SET status = 'done', completed_at = clock_timestamp(), version = version + 1,
  notes = concat_ws(E'\n', notes, 'completed by ' || %(marker)s)
WHERE id = %(id)s AND status = 'open' RETURNING id, version

-- name: completed_by
-- The task an execution completed.
SELECT id, version FROM tasks WHERE status = 'done' AND notes LIKE '%%completed by ' || %(marker)s

-- name: remove_task
-- Delete a task nobody changed.
DELETE FROM tasks WHERE id = %(id)s AND version = %(version)s RETURNING id

-- name: reopen_task
-- Open a task again that nobody changed since it was completed; one that is open needs no opening,
-- as after a crash between this and its record.
WITH opened AS (
  UPDATE tasks SET status = 'open', completed_at = NULL, version = version + 1
  WHERE id = %(id)s AND status = 'done' AND version = %(version)s RETURNING id)
SELECT id FROM opened UNION ALL SELECT id FROM tasks WHERE id = %(id)s AND status = 'open'

-- name: task_exists
-- Whether a task is there at all.
SELECT 1 AS one FROM tasks WHERE id = %(id)s

-- name: rates
-- Sends, bounces, complaints and errors of each channel, since a person last let go of its stop.
WITH since AS (
  SELECT c.channel,
    greatest(clock_timestamp() - %(window)s::interval,
      (SELECT changed_at FROM switches WHERE name = 'stop:outbound'
        AND NOT coalesce((value ->> 'on')::bool, false))) AS mails,
    greatest(clock_timestamp() - %(error_window)s::interval,
      (SELECT changed_at FROM switches WHERE name = 'stop:' || c.channel
        AND NOT coalesce((value ->> 'on')::bool, false))) AS errors
  FROM unnest(%(channels)b::text[]) AS c (channel))
SELECT since.channel, mails.sent, mails.bounced, mails.complained, tried.tried, tried.failed
FROM since
CROSS JOIN LATERAL (
  SELECT count(*) AS sent,
    count(*) FILTER (WHERE EXISTS (SELECT 1 FROM outcomes o
      WHERE o.move_id = e.move_id AND o.execution_id = e.id AND o.kind = 'bounced'
        AND o.superseded_at IS NULL)) AS bounced,
    count(*) FILTER (WHERE EXISTS (SELECT 1 FROM outcomes o
      WHERE o.move_id = e.move_id AND o.execution_id = e.id AND o.kind = 'unsubscribed'
        AND o.superseded_at IS NULL)) AS complained
  FROM executions e
  WHERE e.channel = since.channel AND NOT e.dry_run AND e.dispatched_at > since.mails
    AND e.action_type IN ('send_email', 'follow_up')
    AND e.state IN ('succeeded', 'partial', 'unknown')) mails
CROSS JOIN LATERAL (
  SELECT count(*) AS tried, count(*) FILTER (WHERE e.state IN ('failed', 'unknown')) AS failed
  FROM executions e
  WHERE e.channel = since.channel AND NOT e.dry_run AND e.dispatched_at > since.errors
    AND e.state IN ('succeeded', 'partial', 'failed', 'unknown', 'undone')) tried
