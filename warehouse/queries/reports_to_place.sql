-- Question:   in which order are new reports put to events?
-- Parameters: none; reads the temporary table fresh_reports (the fields of an EventReport)
-- Columns:    report_id, type, starts_on, ends_on, date_precision, actors, targets, place, documents (the one that reports it)
-- Grain:      one row per report; oldest article first, so that the order of insertion does not matter within a batch; in one article
--             the report with most actors first
SELECT
    f.report_id, f.type, f.starts_on, f.ends_on, f.date_precision, f.actors, f.targets, f.place, [f.document_id] AS documents
FROM fresh_reports f
JOIN documents d USING (document_id)
ORDER BY d.published_at, f.document_id, len(f.actors) DESC, f.quote_start, f.report_id
