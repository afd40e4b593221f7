-- name: failed
-- One more failure in a row.
INSERT INTO breakers AS b (channel, failures, reason) VALUES (%(channel)s, 1, %(reason)s)
ON CONFLICT (channel) DO UPDATE
SET failures = b.failures + 1, reason = excluded.reason, changed_at = clock_timestamp()
RETURNING b.failures, b.state

-- name: open
-- Let nothing through for a while, twice as long each time in a row, an hour at most.
UPDATE breakers
SET state = 'open', opened_at = clock_timestamp(), openings = openings + 1, probe = NULL,
    probe_until = NULL, changed_at = clock_timestamp(),
    retry_at = clock_timestamp()
      + least(%(wait)s::interval * (2 ^ least(openings, 20)), interval '1 hour')
WHERE channel = %(channel)s AND state <> 'open'
RETURNING retry_at

-- name: worked
-- It works: closed, and nothing counted. What was already so stays untouched.
UPDATE breakers
SET state = 'closed', failures = 0, openings = 0, opened_at = NULL, retry_at = NULL, probe = NULL,
    probe_until = NULL, reason = NULL, changed_at = clock_timestamp()
FROM (SELECT channel AS name, state AS was FROM breakers WHERE channel = %(channel)s FOR UPDATE) b
WHERE channel = b.name AND (state <> 'closed' OR failures > 0)
RETURNING b.was

-- name: try_probe
-- Become the one probe of a breaker whose time is over, or whose last probe never came back.
UPDATE breakers
SET state = 'half_open', probe = %(execution_id)s, changed_at = clock_timestamp(),
    probe_until = clock_timestamp() + %(lease)s::interval
WHERE channel = %(channel)s
  AND ((state = 'open' AND retry_at <= clock_timestamp())
    OR (state = 'half_open' AND (probe = %(execution_id)s OR probe_until <= clock_timestamp())))
RETURNING probe

-- name: state
-- Where a breaker stands, in a word.
SELECT state FROM breakers WHERE channel = %(channel)s

-- name: reset
-- A person closes it.
DELETE FROM breakers WHERE channel = %(channel)s AND (state <> 'closed' OR failures > 0)
RETURNING state

-- name: all
-- Every breaker that ever counted a failure.
SELECT channel, state, failures, openings, opened_at, retry_at, probe, probe_until, reason,
       changed_at
FROM breakers ORDER BY channel
