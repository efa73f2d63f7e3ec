-- Question:   which ids begin so, and what are they ids of?
-- Parameters: $beginning
-- Columns:    id, is_position, is_event
-- Grain:      one row per id; one that is neither is that of a report. The id of an event is that of its first report as well
SELECT id, bool_or(kind = 'position') AS is_position, bool_or(kind = 'event') AS is_event
FROM (
    SELECT p.position_id AS id, 'position' AS kind FROM positions p
    UNION ALL
    SELECT e.event_id, 'event' FROM events e
    UNION ALL
    SELECT r.report_id, 'report' FROM event_reports r
)
WHERE starts_with(id, $beginning)
GROUP BY id
ORDER BY id
