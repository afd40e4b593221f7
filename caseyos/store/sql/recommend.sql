-- name: small
-- Every statement of this transaction keeps the plan it was prepared with.
SELECT set_config('enable_incremental_sort', 'off', true),
       set_config('plan_cache_mode', 'force_generic_plan', true)

-- name: large
-- Every statement of this transaction is planned for the rows it gets.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true)

-- name: waiting
-- How many signals wait, up to a limit.
SELECT count(*) AS waiting FROM (SELECT FROM signals WHERE NOT processed LIMIT %(limit)s) s

-- name: unprocessed
-- A batch of signals nobody has processed, locked, with every fact a play may ask for.
SELECT s.id AS signal_id, s.source, s.signal_type, s.data, s.evidence, s.occurred_at, s.created_at,
       s.account_id, s.contact_id, s.deal_id,
       CASE WHEN d.id IS NOT NULL THEN jsonb_build_object(
         'name', d.name, 'stage', d.stage, 'stage_kind', d.stage_kind, 'amount', d.amount,
         'currency', d.currency, 'product', d.product, 'owner', d.owner,
         'external_id', d.external_id) END AS deal,
       p.list_price::float8 AS list_price, d.amount::float8 AS amount,
       CASE WHEN a.id IS NOT NULL THEN jsonb_build_object(
         'name', a.name, 'sector', a.sector, 'country', a.country, 'employees', a.employees,
         'revenue', a.revenue, 'renewal_date', a.renewal_date) END AS account,
       coalesce(c.email, other.email) AS recipient,
       coalesce(c.name, other.name, CASE WHEN s.signal_type = 'form_submitted'
         THEN s.data ->> 'name' END) AS recipient_name,
       coalesce(c.id, other.id) AS recipient_id,
       coalesce(c.last_contacted_at, other.last_contacted_at) AS last_contacted_at,
       (SELECT max(o.amount)::float8 FROM deals o
         WHERE o.account_id = s.account_id AND o.stage_kind = 'open') AS account_amount,
       (SELECT u.value || coalesce(' (' || u.reason || ')', '') FROM suppressions u
         WHERE u.value = ANY (caseyos_dnc_keys(coalesce(c.email, other.email)))
            OR (u.kind = 'account' AND u.value = s.account_id::text) LIMIT 1) AS suppressed,
       s.signal_type = 'email_replied' AND EXISTS (
         SELECT 1 FROM messages m WHERE m.direction = 'sent' AND s.data ->> 'message_id' = ANY (m.refs)
       ) AS answered
FROM (
  SELECT * FROM signals WHERE NOT processed ORDER BY created_at, id LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
) s
LEFT JOIN deals d ON d.id = s.deal_id
LEFT JOIN products p ON p.name_key = d.product_key
LEFT JOIN accounts a ON a.id = coalesce(s.account_id, d.account_id)
LEFT JOIN contacts c ON c.id = coalesce(s.contact_id, d.contact_id)
LEFT JOIN LATERAL (
  SELECT o.id, o.email, o.name, o.last_contacted_at FROM contacts o
  WHERE c.id IS NULL AND o.account_id = coalesce(s.account_id, d.account_id)
    AND o.email IS NOT NULL AND o.bounced_at IS NULL
  ORDER BY o.last_replied_at DESC NULLS LAST, o.created_at LIMIT 1
) other ON true
ORDER BY s.created_at, s.id

-- name: lock_live
-- The live moves of these situations, each batch in the same order; read after it, because a
-- statement sees nothing that was committed while it waited.
SELECT id FROM command_queue_items
WHERE dedupe_key = ANY (%(keys)b) AND status IN ('pending', 'snoozed', 'accepted')
ORDER BY dedupe_key FOR UPDATE

-- name: live_moves
-- The live moves of these situations, with what they were made from.
SELECT m.id, m.dedupe_key, m.status, m.due_by, m.priority_score::float8 AS aps, m.title,
       m.action_type, m.action_context, m.effort_minutes, m.owner,
       (SELECT max(coalesce(s.occurred_at, s.created_at)) FROM signals s
         WHERE s.move_id = m.id) AS latest
FROM command_queue_items m
WHERE m.dedupe_key = ANY (%(keys)b) AND m.status IN ('pending', 'snoozed', 'accepted')

