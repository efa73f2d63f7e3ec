-- Question:   which keys stand otherwise than last known?
-- Parameters: $run_id, $known_at, $watch_version; reads the temporary table built_spells and stance_queue
-- Columns:    those of stance_revisions
-- Grain:      one row per queued key whose spells differ from its newest revision; a key that lost all evidence gets a revision without spells.
--             known_from never goes back within a key, also where the clock did
WITH queued AS (
    SELECT DISTINCT actor, issue, aspect FROM stance_queue
),
built AS (
    SELECT b.actor, b.issue, b.aspect, sha256(to_json(list(b ORDER BY b.ordinal))::VARCHAR) AS spells_hash, count(*)::INTEGER AS spells
    FROM built_spells b
    GROUP BY b.actor, b.issue, b.aspect
),
newest AS (
    SELECT r.* FROM stance_revisions r SEMI JOIN queued USING (actor, issue, aspect)
    QUALIFY row_number() OVER (PARTITION BY r.actor, r.issue, r.aspect ORDER BY r.revision DESC) = 1
),
differing AS (
    SELECT
        q.actor, q.issue, q.aspect, coalesce(n.revision, 0) + 1 AS revision, greatest(n.known_from, $known_at::TIMESTAMPTZ) AS known_from,
        coalesce(b.spells_hash, sha256('')) AS spells_hash, coalesce(b.spells, 0) AS spells
    FROM queued q
    LEFT JOIN built b USING (actor, issue, aspect)
    LEFT JOIN newest n USING (actor, issue, aspect)
    WHERE coalesce(b.spells_hash, sha256('')) <> coalesce(n.spells_hash, sha256(''))
)
SELECT
    left(sha256(concat_ws('|', actor, issue, aspect, revision, spells_hash)), 20) AS revision_id, actor, issue, aspect, revision, known_from,
    $run_id::VARCHAR AS run_id, $watch_version::VARCHAR AS watch_version, spells_hash, spells
FROM differing
