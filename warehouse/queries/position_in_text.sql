-- Question:   what is stored of a position, and in which text does it stand?
-- Parameters: $id
-- Columns:    those of positions; outlet, title, url, published_on, published_basis of its article; text
-- Grain:      one row: that which stands, else the newest that stood
SELECT p.*, d.outlet, d.title, d.url, d.published_on, d.published_basis, v.text
FROM positions p
JOIN documents d ON d.document_id = p.document_id
JOIN document_versions v ON v.document_id = p.document_id AND v.text_sha256 = p.text_sha256
WHERE p.position_id = $id
ORDER BY p.withdrawn_at IS NULL DESC, p.recorded_at DESC
LIMIT 1