-- name: insert_moves
-- New moves of a batch; a situation that gained a live move meanwhile is left for the next batch.
INSERT INTO command_queue_items (id, priority_score, action_type, action_context, title, owner,
  due_by, effort_minutes, recommendation_id, dedupe_key, play, source, account_id, contact_id,
  deal_id)
SELECT x.id, x.aps, x.action_type, x.context, x.title, x.owner, x.due_by, x.effort,
       x.recommendation_id, x.dedupe_key, x.play, x.source, x.account_id, x.contact_id, x.deal_id
FROM jsonb_to_recordset(%(rows)b) AS x (id uuid, aps numeric, action_type text, context jsonb,
  title text, owner text, due_by timestamptz, effort int, recommendation_id uuid, dedupe_key text,
  play text, source text, account_id uuid, contact_id uuid, deal_id uuid)
ON CONFLICT (dedupe_key) WHERE status IN ('pending', 'snoozed', 'accepted') DO NOTHING
RETURNING id

-- name: refresh_moves
-- Live moves that a newer signal changed; an accepted move keeps its words, its rank follows.
UPDATE command_queue_items m
SET priority_score = x.aps, due_by = x.due_by, recommendation_id = x.recommendation_id,
    title = CASE WHEN m.status = 'accepted' THEN m.title ELSE x.title END,
    action_type = CASE WHEN m.status = 'accepted' THEN m.action_type ELSE x.action_type END,
    action_context = CASE WHEN m.status = 'accepted' THEN m.action_context ELSE x.context END
FROM jsonb_to_recordset(%(rows)b) AS x (id uuid, aps numeric, action_type text, context jsonb,
  title text, due_by timestamptz, recommendation_id uuid)
WHERE m.id = x.id

-- name: insert_recommendations
-- The reasoning behind each new or changed score.
INSERT INTO action_recommendations (id, signal_id, move_id, play, aps_score, reasoning, drivers,
  revenue_impact, urgency_score, effort_score, strategic_score, confidence, blocker, metadata,
  weights_version, generated_at)
SELECT x.id, x.signal_id, x.move_id, x.play, x.aps, x.reasoning, x.drivers, x.revenue, x.urgency,
       x.effort, x.strategic, x.confidence, x.blocker, x.facts, x.weights_version, x.generated_at
FROM jsonb_to_recordset(%(rows)b) AS x (id uuid, signal_id uuid, move_id uuid, play text,
  aps numeric, reasoning text, drivers jsonb, revenue numeric, urgency numeric, effort numeric,
  strategic numeric, confidence numeric, blocker boolean, facts jsonb, weights_version int,
  generated_at timestamptz)

-- name: mark_processed
-- What came of each signal of the batch.
UPDATE signals s
SET processed = true, processed_at = clock_timestamp(), recommendation_generated = x.made,
    note = x.note, error = x.error, move_id = x.move_id
FROM jsonb_to_recordset(%(rows)b) AS x (id uuid, made boolean, note text, error text, move_id uuid)
WHERE s.id = x.id

-- name: fading
-- Pending moves whose urgency has moved since they were scored, in pages by id.
SELECT m.id, m.due_by, m.effort_minutes, m.priority_score::float8 AS aps, r.signal_id,
       r.play, r.drivers, r.metadata AS facts, r.revenue_impact::float8 AS revenue
FROM command_queue_items m
JOIN action_recommendations r ON r.id = m.recommendation_id
WHERE m.status = 'pending' AND m.id > %(after)s
  AND (m.due_by > r.generated_at OR r.generated_at > %(now)s)
ORDER BY m.id LIMIT %(limit)s

-- name: rescore_moves
-- New scores for moves whose urgency moved.
UPDATE command_queue_items m
SET priority_score = x.aps, recommendation_id = x.recommendation_id
FROM jsonb_to_recordset(%(rows)b) AS x (id uuid, aps numeric, recommendation_id uuid)
WHERE m.id = x.id AND m.status = 'pending'

