-- The initial schema: every table of SPEC section 2 with its functions, indexes and triggers.
-- Frozen: later changes are later migrations. Statements are separated by lines of two dashes and a
-- semicolon.

CREATE SEQUENCE move_code_seq AS bigint
--;
-- UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, version, randomness. PostgreSQL 15-17 have none.
CREATE FUNCTION caseyos_uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
              PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint)
                                FROM 3)
              FROM 1 FOR 6),
      52, 1), 53, 1), 'hex')::uuid
$$
--;
-- The n-th move code: a bijection from the sequence, so a code is never given twice; the letter in
-- front keeps it apart from a row number. Alphabets leave out i, l, o, u, 0 and 1. Codes have four
-- characters for the first 594,000 moves, then five, and so on; the affine step only mixes them.
CREATE FUNCTION caseyos_move_code(n bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  letters constant text := 'abcdefghjkmnpqrstvwxyz';
  signs constant text := 'abcdefghjkmnpqrstvwxyz23456789';
  width int := 3;
  size bigint := 22::bigint * 30 * 30 * 30;
  rest bigint := n - 1;
  mixed numeric;
  code text := '';
BEGIN
  WHILE rest >= size LOOP
    rest := rest - size;
    width := width + 1;
    size := size * 30;
  END LOOP;
  mixed := (rest::numeric * 7368787 + 104729) % size;  -- 7368787 is prime to 2, 3, 5 and 11
  FOR step IN 1 .. width LOOP
    code := substr(signs, (mixed % 30)::int + 1, 1) || code;
    mixed := div(mixed, 30);
  END LOOP;
  RETURN substr(letters, mixed::int + 1, 1) || code;
END
$$
--;
-- One link of the audit chain: SHA-256 over the previous link and the entry, each field with its
-- length in front, so that no two different entries read the same.
CREATE FUNCTION caseyos_audit_hash(
  previous bytea, seq bigint, at timestamptz, actor text, action text, subject text,
  from_state text, to_state text, reason text, key text, result text, detail jsonb
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT sha256(previous || convert_to(string_agg(
    CASE WHEN field IS NULL THEN '-;' ELSE octet_length(field) || ':' || field || ';' END,
    '' ORDER BY place), 'UTF8'))
  FROM unnest(ARRAY[
    seq::text, ((extract(epoch FROM at) * 1000000)::bigint)::text, actor, action, subject,
    from_state, to_state, reason, key, result, detail::text
  ]) WITH ORDINALITY AS entry(field, place)
$$
--;
CREATE FUNCTION caseyos_audit_append() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  -- One writer at a time, to the end of its transaction: a chain has one end.
  PERFORM pg_advisory_xact_lock(7421001);
  SELECT a.seq, a.hash INTO last FROM audit_log a ORDER BY a.seq DESC LIMIT 1;
  NEW.seq := coalesce(last.seq, 0) + 1;
  NEW.at := coalesce(NEW.at, clock_timestamp());
  NEW.detail := coalesce(NEW.detail, '{}'::jsonb);
  NEW.prev_hash := coalesce(last.hash, '\x00'::bytea);
  NEW.hash := caseyos_audit_hash(
    NEW.prev_hash, NEW.seq, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.from_state,
    NEW.to_state, NEW.reason, NEW.key, NEW.result, NEW.detail);
  RETURN NEW;
END
$$
--;
CREATE FUNCTION caseyos_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
--;
-- A move's version counts changes a person would call a change: content and status, not rank.
CREATE FUNCTION caseyos_move_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
    NEW.updated_at := clock_timestamp();
  END IF;
  IF (NEW.title, NEW.action_type, NEW.action_context, NEW.status, NEW.owner, NEW.draft)
     IS DISTINCT FROM
     (OLD.title, OLD.action_type, OLD.action_context, OLD.status, OLD.owner, OLD.draft) THEN
    NEW.version := OLD.version + 1;
  END IF;
  RETURN NEW;
END
$$
--;
-- A hint for screens and daemons; whoever does not listen polls.
CREATE FUNCTION caseyos_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('caseyos', TG_TABLE_NAME);
  RETURN NULL;
END
$$
--;
CREATE TABLE accounts (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  sector TEXT,
  country TEXT,
  domain TEXT,
  employees INTEGER,
  revenue NUMERIC,
  renewal_date DATE,
  last_contact_at TIMESTAMP WITH TIME ZONE,
  source TEXT,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_accounts PRIMARY KEY (id),
  CONSTRAINT uq_accounts_name_key UNIQUE (name_key)
)
--;
CREATE TABLE audit_log (
  seq BIGINT NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT,
  from_state TEXT,
  to_state TEXT,
  reason TEXT,
  key TEXT,
  result TEXT,
  detail JSONB DEFAULT '{}'::jsonb NOT NULL,
  prev_hash BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  CONSTRAINT pk_audit_log PRIMARY KEY (seq)
)
--;
CREATE INDEX ix_audit_log_subject ON audit_log (subject, seq)
--;
CREATE TABLE audit_values (
  commitment BYTEA NOT NULL,
  salt BYTEA NOT NULL,
  value TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_audit_values PRIMARY KEY (commitment)
)
--;
CREATE TABLE events (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  name TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  actor TEXT,
  item_id UUID,
  data JSONB DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT pk_events PRIMARY KEY (id)
)
--;
CREATE INDEX ix_events_name_at ON events (name, at)
--;
CREATE TABLE job_runs (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  job TEXT NOT NULL,
  period_key TEXT NOT NULL,
  state TEXT DEFAULT 'running' NOT NULL,
  epoch BIGINT,
  started_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  summary JSONB DEFAULT '{}'::jsonb NOT NULL,
  error TEXT,
  CONSTRAINT pk_job_runs PRIMARY KEY (id),
  CONSTRAINT uq_job_runs_job_period_key UNIQUE (job, period_key)
)
--;
CREATE INDEX ix_job_runs_job ON job_runs (job, started_at DESC)
--;
CREATE TABLE learned_weights (
  version BIGSERIAL NOT NULL,
  weights JSONB DEFAULT '{}'::jsonb NOT NULL,
  report JSONB DEFAULT '{}'::jsonb NOT NULL,
  reason TEXT,
  adopted BOOLEAN DEFAULT false NOT NULL,
  actor TEXT DEFAULT 'casey' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_learned_weights PRIMARY KEY (version)
)
--;
CREATE TABLE products (
  name_key TEXT NOT NULL,
  name TEXT NOT NULL,
  list_price NUMERIC,
  source TEXT,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_products PRIMARY KEY (name_key)
)
--;
CREATE TABLE quarantine (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  source TEXT NOT NULL,
  external_id TEXT,
  raw BYTEA,
  place TEXT,
  reason TEXT NOT NULL,
  attempts INTEGER DEFAULT 1 NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  resolved_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_quarantine PRIMARY KEY (id),
  CONSTRAINT uq_quarantine_source_external_id UNIQUE (source, external_id)
)
--;
CREATE TABLE source_cursors (
  source TEXT NOT NULL,
  kind TEXT,
  cursor JSONB DEFAULT '{}'::jsonb NOT NULL,
  version INTEGER DEFAULT 0 NOT NULL,
  items_seen INTEGER DEFAULT 0 NOT NULL,
  last_attempt_at TIMESTAMP WITH TIME ZONE,
  last_success_at TIMESTAMP WITH TIME ZONE,
  last_item_at TIMESTAMP WITH TIME ZONE,
  last_error TEXT,
  last_error_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_source_cursors PRIMARY KEY (source)
)
--;
CREATE TABLE suppressions (
  value TEXT NOT NULL,
  kind TEXT DEFAULT 'email' NOT NULL,
  reason TEXT,
  source TEXT DEFAULT 'manual' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_suppressions PRIMARY KEY (value)
)
--;
CREATE TABLE switches (
  name TEXT NOT NULL,
  value JSONB DEFAULT '{}'::jsonb NOT NULL,
  until TIMESTAMP WITH TIME ZONE,
  reason TEXT,
  changed_by TEXT DEFAULT 'casey' NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_switches PRIMARY KEY (name)
)
--;
CREATE TABLE contacts (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  email TEXT,
  name TEXT,
  company TEXT,
  timezone TEXT,
  account_id UUID,
  last_contacted_at TIMESTAMP WITH TIME ZONE,
  last_replied_at TIMESTAMP WITH TIME ZONE,
  bounced_at TIMESTAMP WITH TIME ZONE,
  source TEXT,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_contacts PRIMARY KEY (id),
  CONSTRAINT uq_contacts_email UNIQUE (email),
  CONSTRAINT fk_contacts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE SET NULL
)
--;
CREATE INDEX ix_contacts_account_id ON contacts (account_id)
--;
CREATE TABLE deals (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  source TEXT NOT NULL,
  external_id TEXT NOT NULL,
  name TEXT,
  account_id UUID,
  contact_id UUID,
  stage TEXT,
  stage_kind TEXT DEFAULT 'open' NOT NULL,
  stage_order INTEGER,
  amount NUMERIC,
  currency TEXT,
  product TEXT,
  product_key TEXT,
  owner TEXT,
  engaged_on DATE,
  close_on DATE,
  last_activity_on DATE,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_deals PRIMARY KEY (id),
  CONSTRAINT uq_deals_source_external_id UNIQUE (source, external_id),
  CONSTRAINT ck_deals_stage_kind CHECK (stage_kind IN ('open', 'won', 'lost')),
  CONSTRAINT fk_deals_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE SET NULL,
  CONSTRAINT fk_deals_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE SET NULL
)
--;
CREATE INDEX ix_deals_account_id ON deals (account_id)
--;
CREATE INDEX ix_deals_open ON deals (last_activity_on) WHERE stage_kind = 'open'
--;
CREATE TABLE signals (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  source TEXT DEFAULT 'manual' NOT NULL,
  signal_type TEXT DEFAULT 'manual' NOT NULL,
  external_id TEXT,
  data JSONB DEFAULT '{}'::jsonb NOT NULL,
  evidence TEXT DEFAULT '' NOT NULL,
  occurred_at TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  processed BOOLEAN DEFAULT false NOT NULL,
  processed_at TIMESTAMP WITH TIME ZONE,
  recommendation_generated BOOLEAN,
  note TEXT,
  error TEXT,
  account_id UUID,
  contact_id UUID,
  deal_id UUID,
  move_id UUID,
  CONSTRAINT pk_signals PRIMARY KEY (id),
  CONSTRAINT uq_signals_source_external_id UNIQUE (source, external_id),
  CONSTRAINT fk_signals_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE SET NULL,
  CONSTRAINT fk_signals_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE SET NULL,
  CONSTRAINT fk_signals_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id) ON DELETE SET NULL
)
--;
CREATE INDEX ix_signals_contact_id ON signals (contact_id)
--;
CREATE INDEX ix_signals_created_at ON signals (created_at DESC)
--;
CREATE INDEX ix_signals_move_id ON signals (move_id)
--;
CREATE INDEX ix_signals_unprocessed ON signals (created_at, id) WHERE NOT processed
--;
CREATE TABLE action_recommendations (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  signal_id UUID,
  move_id UUID,
  play TEXT,
  aps_score NUMERIC(4, 1) DEFAULT 0 NOT NULL,
  reasoning TEXT DEFAULT '' NOT NULL,
  drivers JSONB DEFAULT '[]'::jsonb NOT NULL,
  revenue_impact NUMERIC,
  urgency_score NUMERIC,
  effort_score NUMERIC,
  strategic_score NUMERIC,
  confidence NUMERIC,
  blocker BOOLEAN DEFAULT false NOT NULL,
  metadata JSONB DEFAULT '{}'::jsonb NOT NULL,
  weights_version INTEGER,
  generated_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_action_recommendations PRIMARY KEY (id),
  CONSTRAINT ck_action_recommendations_aps_score CHECK (aps_score BETWEEN 0 AND 100),
  CONSTRAINT ck_action_recommendations_urgency_score CHECK (urgency_score BETWEEN 0 AND 1),
  CONSTRAINT ck_action_recommendations_effort_score CHECK (effort_score BETWEEN 0 AND 1),
  CONSTRAINT ck_action_recommendations_strategic_score CHECK (strategic_score BETWEEN 0 AND 1),
  CONSTRAINT fk_action_recommendations_signal_id FOREIGN KEY(signal_id) REFERENCES signals (id) ON DELETE SET NULL
)
--;
CREATE INDEX ix_action_recommendations_move ON action_recommendations (move_id, generated_at DESC)
--;
CREATE INDEX ix_action_recommendations_signal_id ON action_recommendations (signal_id)
--;
CREATE TABLE command_queue_items (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  code TEXT DEFAULT caseyos_move_code(nextval('move_code_seq')) NOT NULL,
  priority_score NUMERIC(4, 1) DEFAULT 0 NOT NULL,
  action_type TEXT DEFAULT 'create_task' NOT NULL,
  action_context JSONB DEFAULT '{}'::jsonb NOT NULL,
  title TEXT DEFAULT '' NOT NULL,
  status TEXT DEFAULT 'pending' NOT NULL,
  owner TEXT DEFAULT 'casey' NOT NULL,
  due_by TIMESTAMP WITH TIME ZONE,
  effort_minutes INTEGER,
  snoozed_until TIMESTAMP WITH TIME ZONE,
  snoozed_for_reply BOOLEAN DEFAULT false NOT NULL,
  recommendation_id UUID,
  dedupe_key TEXT,
  play TEXT,
  source TEXT,
  account_id UUID,
  contact_id UUID,
  deal_id UUID,
  draft JSONB,
  note TEXT,
  closed_reason TEXT,
  accepted_hash TEXT,
  accepted_versions JSONB,
  accepted_at TIMESTAMP WITH TIME ZONE,
  decided_at TIMESTAMP WITH TIME ZONE,
  batch_id UUID,
  version INTEGER DEFAULT 1 NOT NULL,
  executed_at TIMESTAMP WITH TIME ZONE,
  outcome JSONB,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_command_queue_items PRIMARY KEY (id),
  CONSTRAINT ck_command_queue_items_priority_score CHECK (priority_score BETWEEN 0 AND 100),
  CONSTRAINT ck_command_queue_items_status CHECK (status IN ('pending', 'accepted',
    'dismissed', 'snoozed', 'expired', 'executed', 'failed', 'unknown', 'rolled_back')),
  CONSTRAINT ck_command_queue_items_owner CHECK (owner IN ('casey', 'automated', 'delegated')),
  CONSTRAINT uq_command_queue_items_code UNIQUE (code),
  CONSTRAINT fk_command_queue_items_recommendation_id FOREIGN KEY(recommendation_id) REFERENCES action_recommendations (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT fk_command_queue_items_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE SET NULL,
  CONSTRAINT fk_command_queue_items_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE SET NULL,
  CONSTRAINT fk_command_queue_items_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id) ON DELETE SET NULL
)
--;
CREATE INDEX ix_command_queue_items_account_id ON command_queue_items (account_id)
--;
CREATE INDEX ix_command_queue_items_batch_id ON command_queue_items (batch_id)
--;
CREATE INDEX ix_command_queue_items_code_prefix ON command_queue_items (code text_pattern_ops)
--;
CREATE INDEX ix_command_queue_items_contact_id ON command_queue_items (contact_id)
--;
CREATE INDEX ix_command_queue_items_deal_id ON command_queue_items (deal_id)
--;
CREATE INDEX ix_command_queue_items_priority_score ON command_queue_items (priority_score DESC)
--;
CREATE INDEX ix_command_queue_items_ranked ON command_queue_items (priority_score DESC, due_by, created_at, id)
  WHERE status = 'pending'
--;
CREATE INDEX ix_command_queue_items_snoozed ON command_queue_items (snoozed_until)
  WHERE status = 'snoozed'
--;
CREATE INDEX ix_command_queue_items_status ON command_queue_items (status)
--;
CREATE UNIQUE INDEX uq_command_queue_items_live_dedupe_key ON command_queue_items (dedupe_key)
  WHERE status IN ('pending', 'snoozed', 'accepted')
--;
CREATE TABLE executions (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  move_id UUID,
  action_type TEXT NOT NULL,
  channel TEXT NOT NULL,
  state TEXT DEFAULT 'queued' NOT NULL,
  dry_run BOOLEAN DEFAULT false NOT NULL,
  plan_id TEXT,
  from_plan_id TEXT,
  plan_expires_at TIMESTAMP WITH TIME ZONE,
  move_version INTEGER,
  idempotency_key TEXT,
  request JSONB DEFAULT '{}'::jsonb NOT NULL,
  request_hash TEXT,
  wire BYTEA,
  marker TEXT,
  recipient TEXT,
  recipient_domain TEXT,
  actor TEXT DEFAULT 'casey' NOT NULL,
  attempt INTEGER DEFAULT 0 NOT NULL,
  lease_token UUID,
  lease_until TIMESTAMP WITH TIME ZONE,
  not_before TIMESTAMP WITH TIME ZONE,
  not_after TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  queued_at TIMESTAMP WITH TIME ZONE,
  claimed_at TIMESTAMP WITH TIME ZONE,
  dispatched_at TIMESTAMP WITH TIME ZONE,
  finished_at TIMESTAMP WITH TIME ZONE,
  undone_at TIMESTAMP WITH TIME ZONE,
  blocked_rule TEXT,
  blocked_reason TEXT,
  blocked_until TIMESTAMP WITH TIME ZONE,
  provider_id TEXT,
  response_digest TEXT,
  result JSONB DEFAULT '{}'::jsonb NOT NULL,
  error TEXT,
  reversibility TEXT,
  rollback_token TEXT,
  undo JSONB,
  reconcile_attempts INTEGER DEFAULT 0 NOT NULL,
  next_reconcile_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_executions PRIMARY KEY (id),
  CONSTRAINT ck_executions_state CHECK (state IN ('queued', 'claimed', 'dispatching',
    'succeeded', 'partial', 'failed', 'unknown', 'blocked', 'cancelled', 'undone',
    'undo_failed', 'simulated')),
  CONSTRAINT fk_executions_move_id FOREIGN KEY(move_id) REFERENCES command_queue_items (id) ON DELETE SET NULL,
  CONSTRAINT uq_executions_plan_id UNIQUE (plan_id),
  CONSTRAINT uq_executions_idempotency_key UNIQUE (idempotency_key),
  CONSTRAINT uq_executions_rollback_token UNIQUE (rollback_token)
)
--;
CREATE INDEX ix_executions_dispatched ON executions (action_type, dispatched_at)
--;
CREATE INDEX ix_executions_due ON executions (not_before, queued_at)
  WHERE state IN ('queued', 'claimed', 'dispatching', 'blocked')
--;
CREATE INDEX ix_executions_from_plan_id ON executions (from_plan_id)
--;
CREATE INDEX ix_executions_move ON executions (move_id, created_at DESC)
--;
CREATE INDEX ix_executions_unknown ON executions (next_reconcile_at) WHERE state = 'unknown'
--;
CREATE UNIQUE INDEX uq_executions_marker ON executions (marker) WHERE NOT dry_run
--;
CREATE TABLE decisions (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  batch_id UUID,
  move_id UUID,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  reason TEXT,
  note TEXT,
  before JSONB DEFAULT '{}'::jsonb NOT NULL,
  after JSONB DEFAULT '{}'::jsonb NOT NULL,
  execution_id UUID,
  undone_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_decisions PRIMARY KEY (id),
  CONSTRAINT fk_decisions_move_id FOREIGN KEY(move_id) REFERENCES command_queue_items (id) ON DELETE SET NULL,
  CONSTRAINT fk_decisions_execution_id FOREIGN KEY(execution_id) REFERENCES executions (id) ON DELETE SET NULL
)
--;
CREATE INDEX ix_decisions_at ON decisions (at DESC)
--;
CREATE INDEX ix_decisions_batch_id ON decisions (batch_id)
--;
CREATE INDEX ix_decisions_move_id ON decisions (move_id)
--;
CREATE TABLE messages (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  message_id TEXT NOT NULL,
  direction TEXT NOT NULL,
  source TEXT,
  refs TEXT[] DEFAULT '{}'::text[] NOT NULL,
  thread_key TEXT,
  subject TEXT,
  contact_id UUID,
  execution_id UUID,
  signal_id UUID,
  automatic BOOLEAN DEFAULT false NOT NULL,
  at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_messages PRIMARY KEY (id),
  CONSTRAINT ck_messages_direction CHECK (direction IN ('sent', 'received')),
  CONSTRAINT uq_messages_message_id UNIQUE (message_id),
  CONSTRAINT fk_messages_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE SET NULL,
  CONSTRAINT fk_messages_execution_id FOREIGN KEY(execution_id) REFERENCES executions (id) ON DELETE SET NULL,
  CONSTRAINT fk_messages_signal_id FOREIGN KEY(signal_id) REFERENCES signals (id) ON DELETE SET NULL
)
--;
CREATE INDEX ix_messages_contact_id ON messages (contact_id)
--;
CREATE INDEX ix_messages_refs ON messages USING gin (refs)
--;
CREATE INDEX ix_messages_thread_key ON messages (thread_key)
--;
CREATE TABLE outcomes (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  move_id UUID,
  execution_id UUID,
  signal_id UUID,
  kind TEXT NOT NULL,
  positive BOOLEAN,
  note TEXT,
  source TEXT DEFAULT 'manual' NOT NULL,
  actor TEXT DEFAULT 'casey' NOT NULL,
  weights_version INTEGER,
  occurred_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  superseded_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_outcomes PRIMARY KEY (id),
  CONSTRAINT fk_outcomes_move_id FOREIGN KEY(move_id) REFERENCES command_queue_items (id) ON DELETE SET NULL,
  CONSTRAINT fk_outcomes_execution_id FOREIGN KEY(execution_id) REFERENCES executions (id) ON DELETE SET NULL,
  CONSTRAINT fk_outcomes_signal_id FOREIGN KEY(signal_id) REFERENCES signals (id) ON DELETE SET NULL
)
--;
CREATE INDEX ix_outcomes_move_id ON outcomes (move_id)
--;
CREATE INDEX ix_outcomes_recorded_at ON outcomes (recorded_at)
--;
CREATE TABLE tasks (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  move_id UUID,
  execution_id UUID,
  marker TEXT,
  title TEXT DEFAULT '' NOT NULL,
  notes TEXT,
  due_by TIMESTAMP WITH TIME ZONE,
  status TEXT DEFAULT 'open' NOT NULL,
  version INTEGER DEFAULT 1 NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  completed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_tasks PRIMARY KEY (id),
  CONSTRAINT fk_tasks_move_id FOREIGN KEY(move_id) REFERENCES command_queue_items (id) ON DELETE SET NULL,
  CONSTRAINT fk_tasks_execution_id FOREIGN KEY(execution_id) REFERENCES executions (id) ON DELETE SET NULL,
  CONSTRAINT uq_tasks_marker UNIQUE (marker)
)
--;
CREATE INDEX ix_tasks_move_id ON tasks (move_id)
--;
CREATE TRIGGER audit_log_append BEFORE INSERT ON audit_log
  FOR EACH ROW EXECUTE FUNCTION caseyos_audit_append()
--;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION caseyos_append_only()
--;
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_append_only()
--;
CREATE TRIGGER learned_weights_append_only BEFORE UPDATE OR DELETE ON learned_weights
  FOR EACH ROW EXECUTE FUNCTION caseyos_append_only()
--;
CREATE TRIGGER command_queue_items_touched BEFORE UPDATE ON command_queue_items
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION caseyos_move_touched()
--;
CREATE TRIGGER command_queue_items_notify AFTER INSERT OR UPDATE OR DELETE ON command_queue_items
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_notify()
--;
CREATE TRIGGER signals_notify AFTER INSERT ON signals
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_notify()
--;
CREATE TRIGGER executions_notify AFTER INSERT OR UPDATE ON executions
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_notify()
