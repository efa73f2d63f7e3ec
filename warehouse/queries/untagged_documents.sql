-- Question:   which texts are still to be tagged?
-- Parameters: $extractor_version, $watch_version: the versions to tag with; $limit: at most so many, NULL for all;
--             $ids: of these articles, NULL for all
-- Columns:    the fields of a Document
-- Grain:      one row per article whose tagging in force is not of its newest text by these versions; oldest article first. One that is
--             gone where it was published is not tagged: what it showed stays withdrawn
WITH newest_version AS (
    SELECT document_id, max(version) AS version
    FROM document_versions
    WHERE $ids::VARCHAR[] IS NULL OR document_id IN (SELECT unnest($ids::VARCHAR[]))
    GROUP BY document_id
),
gone AS (
    SELECT document_id FROM gone_documents WHERE back_at IS NULL
),
tagged_as_asked AS (
    SELECT document_id, text_sha256
    FROM taggings
    WHERE superseded_at IS NULL AND extractor_version = $extractor_version AND watch_version = $watch_version
)
SELECT
    d.document_id, d.url, d.outlet, v.credited_source, v.title, d.published_at, d.published_on, d.published_basis, v.language,
    v.wire_id, d.feed_id, v.text, v.text_sha256, v.raw_sha256, coalesce(v.final_url, '') AS final_url, v.seen_at
FROM document_versions v
SEMI JOIN newest_version n ON n.document_id = v.document_id AND n.version = v.version
ANTI JOIN tagged_as_asked t ON t.document_id = v.document_id AND t.text_sha256 = v.text_sha256
ANTI JOIN gone g ON g.document_id = v.document_id
JOIN documents d ON d.document_id = v.document_id
ORDER BY d.published_at, d.document_id
LIMIT $limit
