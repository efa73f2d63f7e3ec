-- Question:   what differs between the close of a day and of the day before, as now known?
-- Parameters: $day
-- Columns:    actor, issue, aspect, kind, before_stance, after_stance, moved_on, before_position_id, after_position_id
-- Grain:      one row per key whose stance differs; first sights come last
SELECT c.actor, c.issue, c.aspect, c.kind, c.before_stance, c.after_stance, c.moved_on, c.before_position_id, c.after_position_id
FROM changes_between($day::DATE - 1, $day::DATE, TIMESTAMPTZ 'infinity', TIMESTAMPTZ 'infinity') c
ORDER BY c.kind = 'first_seen', c.actor, c.issue, c.aspect
