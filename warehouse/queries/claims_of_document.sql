-- Question:   what stands of the claims of an article?
-- Parameters: $document_id, $text_sha256: of the text version
-- Columns:    id, is_position
-- Grain:      one row per position or report that is not withdrawn, in text order
SELECT id, is_position
FROM (
    SELECT p.position_id AS id, true AS is_position, p.quote_start
    FROM positions p
    WHERE p.document_id = $document_id AND p.text_sha256 = $text_sha256 AND p.withdrawn_at IS NULL
    UNION ALL
    SELECT r.report_id, false, r.quote_start
    FROM event_reports r
    WHERE r.document_id = $document_id AND r.text_sha256 = $text_sha256 AND r.withdrawn_at IS NULL
)
ORDER BY quote_start, id
