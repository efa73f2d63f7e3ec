-- Question:   where did everyone stand at the close of a day, as now known, and what shows it?
-- Parameters: $day
-- Columns:    the fields of a StanceDay; its lead as lead_position_id
-- Grain:      one row per actor, issue and aspect with a stance
SELECT
    day, actor, issue, aspect, stance, score, condition, held_since, last_said_on, freshness, contested, independent_sources, lead_position_id
FROM stance_on($day)
ORDER BY actor, issue, aspect
