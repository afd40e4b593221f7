-- name: upsert_accounts
-- Companies by their compared name; what a row does not say is left as it is.
INSERT INTO accounts AS a (name, name_key, sector, country, domain, employees, revenue,
  renewal_date, source)
SELECT DISTINCT ON (x.name_key) x.name, x.name_key, x.sector, x.country, x.domain, x.employees,
  x.revenue, x.renewal_date, %(source)s
FROM jsonb_to_recordset(%(rows)b) AS x (name text, name_key text, sector text, country text,
  domain text, employees int, revenue numeric, renewal_date date)
ON CONFLICT (name_key) DO UPDATE
SET sector = coalesce(excluded.sector, a.sector), country = coalesce(excluded.country, a.country),
    domain = coalesce(excluded.domain, a.domain),
    employees = coalesce(excluded.employees, a.employees),
    revenue = coalesce(excluded.revenue, a.revenue),
    renewal_date = coalesce(excluded.renewal_date, a.renewal_date),
    updated_at = clock_timestamp()
WHERE (a.sector, a.country, a.domain, a.employees, a.revenue, a.renewal_date) IS DISTINCT FROM
  (coalesce(excluded.sector, a.sector), coalesce(excluded.country, a.country),
   coalesce(excluded.domain, a.domain), coalesce(excluded.employees, a.employees),
   coalesce(excluded.revenue, a.revenue), coalesce(excluded.renewal_date, a.renewal_date))

-- name: upsert_products
-- Products by their compared name.
INSERT INTO products (name, name_key, list_price, source)
SELECT DISTINCT ON (x.name_key) x.name, x.name_key, x.list_price, %(source)s
FROM jsonb_to_recordset(%(rows)b) AS x (name text, name_key text, list_price numeric)
ON CONFLICT (name_key) DO UPDATE
SET list_price = coalesce(excluded.list_price, products.list_price), name = excluded.name,
    updated_at = clock_timestamp()

-- name: known_deals
-- The deals already there, locked, with the number of each one's last change of stage: counting
-- would give a number twice once retention has dropped an old change.
SELECT d.external_id, d.id, d.stage, d.stage_kind, d.stage_order, d.last_activity_on,
       (SELECT coalesce(max(substring(s.external_id FROM 'stage:(\d{1,9})$')::int), 0) FROM signals s
         WHERE s.deal_id = d.id AND s.source = d.source
           AND s.signal_type = 'deal_stage_changed') AS changes
FROM deals d
WHERE d.source = %(source)s AND d.external_id = ANY (%(ids)b)
FOR UPDATE OF d

-- name: upsert_contacts
-- People by address.
INSERT INTO contacts AS c (email, name, company, account_id, source)
SELECT DISTINCT ON (x.email) x.email, x.name, x.company, a.id, x.source
FROM jsonb_to_recordset(%(rows)b) AS x (email text, name text, company text, account_key text,
  source text)
LEFT JOIN accounts a ON a.name_key = x.account_key
WHERE x.email IS NOT NULL
ON CONFLICT (email) DO UPDATE
SET name = coalesce(c.name, excluded.name), company = coalesce(c.company, excluded.company),
    account_id = coalesce(c.account_id, excluded.account_id)
WHERE (c.name IS NULL AND excluded.name IS NOT NULL)
   OR (c.account_id IS NULL AND excluded.account_id IS NOT NULL)

-- name: upsert_deals
-- Deals by source and id; only rows that differ are touched.
INSERT INTO deals AS d (source, external_id, name, account_id, contact_id, stage, stage_kind,
  stage_order, amount, currency, product, product_key, owner, engaged_on, close_on,
  last_activity_on)
SELECT x.source, x.external_id, x.name, a.id, c.id, x.stage, x.stage_kind, x.stage_order,
  x.amount, x.currency, x.product, x.product_key, x.owner, x.engaged_on, x.close_on,
  x.last_activity_on
FROM jsonb_to_recordset(%(rows)b) AS x (source text, external_id text, name text,
  account_key text, contact_email text, stage text, stage_kind text, stage_order int,
  amount numeric, currency text, product text, product_key text, owner text, engaged_on date,
  close_on date, last_activity_on date)
