-- Question:   what does a position look like to a reader?
-- Parameters: $ids: list of position ids
-- Columns:    the fields of an Evidence
-- Grain:      one row per position, withdrawn ones too; said_on is the first day on which the words are known to have been said
WITH wanted AS (
    SELECT * FROM positions WHERE position_id IN (SELECT unnest($ids::VARCHAR[]))
    QUALIFY row_number() OVER (PARTITION BY position_id ORDER BY withdrawn_at IS NULL DESC, recorded_at DESC) = 1
),
first_said AS (
    SELECT w.position_id, min(p.said_on) AS said_on
    FROM wanted w
    JOIN positions p USING (actor, issue, aspect, quote_key)
    WHERE p.withdrawn_at IS NULL AND p.held = w.held
    GROUP BY w.position_id
)
SELECT
    w.position_id, w.stance, w.condition, w.quote, w.speaker, w.attribution, w.basis, coalesce(f.said_on, w.said_on) AS said_on,
    w.said_on_basis, w.confidence, w.document_id, d.outlet, d.title, d.url, d.published_on
FROM wanted w
JOIN documents d USING (document_id)
LEFT JOIN first_said f USING (position_id)
