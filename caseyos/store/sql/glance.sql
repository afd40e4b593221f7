-- name: listed
-- Moves as a list shows them, in the order of the queue's own read, with fewer columns; the ids
-- are those that another read finds.
SELECT m.id, m.code, m.priority_score::float8 AS aps, m.title,
       coalesce(m.action_context ->> 'account', m.action_context ->> 'recipient_name',
                m.action_context ->> 'recipient') AS account,
       extract(epoch FROM m.due_by) AS due, m.version, r.reasoning
FROM command_queue_items m
LEFT JOIN action_recommendations r ON r.id = m.recommendation_id
WHERE m.id = ANY (ARRAY({ids}))
ORDER BY m.priority_score DESC, m.due_by, m.created_at, m.id

-- name: switches
-- What is switched on at this moment: the word live, or a level of the kill switch.
SELECT CASE WHEN name = 'mode' THEN 'live' ELSE 'stop ' || substr(name, 6) END AS said
FROM switches
WHERE (until IS NULL OR until > clock_timestamp())
  AND (name = 'mode' AND value ->> 'mode' = 'live'
       OR name LIKE 'stop:%%' AND (value ->> 'on')::boolean)
ORDER BY name

-- name: place
-- Which cluster this is, and which schema it has. All this session writes is telemetry: after a
-- power failure nobody needs the last of it.
SELECT current_setting('data_directory', true) AS cluster,
       (SELECT version_num FROM alembic_version) AS revision,
       set_config('synchronous_commit', 'off', false) AS commit

-- name: place_elsewhere
-- Which schema a server that is not ours has.
SELECT '' AS cluster, version_num AS revision,
       set_config('synchronous_commit', 'off', false) AS commit
FROM alembic_version

-- name: offered
-- The pending moves a shell offers where a move is named, best first.
SELECT m.id FROM command_queue_items m WHERE m.status = 'pending'
ORDER BY m.priority_score DESC, m.due_by, m.created_at, m.id LIMIT 50
