CREATE FUNCTION caseyos_dnc_keys(address text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH parts AS (
    SELECT lower(address) AS whole, split_part(lower(address), '@', 1) AS mailbox,
           split_part(lower(address), '@', 2) AS domain)
  , labels AS (SELECT string_to_array(domain, '.') AS all_of_them FROM parts)
  SELECT array_agg(DISTINCT key) FROM (
    SELECT whole AS key FROM parts
    UNION ALL SELECT regexp_replace(mailbox, '(.)\+.*$', '\1') || '@' || domain FROM parts
    UNION ALL SELECT array_to_string(all_of_them[n:], '.')
      FROM labels, generate_series(1, cardinality(all_of_them)) AS n
  ) AS keys
$$
--;
CREATE TABLE breakers (
  channel TEXT NOT NULL,
  state TEXT DEFAULT 'closed' NOT NULL,
  failures INTEGER DEFAULT 0 NOT NULL,
  openings INTEGER DEFAULT 0 NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE,
  retry_at TIMESTAMP WITH TIME ZONE,
  probe UUID,
  probe_until TIMESTAMP WITH TIME ZONE,
  reason TEXT,
  changed_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_breakers PRIMARY KEY (channel),
  CONSTRAINT ck_breakers_state CHECK (state IN ('closed', 'open', 'half_open'))
)
--;
CREATE INDEX ix_executions_recipient ON executions (recipient, dispatched_at)
  WHERE dispatched_at IS NOT NULL AND NOT dry_run
--;
CREATE INDEX ix_executions_domain ON executions (recipient_domain, dispatched_at)
  WHERE dispatched_at IS NOT NULL AND NOT dry_run
--;
CREATE INDEX ix_executions_channel ON executions (channel, dispatched_at)
  WHERE dispatched_at IS NOT NULL AND NOT dry_run
