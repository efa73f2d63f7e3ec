-- Question:   which events may new reports belong to?
-- Parameters: none; reads the temporary table fresh_reports (the fields of an EventReport)
-- Columns:    event_id, type, starts_on, ends_on, date_precision, actors, targets, place, documents (that report it now)
-- Grain:      one row per event in force with the type and dates of a new report; first recorded first. An event whose last report was
--             just withdrawn is among them, so that an edited report keeps its event
WITH slots_of_new_reports AS (
    SELECT DISTINCT type, starts_on, ends_on FROM fresh_reports WHERE starts_on IS NOT NULL
),
events_in_these_slots AS (
    SELECT e.* FROM events e SEMI JOIN slots_of_new_reports s USING (type, starts_on, ends_on) WHERE e.superseded_at IS NULL
),
documents_that_report_them AS (
    SELECT r.event_id, list(DISTINCT r.document_id) AS documents
    FROM event_reports r SEMI JOIN events_in_these_slots e USING (event_id)
    WHERE r.withdrawn_at IS NULL
    GROUP BY r.event_id
)
SELECT e.event_id, e.type, e.starts_on, e.ends_on, e.date_precision, e.actors, e.targets, e.place, coalesce(d.documents, []) AS documents
FROM events_in_these_slots e
LEFT JOIN documents_that_report_them d USING (event_id)
ORDER BY e.recorded_at, e.event_id
