-- name: suppress
-- Somebody who must not be written to. What a person may undo gives way to what nobody does.
INSERT INTO suppressions AS s (value, kind, reason, source)
VALUES (%(value)s, %(kind)s, %(reason)s, %(source)s)
ON CONFLICT (value) DO UPDATE SET source = excluded.source,
  reason = coalesce(excluded.reason, s.reason)
WHERE split_part(s.source, ':', 1) = ANY (%(undoable)s)
  AND split_part(excluded.source, ':', 1) <> ALL (%(undoable)s)
RETURNING xmax = 0 AS added

-- name: unsuppress
-- Somebody who may be written to again; with a source only what that very source put there.
DELETE FROM suppressions
WHERE value = %(value)s AND (%(source)s::text IS NULL OR source = %(source)s)
RETURNING value, kind, reason, source

-- name: list
-- The whole list, with the names of accounts.
SELECT s.value, s.kind, s.reason, s.source, s.created_at,
       (SELECT a.name FROM accounts a WHERE s.kind = 'account' AND a.id::text = s.value) AS account
FROM suppressions s
WHERE %(like)s::text IS NULL OR s.value ILIKE %(like)s
   OR EXISTS (SELECT 1 FROM accounts a WHERE s.kind = 'account' AND a.id::text = s.value
                AND a.name ILIKE %(like)s)
ORDER BY s.created_at DESC, s.value

-- name: speaking_of
-- The entries that speak of an address, its person's account among them.
SELECT s.value, s.kind, s.reason, s.source, s.created_at,
       (SELECT a.name FROM accounts a WHERE s.kind = 'account' AND a.id::text = s.value) AS account
FROM suppressions s
WHERE s.value = ANY (caseyos_dnc_keys(%(address)s))
   OR (s.kind = 'account' AND s.value = (
         SELECT c.account_id::text FROM contacts c WHERE c.email = lower(%(address)s)))
ORDER BY s.kind, s.value

-- name: of_domain
-- The entries that speak of a whole domain.
SELECT s.value, s.kind, s.reason, s.source, s.created_at, NULL AS account
FROM suppressions s
WHERE s.kind = 'domain' AND s.value = ANY (caseyos_dnc_keys('x@' || %(domain)s)) ORDER BY s.value

-- name: account_named
-- An account by its name.
SELECT id, name FROM accounts WHERE name_key = %(name_key)s