LEFT JOIN accounts a ON a.name_key = x.account_key
LEFT JOIN contacts c ON c.email = x.contact_email
ON CONFLICT (source, external_id) DO UPDATE
SET name = coalesce(excluded.name, d.name),
    account_id = coalesce(excluded.account_id, d.account_id),
    contact_id = coalesce(excluded.contact_id, d.contact_id), stage = excluded.stage,
    stage_kind = excluded.stage_kind, stage_order = excluded.stage_order,
    amount = coalesce(excluded.amount, d.amount),
    currency = coalesce(excluded.currency, d.currency),
    product = coalesce(excluded.product, d.product),
    product_key = coalesce(excluded.product_key, d.product_key),
    owner = coalesce(excluded.owner, d.owner),
    engaged_on = coalesce(excluded.engaged_on, d.engaged_on),
    close_on = coalesce(excluded.close_on, d.close_on),
    last_activity_on = greatest(excluded.last_activity_on, d.last_activity_on),
    updated_at = clock_timestamp()
WHERE (d.name, d.account_id, d.contact_id, d.stage, d.amount, d.product, d.owner, d.engaged_on,
       d.close_on, d.last_activity_on)
  IS DISTINCT FROM
      (coalesce(excluded.name, d.name), coalesce(excluded.account_id, d.account_id),
       coalesce(excluded.contact_id, d.contact_id), excluded.stage,
       coalesce(excluded.amount, d.amount), coalesce(excluded.product, d.product),
       coalesce(excluded.owner, d.owner), coalesce(excluded.engaged_on, d.engaged_on),
       coalesce(excluded.close_on, d.close_on),
       greatest(excluded.last_activity_on, d.last_activity_on))

-- name: add_signals
-- Signals with what they are about; an event that is already there is passed over.
INSERT INTO signals (source, signal_type, external_id, occurred_at, evidence, data, deal_id,
  contact_id, account_id)
SELECT x.source, x.signal_type, x.external_id, x.occurred_at, x.evidence, x.data,
  coalesce(x.deal_id, d.id), c.id, coalesce(x.account_id, d.account_id, c.account_id)
FROM jsonb_to_recordset(%(rows)b) AS x (source text, signal_type text, external_id text,
  occurred_at timestamptz, evidence text, data jsonb, deal_source text, deal_external_id text,
  contact text, account_id uuid, deal_id uuid)
LEFT JOIN deals d ON d.source = x.deal_source AND d.external_id = x.deal_external_id
LEFT JOIN contacts c ON c.email = x.contact
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id, signal_type, source

-- name: may_stage
-- Whether this role may have temporary tables.
SELECT has_database_privilege(current_database(), 'TEMPORARY') AS allowed

-- name: stage_signals
-- Where a large batch of signals lies until it is stored: kept for the next one, and empty.
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_signals (source text, signal_type text,
  external_id text, occurred_at timestamptz, evidence text, data jsonb, deal_source text,
  deal_external_id text, contact text, account_id uuid, deal_id uuid) ON COMMIT DELETE ROWS

-- name: copy_signals
-- The rows of a large batch, in the order of `STAGED`.
COPY incoming_signals (source, signal_type, external_id, occurred_at, evidence, data, deal_source,
  deal_external_id, contact, account_id, deal_id) FROM STDIN

-- name: add_staged_signals
-- As add_signals, from the rows that lie ready.
INSERT INTO signals (source, signal_type, external_id, occurred_at, evidence, data, deal_id,
  contact_id, account_id)
SELECT x.source, x.signal_type, x.external_id, x.occurred_at, x.evidence, x.data,
  coalesce(x.deal_id, d.id), c.id, coalesce(x.account_id, d.account_id, c.account_id)
FROM incoming_signals x
LEFT JOIN deals d ON d.source = x.deal_source AND d.external_id = x.deal_external_id
LEFT JOIN contacts c ON c.email = x.contact
ON CONFLICT (source, external_id) DO NOTHING

