-- Question:   which articles does a reader mean by an id, the beginning of one, an address or the bytes of a file?
-- Parameters: $beginning: of an id; $address: canonical or final; $raw_sha256: of bytes. NULL for what is not given
-- Columns:    the fields of a Document
-- Grain:      one row per article, in its newest text
SELECT
    d.document_id, d.url, d.outlet, v.credited_source, v.title, d.published_at, d.published_on, d.published_basis, v.language,
    v.wire_id, d.feed_id, v.text, v.text_sha256, v.raw_sha256, coalesce(v.final_url, '') AS final_url, v.seen_at
FROM document_versions v
JOIN documents d ON d.document_id = v.document_id
WHERE
    starts_with(d.document_id, $beginning)
    OR d.url = $address
    OR v.document_id IN (SELECT o.document_id FROM document_versions o WHERE o.final_url = $address OR o.raw_sha256 = $raw_sha256)
QUALIFY row_number() OVER (PARTITION BY v.document_id ORDER BY v.version DESC) = 1
ORDER BY d.document_id
