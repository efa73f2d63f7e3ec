-- Question:   what is stored of the reports of an event, or of one report, and in which texts do they stand?
-- Parameters: $event_id, $report_id: NULL for any
-- Columns:    those of event_reports; outlet, title, url, published_on, published_basis of the article; text
-- Grain:      one row per report: that which stands, else the newest that stood. Reports that stand come first, oldest article first
SELECT r.*, d.outlet, d.title, d.url, d.published_on, d.published_basis, v.text
FROM event_reports r
JOIN documents d ON d.document_id = r.document_id
JOIN document_versions v ON v.document_id = r.document_id AND v.text_sha256 = r.text_sha256
WHERE r.event_id = coalesce($event_id, r.event_id) AND r.report_id = coalesce($report_id, r.report_id)
QUALIFY row_number() OVER (PARTITION BY r.report_id ORDER BY r.withdrawn_at IS NULL DESC, r.recorded_at DESC) = 1
ORDER BY r.withdrawn_at IS NOT NULL, d.published_at, r.document_id, r.quote_start, r.report_id