-- name: quarantine
-- What could not be taken, once per place.
INSERT INTO quarantine AS q (source, external_id, raw, place, reason)
SELECT %(source)s, x.external_id, decode(x.raw, 'base64'), x.place, x.reason
FROM jsonb_to_recordset(%(rows)b) AS x (external_id text, raw text, place text, reason text)
ON CONFLICT (source, external_id) DO UPDATE
SET attempts = q.attempts + 1, reason = excluded.reason, raw = excluded.raw, resolved_at = NULL

-- name: mail_turn
-- One transaction at a time stores mail: of a mail and its answer, the later one sees the earlier.
SELECT pg_advisory_xact_lock(7421003)

-- name: add_messages
-- Mail ids; a Message-ID that is known is passed over.
INSERT INTO messages (message_id, direction, source, refs, thread_key, subject, contact_id,
  automatic, at)
SELECT DISTINCT ON (x.message_id) x.message_id, x.direction, x.source,
  ARRAY (SELECT jsonb_array_elements_text(x.refs)), x.thread_key, x.subject, c.id, x.automatic,
  x.at
FROM jsonb_to_recordset(%(rows)b) AS x (message_id text, direction text, source text, refs jsonb,
  thread_key text, subject text, contact text, automatic boolean, at timestamptz)
LEFT JOIN contacts c ON c.email = x.contact
ON CONFLICT (message_id) DO NOTHING
RETURNING message_id

-- name: touch_contacts
-- When people were last written to, by our sent mail, and when they last answered.
UPDATE contacts c
SET last_contacted_at = greatest(c.last_contacted_at, x.contacted_at),
    last_replied_at = greatest(c.last_replied_at, x.replied_at),
    bounced_at = greatest(c.bounced_at, x.bounced_at)
FROM (
  SELECT email, max(contacted_at) AS contacted_at, max(replied_at) AS replied_at,
         max(bounced_at) AS bounced_at
  FROM jsonb_to_recordset(%(rows)b) AS r (email text, contacted_at timestamptz,
    replied_at timestamptz, bounced_at timestamptz)
  GROUP BY email
) x
WHERE c.email = x.email

-- name: sent_among
-- Which of these Message-IDs were sent by us.
SELECT message_id FROM messages WHERE direction = 'sent' AND message_id = ANY (%(ids)b)

-- name: promote_replies
-- Ordinary mail that turns out to answer what was stored after it: a reply, processed anew.
UPDATE signals s
SET signal_type = 'email_replied', processed = false, processed_at = NULL, note = NULL,
    recommendation_generated = NULL
FROM messages m
WHERE m.refs && %(sent)b AND m.direction = 'received' AND NOT m.automatic
  AND s.source = m.source AND s.external_id = m.message_id AND s.signal_type = 'email_received'
RETURNING s.external_id AS message_id, s.data ->> 'from' AS sender, s.data ? 'stop' AS stop

-- name: cursor
-- Where a source stands.
SELECT source, kind, cursor, version FROM source_cursors WHERE source = %(source)s

-- name: advance_cursor
-- Move on, only from the version that was read.
INSERT INTO source_cursors AS c (source, kind, cursor, version, items_seen, last_attempt_at,
  last_success_at, last_item_at)
VALUES (%(source)s, %(kind)s, %(cursor)s, 1, %(seen)s, clock_timestamp(),
  coalesce(%(at)s, clock_timestamp()),
  CASE WHEN %(seen)s > 0 THEN clock_timestamp() END)
ON CONFLICT (source) DO UPDATE
SET kind = excluded.kind, cursor = c.cursor || excluded.cursor, version = c.version + 1,
    items_seen = c.items_seen + %(seen)s, last_attempt_at = clock_timestamp(),
    last_success_at = excluded.last_success_at, last_error = NULL,
    last_item_at = coalesce(excluded.last_item_at, c.last_item_at)
WHERE %(version)s::int IS NULL OR c.version = %(version)s
RETURNING version

-- name: note_failure
-- A source failed; its cursor stays.
INSERT INTO source_cursors AS c (source, kind, last_attempt_at, last_error, last_error_at)
VALUES (%(source)s, %(kind)s, clock_timestamp(), %(error)s, clock_timestamp())
ON CONFLICT (source) DO UPDATE
SET last_attempt_at = clock_timestamp(), last_error = excluded.last_error,
    last_error_at = clock_timestamp()