-- name: close_settled
-- Close moves whose situation is over: the deal closed or moved on, the mail was
-- answered, the meeting will not be.
WITH over AS (
  SELECT m.id, m.status, CASE
      WHEN m.play IN ('first_touch', 'deal_forward', 'deal_back', 'deal_silent')
           AND d.stage_kind <> 'open' THEN 'the deal is ' || d.stage_kind
      WHEN m.play = 'deal_silent' AND d.last_activity_on > (m.action_context ->> 'since')::date
           THEN 'the deal is no longer silent'
      WHEN m.play = 'answer_reply' AND EXISTS (SELECT 1 FROM messages s
           WHERE s.direction = 'sent' AND s.execution_id IS NULL
             AND m.action_context #>> '{thread,in_reply_to}' = ANY (s.refs))
           THEN 'it has been answered'
      WHEN m.play IN ('meeting_prep', 'meeting_agenda', 'meeting_recap') AND EXISTS (SELECT 1 FROM signals s
           WHERE s.source = m.source
             AND s.external_id = 'cancelled:' || (m.action_context #>> '{meeting,meeting_id}')
             AND s.created_at >= (SELECT max(o.created_at) FROM signals o WHERE o.move_id = m.id))
           THEN 'the meeting was cancelled'
      WHEN m.play = 'meeting_prep' AND EXISTS (SELECT 1 FROM signals s
           WHERE s.source = m.source AND s.external_id = 'moved:'
             || (m.action_context #>> '{meeting,meeting_id}') || ':'
             || (m.action_context #>> '{meeting,start}'))
           -- One that is still near is refreshed by its new signal instead.
           AND NOT EXISTS (SELECT 1 FROM signals n
             WHERE NOT n.processed AND n.source = m.source AND n.signal_type = 'meeting_soon'
               AND n.data ->> 'meeting_id' = m.action_context #>> '{meeting,meeting_id}')
           THEN 'the meeting was moved' END AS reason
  FROM command_queue_items m
  LEFT JOIN deals d ON d.id = m.deal_id
  WHERE m.status = 'pending'
    AND m.play IN ('first_touch', 'deal_forward', 'deal_back', 'deal_silent', 'answer_reply',
      'meeting_prep', 'meeting_agenda', 'meeting_recap')
), closed AS (
  UPDATE command_queue_items m SET status = 'expired', closed_reason = over.reason
  FROM over WHERE over.id = m.id AND over.reason IS NOT NULL AND m.status = 'pending'
  RETURNING m.id, over.reason
)
INSERT INTO audit_log (actor, action, subject, from_state, to_state, reason)
SELECT 'casey', 'expire', 'move:' || id, 'pending', 'expired', reason FROM closed

-- name: expire_untouched
-- Pending moves nobody touched for too long: expired, which never counts as a no.
WITH gone AS (
  UPDATE command_queue_items SET status = 'expired', closed_reason = 'untouched for too long'
  WHERE status = 'pending' AND updated_at < clock_timestamp() - %(after)s::interval
  RETURNING id
)
INSERT INTO audit_log (actor, action, subject, from_state, to_state, reason)
SELECT 'casey', 'expire', 'move:' || id, 'pending', 'expired', 'untouched for too long' FROM gone

-- name: wake
-- Snoozed moves whose time has come, and those dismissed as "not now" long enough ago, unless their
-- situation has another live move by now.
WITH again AS (
  SELECT DISTINCT ON (coalesce(m.dedupe_key, m.id::text)) m.id
  FROM command_queue_items m
  WHERE m.status = 'dismissed' AND m.closed_reason = 'not-now'
    AND m.decided_at <= %(now)s::timestamptz - %(again)s::interval
    AND NOT EXISTS (SELECT 1 FROM command_queue_items o
      WHERE o.dedupe_key = m.dedupe_key AND o.status IN ('pending', 'snoozed', 'accepted'))
  ORDER BY coalesce(m.dedupe_key, m.id::text), m.decided_at DESC
), woken AS (
  UPDATE command_queue_items m SET status = 'pending', snoozed_until = NULL,
    snoozed_for_reply = false, closed_reason = NULL
  FROM command_queue_items old
  WHERE old.id = m.id AND (
    (m.status = 'snoozed' AND m.snoozed_until <= %(now)s)
    OR (m.status = 'dismissed' AND m.id IN (SELECT id FROM again)))
  RETURNING m.id, old.status
)
INSERT INTO audit_log (actor, action, subject, from_state, to_state, reason)
SELECT 'casey', 'wake', 'move:' || id, status, 'pending',
  CASE status WHEN 'snoozed' THEN 'its time has come' ELSE 'asked again after not now' END
FROM woken
