-- Question:   of which actors in focus is nothing known on these days?
-- Parameters: $day_from, $day_to: inclusive; $known_since: when the digest before was issued, NULL where there is none
-- Columns:    actor_id
-- Grain:      one row per actor in focus without a live position said on these days, shown by a document of them, or new since $known_since
WITH heard AS (
    SELECT DISTINCT p.actor
    FROM positions_live p
    JOIN documents d USING (document_id)
    WHERE p.said_on BETWEEN $day_from AND $day_to OR d.published_on BETWEEN $day_from AND $day_to
        OR (p.recorded_at > $known_since::TIMESTAMPTZ AND p.recorded_reason IN ('new', 'edited') AND d.published_on < $day_from)
)
SELECT a.actor_id
FROM actors a
JOIN watch_in_use w USING (watch_version)
ANTI JOIN heard h ON h.actor = a.actor_id
WHERE a.in_focus
ORDER BY a.actor_id
