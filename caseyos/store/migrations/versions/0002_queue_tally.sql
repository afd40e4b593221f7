CREATE TABLE queue_tally (
  id UUID DEFAULT caseyos_uuid7() NOT NULL,
  status TEXT NOT NULL,
  due_hour TIMESTAMP WITH TIME ZONE,
  moves BIGINT NOT NULL,
  CONSTRAINT pk_queue_tally PRIMARY KEY (id)
)
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
CREATE INDEX ix_command_queue_items_due ON command_queue_items (due_by)
  WHERE status = 'pending'
--;
CREATE INDEX ix_command_queue_items_due_day ON command_queue_items
  (date_bin('1 day', due_by, '2000-01-01 00:00:00+00'::timestamptz), priority_score DESC, due_by,
   created_at, id)
  WHERE status = 'pending'
--;
CREATE TRIGGER command_queue_items_tally_insert AFTER INSERT ON command_queue_items
  REFERENCING NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION caseyos_tally()
--;
CREATE TRIGGER command_queue_items_tally_update AFTER UPDATE ON command_queue_items
  REFERENCING OLD TABLE AS past NEW TABLE AS present
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_tally()
--;
CREATE TRIGGER command_queue_items_tally_delete AFTER DELETE ON command_queue_items
  REFERENCING OLD TABLE AS past FOR EACH STATEMENT EXECUTE FUNCTION caseyos_tally()
--;
CREATE TRIGGER command_queue_items_tally_truncate AFTER TRUNCATE ON command_queue_items
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_tally()
--;
INSERT INTO queue_tally (status, due_hour, moves)
SELECT status, CASE WHEN status = 'pending'
                    THEN date_bin('1 hour', due_by, '2000-01-01 00:00:00+00') END, count(*)
FROM command_queue_items GROUP BY 1, 2