-- name: tried_within
-- The sources whose last try is younger than their interval; a tenth is left for a late clock.
SELECT c.source FROM source_cursors c
JOIN jsonb_to_recordset(%(rows)b) AS x (source text, seconds float8) USING (source)
WHERE c.last_attempt_at > clock_timestamp() - make_interval(secs => 0.9 * x.seconds)

-- name: health
-- Every source that was ever asked.
SELECT source, kind, items_seen, last_success_at, last_item_at, last_error, last_error_at,
       extract(epoch FROM clock_timestamp() - last_success_at)::float8 AS lag
FROM source_cursors ORDER BY source

-- name: mail_owners
-- The addresses that imports were told are ours, the latest first.
SELECT cursor ->> 'me' AS me FROM source_cursors
WHERE cursor ? 'me' ORDER BY last_success_at DESC NULLS LAST

-- name: signals
-- Signals, newest first.
SELECT s.id, s.source, s.signal_type, s.external_id, s.data, s.evidence, s.occurred_at,
       s.created_at, s.processed, s.processed_at, s.recommendation_generated, s.error, s.note,
       s.account_id, s.contact_id, s.deal_id, s.move_id, m.code AS move_code
FROM signals s LEFT JOIN command_queue_items m ON m.id = s.move_id
WHERE (%(source)s::text IS NULL OR s.source = %(source)s OR s.source LIKE %(source)s || ':%%')
  AND (%(kind)s::text IS NULL OR s.signal_type = %(kind)s)
  AND (NOT %(unmatched)s OR (s.processed AND NOT coalesce(s.recommendation_generated, false)))
  AND (%(id)s::text IS NULL OR s.id::text LIKE %(id)s || '%%')
ORDER BY s.created_at DESC, s.id DESC LIMIT %(limit)s

-- name: quarantined
-- What lies in quarantine.
SELECT id, source, external_id, place, reason, attempts, created_at, length(raw) AS size
FROM quarantine WHERE resolved_at IS NULL ORDER BY created_at DESC, id LIMIT %(limit)s

-- name: quarantined_one
-- One entry with its bytes.
SELECT id, source, external_id, raw, place, reason FROM quarantine
WHERE id::text LIKE %(id)s || '%%' AND resolved_at IS NULL FOR UPDATE

-- name: resolve
-- An entry that was taken after all.
UPDATE quarantine SET resolved_at = clock_timestamp() WHERE id = %(id)s

-- name: open_deals
-- Open deals with a day of last activity, for the silence rule.
SELECT d.id, d.account_id, d.stage, d.stage_order, d.last_activity_on, d.product, d.name,
       a.name AS account
FROM deals d LEFT JOIN accounts a ON a.id = d.account_id
WHERE d.stage_kind = 'open' AND d.last_activity_on IS NOT NULL AND d.last_activity_on < %(today)s

-- name: renewals
-- Accounts whose renewal is near, with their last contact.
SELECT a.id, a.name, a.renewal_date,
       greatest(a.last_contact_at, max(c.last_contacted_at), max(c.last_replied_at)) AS last_contact
FROM accounts a LEFT JOIN contacts c ON c.account_id = a.id
WHERE a.renewal_date BETWEEN %(today)s AND %(until)s
GROUP BY a.id

-- name: stale_drafts
-- E-mail moves with a draft or an acceptance that nobody carried out for two days.
SELECT m.id, m.code, m.title, m.account_id, coalesce(m.accepted_at, m.decided_at) AS since
FROM command_queue_items m
WHERE m.status IN ('pending', 'accepted')
  AND m.action_type IN ('send_email', 'create_draft', 'follow_up')
  AND (m.status = 'accepted' OR m.draft IS NOT NULL)
  AND coalesce(m.accepted_at, m.decided_at) < %(before)s

-- name: stalled_batches
-- Bulk acceptances with moves nobody touched for a day.
SELECT m.batch_id, count(*) AS untouched, min(m.accepted_at) AS since,
       (SELECT count(*) FROM decisions d WHERE d.batch_id = m.batch_id) AS size
FROM command_queue_items m
WHERE m.status = 'accepted' AND m.batch_id IS NOT NULL AND m.accepted_at < %(before)s
GROUP BY m.batch_id
