-- Functions and sequences the tables' defaults rest on. Applied before the tables exist.
-- Statements are separated by lines that hold only two dashes and a semicolon.

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
-- A move that a plain script inserts has a title and a context like any other.
CREATE FUNCTION caseyos_move_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF jsonb_typeof(NEW.action_context) <> 'object' THEN
    NEW.action_context := jsonb_build_object('given', NEW.action_context);
  END IF;
  IF NEW.title = '' THEN
    NEW.title := coalesce(
      nullif(NEW.action_context ->> 'title', ''), nullif(NEW.action_context ->> 'subject', ''),
      initcap(left(NEW.action_type, 1)) || replace(substr(NEW.action_type, 2), '_', ' ')
        || coalesce(': ' || (NEW.action_context ->> 'recipient'), ''));
  END IF;
  RETURN NEW;
END
$$
--;
-- What a signal holds is an object; anything else is kept inside one.
CREATE FUNCTION caseyos_signal_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.data := jsonb_build_object('given', NEW.data);
  RETURN NEW;
END
$$
--;
-- A task's version counts every change of what a person sees, whoever makes it and by whatever way.
CREATE FUNCTION caseyos_task_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.version = OLD.version THEN
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
CREATE FUNCTION caseyos_tally_fold() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH taken AS (
    DELETE FROM queue_tally
    WHERE id IN (SELECT id FROM queue_tally FOR UPDATE SKIP LOCKED)
    RETURNING status, due_hour, moves)
  INSERT INTO queue_tally (status, due_hour, moves)
  SELECT status, due_hour, sum(moves) FROM taken GROUP BY status, due_hour HAVING sum(moves) <> 0;
END
$$
--;
CREATE FUNCTION caseyos_tally() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  origin CONSTANT timestamptz := '2000-01-01 00:00:00+00';
  changes bigint;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM queue_tally;
    RETURN NULL;
  ELSIF TG_OP = 'INSERT' THEN
    INSERT INTO queue_tally (status, due_hour, moves)
    SELECT status, CASE WHEN status = 'pending' THEN date_bin('1 hour', due_by, origin) END, count(*)
    FROM present GROUP BY 1, 2;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO queue_tally (status, due_hour, moves)
    SELECT status, CASE WHEN status = 'pending' THEN date_bin('1 hour', due_by, origin) END, -count(*)
    FROM past GROUP BY 1, 2;
  ELSE
    INSERT INTO queue_tally (status, due_hour, moves)
    SELECT status, CASE WHEN status = 'pending' THEN date_bin('1 hour', due_by, origin) END, sum(step)
    FROM (SELECT status, due_by, 1 AS step FROM present
          UNION ALL SELECT status, due_by, -1 FROM past) changed
    GROUP BY 1, 2 HAVING sum(step) <> 0;
  END IF;
  GET DIAGNOSTICS changes = ROW_COUNT;
  -- Folding costs a read of the tally: after large changes always, after small ones now and then.
  IF random() < changes / 500.0 THEN
    PERFORM caseyos_tally_fold();
  END IF;
  RETURN NULL;
END
$$
--;
-- Every entry of the do-not-contact list that speaks of an address: itself, itself without what
-- stands behind a +, its domain, and every domain above that.
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
