-- Question:   how many documents of these days were tagged, and how many are there at all?
-- Parameters: $day_from, $day_to: inclusive
-- Columns:    documents_read, documents_total
-- Grain:      one row
SELECT
    count(*) FILTER (d.published_on BETWEEN $day_from AND $day_to AND t.document_id IS NOT NULL) AS documents_read,
    count(*) AS documents_total
FROM documents d
LEFT JOIN (SELECT document_id FROM taggings WHERE superseded_at IS NULL) t USING (document_id)
