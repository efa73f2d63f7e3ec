-- Question:   how many documents were read for these days, how many of them became known late, and how many are there at all?
-- Parameters: $day_from, $day_to: inclusive; $known_since: when the digest before was issued, NULL where there is none
-- Columns:    documents_read, documents_late, documents_total
-- Grain:      one row. Read: tagged, and of these days or late. Late: of an earlier day, its text first tagged after $known_since
WITH tagged AS (
    SELECT document_id, min(recorded_at) AS first_tagged_at
    FROM taggings
    GROUP BY document_id, text_sha256
    HAVING bool_or(superseded_at IS NULL)
),
counted AS (
    SELECT
        t.document_id IS NOT NULL AND d.published_on BETWEEN $day_from::DATE AND $day_to::DATE AS is_of_these_days,
        coalesce(d.published_on < $day_from::DATE AND t.first_tagged_at > $known_since::TIMESTAMPTZ, false) AS is_late
    FROM documents d
    LEFT JOIN tagged t USING (document_id)
)
SELECT
    count(*) FILTER (is_of_these_days OR is_late) AS documents_read, count(*) FILTER (is_late) AS documents_late, count(*) AS documents_total
FROM counted
