-- name: emit
-- Telemetry rows: what happened, to which item, with which figures.
INSERT INTO events (name, actor, item_id, data)
SELECT %(name)s, %(actor)s, x.item_id, x.data
FROM jsonb_to_recordset(%(rows)s::jsonb) AS x (item_id uuid, data jsonb)

-- name: audit
-- One receipt; the trigger gives number, time and hashes.
INSERT INTO audit_log (actor, action, subject, from_state, to_state, reason, key, result, detail)
VALUES (%(actor)s, %(action)s, %(subject)s, %(from_state)s, %(to_state)s, %(reason)s, %(key)s,
        %(result)s, %(detail)s)
RETURNING seq, hash

-- name: keep_value
-- The personal value behind a commitment in the receipts.
INSERT INTO audit_values (commitment, salt, value) VALUES (%(commitment)s, %(salt)s, %(value)s)
ON CONFLICT DO NOTHING

-- name: verify
-- The first entry whose number, link or hash is not what the chain makes it.
SELECT min(seq) FILTER (WHERE NOT sound) AS first_bad, count(*) AS entries, max(seq) AS last
FROM (
  SELECT seq, seq = row_number() OVER w
     AND prev_hash = coalesce(lag(hash) OVER w, '\x00'::bytea)
     AND hash = caseyos_audit_hash(prev_hash, seq, at, actor, action, subject, from_state,
                                   to_state, reason, key, result, detail) AS sound
  FROM audit_log WINDOW w AS (ORDER BY seq)
) AS chain

-- name: head
-- The end of the chain.
SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1

-- name: entry_hash
-- The hash of one entry.
SELECT hash FROM audit_log WHERE seq = %(seq)s
