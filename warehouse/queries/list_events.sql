-- Question:   what happened, or was to happen, on these days?
-- Parameters: $day_from, $day_to: inclusive
-- Columns:    the fields of a DigestEvent; its date as starts_on, ends_on, date_precision
-- Grain:      one row per event in force that lies within the days, or that is dated to the day or to a range that shares one with them.
--             An event known only by its month is of the days where its whole month is. Hypothetical and undated ones are left out
SELECT
    e.event_id, e.type, e.status, e.starts_on, e.ends_on, e.date_precision, e.actors, e.targets, e.place, r.quote, d.outlet, d.title, d.url,
    d.published_on, e.reports
FROM events_live e
JOIN event_reports r ON r.report_id = e.lead_report_id AND r.withdrawn_at IS NULL
JOIN documents d ON d.document_id = r.document_id
WHERE e.status <> 'hypothetical'
    AND (
        (e.starts_on >= $day_from AND e.ends_on <= $day_to)
        OR (e.date_precision IN ('day', 'range') AND e.starts_on <= $day_to AND e.ends_on >= $day_from)
    )
ORDER BY e.starts_on, e.ends_on, e.reports DESC, e.event_id
