-- Question:   what is planned for after a day?
-- Parameters: $day
-- Columns:    the fields of a DigestEvent; its date as starts_on, ends_on, date_precision
-- Grain:      one row per planned event in force that begins after the day, or within a week, month or year that is not over
SELECT
    e.event_id, e.type, e.status, e.starts_on, e.ends_on, e.date_precision, e.actors, e.targets, e.place, r.quote, d.outlet, d.title, d.url,
    d.published_on, e.reports
FROM events_live e
JOIN event_reports r ON r.report_id = e.lead_report_id AND r.withdrawn_at IS NULL
JOIN documents d ON d.document_id = r.document_id
WHERE e.status = 'planned'
    AND (e.starts_on > $day OR (e.ends_on > $day AND e.date_precision IN ('week', 'month', 'year')))
ORDER BY e.starts_on, e.ends_on, e.reports DESC, e.event_id
