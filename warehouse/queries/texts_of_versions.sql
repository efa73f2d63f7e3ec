-- Question:   what do these text versions say, and of which wire story are they?
-- Parameters: incoming_pairs (document_id, version)
-- Columns:    document_id, version, wire_id, text
-- Grain:      one row per text version asked for
SELECT v.document_id, v.version, d.wire_id, v.text
FROM document_versions v
SEMI JOIN incoming_pairs USING (document_id, version)
JOIN documents d USING (document_id)
