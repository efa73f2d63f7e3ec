-- Question:   what changed from the close of the first day to the close of a day, as now known?
-- Parameters: $day; $first_day: NULL for all that came before $day
-- Columns:    the fields of a StanceChange without change_id, day and evidence; leads as before_position_id, after_position_id
-- Grain:      one row per key for the stance it starts with (first_seen), and one per boundary between consecutive spells after that. A key
--             starts with its stance at the close of $first_day, or with its first one after it. Everything is old in an opening
--             digest: the cause of every line is move
WITH spells AS (
    SELECT s.*, statement_by(s.statements, $day::DATE) AS said
    FROM stance_spells s
    WHERE s.known_to IS NULL AND s.valid_from <= $day::DATE AND (s.valid_to IS NULL OR s.valid_to >= coalesce($first_day::DATE, s.valid_from))
),
with_the_one_before AS (
    SELECT *, lag(stance) OVER spells_of_key AS before_stance, lag(lead_position_id) OVER spells_of_key AS before_position_id
    FROM spells
    WINDOW spells_of_key AS (PARTITION BY actor, issue, aspect ORDER BY ordinal)
)
SELECT
    s.actor, s.issue, s.aspect, change_kind(s.before_stance, s.stance) AS kind, 'move' AS cause, 'confirmed' AS strength,
    s.before_stance, s.stance AS after_stance, s.before_position_id, s.first_position_id AS after_position_id, s.valid_from AS moved_on,
    change_significance(s.before_stance, s.stance, speaker_weight(p.role)) AS significance, s.said.independent_sources AS independent_sources
FROM with_the_one_before s
JOIN positions_live p ON p.position_id = s.first_position_id
ORDER BY significance DESC, s.actor, s.issue, s.aspect, s.valid_from
