-- The work of a batch of generation as one statement: the same facts, the plays that the made-up
-- signals meet, the score with its drivers and sentences, the same rows in the same tables.
WITH taken AS MATERIALIZED (
{facts}
), judged AS MATERIALIZED (
  SELECT n.*, n.note IS NULL AS makes FROM (
  SELECT t.*, p.play, p.effort, p.template,
    CASE WHEN p.action <> 'create_task' AND t.recipient IS NULL THEN 'create_task'
         ELSE p.action END AS action,
    p.play || ':' || coalesce(CASE p.entity
      WHEN 'contact' THEN t.recipient_id::text WHEN 'deal' THEN t.deal_id::text
      WHEN 'thread' THEN t.data ->> 'thread_key' END, t.signal_id::text) AS key,
    CASE WHEN p.play = 'by_hand' THEN (t.data ->> 'due')::timestamptz
         ELSE coalesce(t.occurred_at, %(now)s) + p.step END AS due_by,
    CASE p.play
      WHEN 'inbound_form' THEN 'Answer ' || t.who || ': ' || coalesce(t.data ->> 'form', 'form')
        || ' request'
      WHEN 'answer_reply' THEN 'Answer ' || t.who || ': ' || coalesce(t.data ->> 'subject', '')
      WHEN 'bad_address' THEN 'Find a working address for ' || t.who
      WHEN 'first_touch' THEN 'Open the conversation with ' || t.whom || ': ' || t.deal_name
      WHEN 'deal_forward' THEN 'Keep ' || t.whom || ' moving: ' || t.deal_name || ' is in '
        || (t.data ->> 'to')
      WHEN 'deal_back' THEN 'Ask ' || t.whom || ' what changed: ' || t.deal_name
        || ' went back to ' || (t.data ->> 'to')
      WHEN 'deal_won' THEN 'Kick off with ' || t.whom || ': ' || t.deal_name || ' is won'
      WHEN 'deal_lost' THEN 'Learn why ' || t.whom || ' said no to ' || t.deal_name
        || ', and plan the way back'
      ELSE coalesce(t.data ->> 'title', 'Untitled') END AS title,
    CASE WHEN t.amount IS NOT NULL THEN t.amount
         WHEN t.list_price IS NOT NULL AND t.deal IS NOT NULL THEN t.list_price
         ELSE t.account_amount END AS revenue,
    CASE WHEN t.amount IS NOT NULL THEN 'value of the deal (' || (t.deal ->> 'stage') || ')'
         WHEN t.list_price IS NOT NULL AND t.deal IS NOT NULL THEN 'list price of '
           || (t.deal ->> 'product') || ', the deal has no value yet ('
           || (t.deal ->> 'stage') || ')'
         WHEN t.account_amount IS NOT NULL THEN 'the account''s largest open deal'
         ELSE 'no value, no list price, no open deal' END AS revenue_told,
    CASE WHEN t.account IS NULL THEN NULL ELSE round((
      (CASE WHEN t.account ->> 'sector' IN ('retail', 'software') THEN 2 ELSE 0 END
       + CASE WHEN (t.account ->> 'employees')::int BETWEEN 50 AND 2000 THEN 1 ELSE 0 END)
      / 3.0), 4)::float8 END AS icp,
    CASE WHEN p.play IS NULL THEN 'no play matches'
         WHEN t.occurred_at < %(now)s::timestamptz - interval '30 days' THEN 'too old'
         WHEN t.suppressed IS NOT NULL AND p.action <> 'create_task'
           THEN 'the contact is on the do-not-contact list'
         WHEN t.last_contacted_at > %(now)s::timestamptz - interval '3 days'
           AND p.action <> 'create_task' AND p.play <> 'answer_reply'
           THEN 'the contact was written to a short while ago'
         WHEN t.answered THEN 'the reply has been answered' END AS note
  FROM (
    SELECT f.*, coalesce(f.recipient_name, f.data ->> 'from_name', f.recipient, 'someone') AS who,
      coalesce(f.account ->> 'name', f.recipient_name, 'an unnamed account') AS whom,
      coalesce(f.deal ->> 'name', f.deal ->> 'product', f.deal ->> 'external_id', '') AS deal_name
    FROM taken f
  ) t
  LEFT JOIN (VALUES
    ('form_submitted', NULL, 'inbound_form', 'send_email', interval '4h', 15, 'contact',
     'inbound_form'),
    ('email_replied', NULL, 'answer_reply', 'follow_up', '1d', 15, 'thread', 'answer_reply'),
    ('email_bounced', NULL, 'bad_address', 'create_task', '3d', 20, 'contact', NULL),
    ('deal_created', NULL, 'first_touch', 'send_email', '2d', 15, 'deal', 'first_touch'),
    ('deal_stage_changed', 'forward', 'deal_forward', 'send_email', '1d', 15, 'deal',
     'deal_forward'),
    ('deal_stage_changed', 'back', 'deal_back', 'follow_up', '1d', 20, 'deal', 'deal_back'),
    ('deal_stage_changed', 'won', 'deal_won', 'create_task', '1d', 30, 'deal', NULL),
    ('deal_stage_changed', 'lost', 'deal_lost', 'create_task', '7d', 15, 'deal', NULL),
    ('manual', NULL, 'by_hand', 'create_task', NULL, 15, 'signal', NULL)
  ) p (kind, way, play, action, step, effort, entity, template)
    ON p.kind = t.signal_type AND (p.way IS NULL OR p.way = t.data ->> 'direction')
   AND (p.play NOT IN ('first_touch', 'deal_forward', 'deal_back')
        OR t.deal ->> 'stage_kind' = 'open')
  ) n
), latest AS MATERIALIZED (
  SELECT DISTINCT ON (key) j.*, e.lines,
    greatest(extract(epoch FROM due_by - %(now)s)::float8 / 86400, 0) AS days
  FROM judged j
  JOIN (SELECT key, jsonb_agg(evidence ORDER BY occurred_at) AS lines FROM judged
        WHERE makes GROUP BY key) e USING (key)
  WHERE makes ORDER BY key, coalesce(occurred_at, created_at) DESC
), valued AS (
  SELECT l.*, caseyos_uuid7() AS move_id, caseyos_uuid7() AS reason_id,
    CASE WHEN revenue IS NULL THEN 0.5 WHEN revenue <= 0 THEN 0
      WHEN revenue <= 1000 THEN 0.1 * revenue / 1000
      WHEN revenue <= 5000 THEN 0.1 + 0.2 * (revenue - 1000) / 4000
      WHEN revenue <= 10000 THEN 0.3 + 0.2 * (revenue - 5000) / 5000
      WHEN revenue <= 25000 THEN 0.5 + 0.2 * (revenue - 10000) / 15000
      WHEN revenue <= 50000 THEN 0.7 + 0.175 * (revenue - 25000) / 25000
      WHEN revenue <= 100000 THEN 0.875 + 0.075 * (revenue - 50000) / 50000
      WHEN revenue <= 250000 THEN 0.95 + 0.05 * (revenue - 100000) / 150000 ELSE 1 END AS worth,
    CASE WHEN days <= 0 THEN 1 WHEN days <= 1 THEN 1 - 0.1 * days
      WHEN days <= 3 THEN 0.9 - 0.15 * (days - 1) / 2 WHEN days <= 7 THEN 0.75 - 0.25 * (days - 3) / 4
      WHEN days <= 14 THEN 0.5 - 0.25 * (days - 7) / 7
      WHEN days <= 30 THEN 0.25 - 0.25 * (days - 14) / 16 ELSE 0 END AS urgent,
    CASE WHEN effort <= 15 THEN 0.95 - 0.15 * (effort - 5) / 10
      ELSE 0.8 - 0.15 * (effort - 15) / 15 END AS easy, coalesce(icp, 0.5) AS fit
  FROM latest l
), scored AS MATERIALIZED (
  SELECT v.*, round((40 * worth + 25 * urgent + 15 * easy + 20 * fit)::numeric, 1) AS aps,
    jsonb_build_array(
      jsonb_build_object('factor', 'revenue', 'points', round((40 * worth)::numeric, 1), 'maximum',
        40, 'sentence', CASE WHEN revenue IS NULL THEN 'money at stake unknown, counted as neutral'
        WHEN revenue >= 1000 THEN '$' || round(revenue::numeric / 1000, 1) || 'k at stake'
        ELSE '$' || round(revenue) || ' at stake' END, 'evidence',
        jsonb_build_array(revenue_told), 'known', revenue IS NOT NULL, 'value', worth),
      jsonb_build_object('factor', 'urgency', 'points', round((25 * urgent)::numeric, 1), 'maximum',
        25, 'sentence', CASE WHEN days <= 0 THEN 'due now or overdue' WHEN days < 1 THEN 'due in '
        || round(days * 24) || ' hours' ELSE 'due in ' || round(days) || ' days' END,
        'evidence', lines, 'known', true, 'value', urgent),
      jsonb_build_object('factor', 'effort', 'points', round((15 * easy)::numeric, 1), 'maximum', 15,
        'sentence', 'about ' || effort || ' min', 'evidence', '[]'::jsonb, 'known', true, 'value',
        easy),
      jsonb_build_object('factor', 'strategic', 'points', round((20 * fit)::numeric, 1), 'maximum',
        20, 'sentence', 'ICP fit ' || fit, 'evidence', jsonb_build_array(
          'sector ' || (account ->> 'sector') || ', employees ' || (account ->> 'employees')),
        'known', icp IS NOT NULL, 'value', fit)) AS drivers,
    CASE WHEN revenue IS NULL THEN '' ELSE CASE WHEN worth >= 0.8 THEN 'High' WHEN worth >= 0.4
      THEN 'Fair' ELSE 'Low' END || ' pipeline value ($' || round(revenue) || '), ' END
      || CASE WHEN days <= 0 THEN 'urgent (overdue)' ELSE 'urgent (' || round(days) || ' days)' END
      || ', quick win (' || effort || 'min), '
      || CASE WHEN fit >= 0.8 THEN 'strong' WHEN fit >= 0.5 THEN 'fair' ELSE 'weak' END
      || ' ICP (' || fit || ')' AS because
  FROM valued v
), moves AS (
  INSERT INTO command_queue_items AS m (id, priority_score, action_type, action_context, title,
    owner, due_by, effort_minutes, recommendation_id, dedupe_key, play, source, account_id,
    contact_id, deal_id)
  SELECT move_id, aps, action, jsonb_strip_nulls(jsonb_build_object('recipient', recipient,
      'recipient_name', recipient_name, 'account', account ->> 'name', 'deal', deal ->> 'name',
      'stage', deal ->> 'stage', 'product', deal ->> 'product', 'template', template, 'evidence',
      lines, 'subject', data ->> 'subject', 'direction', data ->> 'direction', 'snippet',
      data ->> 'snippet', 'thread', CASE WHEN play = 'answer_reply' THEN jsonb_build_object(
        'in_reply_to', data ->> 'message_id', 'references', data -> 'references', 'thread_key',
        data ->> 'thread_key', 'received_at', data ->> 'date') END)),
    title, 'casey', due_by, effort, reason_id, key, play, source, account_id, recipient_id, deal_id
  FROM scored ORDER BY key
  ON CONFLICT (dedupe_key) WHERE status IN ('pending', 'snoozed', 'accepted') DO UPDATE
  SET priority_score = excluded.priority_score, due_by = excluded.due_by,
      recommendation_id = excluded.recommendation_id, title = excluded.title,
      action_type = excluded.action_type, action_context = excluded.action_context
  RETURNING m.id, m.dedupe_key
), reasons AS (
  INSERT INTO action_recommendations (id, signal_id, move_id, play, aps_score, reasoning, drivers,
    revenue_impact, urgency_score, effort_score, strategic_score, confidence, blocker, metadata,
    weights_version, generated_at)
  SELECT s.reason_id, s.signal_id, m.id, s.play, s.aps, s.because, s.drivers, s.revenue, s.urgent,
    s.easy, s.fit, 1, false, jsonb_build_object('account', account ->> 'name', 'stage',
      deal ->> 'stage', 'last_touch', last_contacted_at, 'icp', icp, 'minutes', effort, 'revenue',
      revenue, 'unblocks', 0, 'source', source, 'notes', jsonb_build_object('revenue',
        jsonb_build_array(revenue_told), 'urgency', lines, 'strategic', '[]'::jsonb)),
    1, %(now)s
  FROM scored s JOIN moves m ON m.dedupe_key = s.key
  RETURNING move_id, aps_score, drivers
), marked AS (
  UPDATE signals s
  SET processed = true, processed_at = clock_timestamp(),
      recommendation_generated = j.makes, note = j.note, move_id = m.id
  FROM judged j LEFT JOIN moves m ON m.dedupe_key = j.key AND j.makes
  WHERE s.id = j.signal_id
  RETURNING s.id, s.recommendation_generated AS made
), told AS (
  INSERT INTO events (name, actor, item_id, data)
  SELECT 'signal_processed', 'casey', id, jsonb_build_object('made', made) FROM marked
  UNION ALL
  SELECT 'recommendation_generated', 'casey', move_id, jsonb_build_object('aps', aps_score,
    'latency_ms', 0.1, 'drivers', jsonb_build_object('revenue', drivers #> '{0,points}', 'urgency',
      drivers #> '{1,points}', 'effort', drivers #> '{2,points}', 'strategic',
      drivers #> '{3,points}'))
  FROM reasons
)
SELECT count(*) AS settled FROM marked
