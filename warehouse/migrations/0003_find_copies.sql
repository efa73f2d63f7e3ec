-- What copies of one wire story are found by, and one origin for all copies of which one credits an agency.

CREATE TABLE wire_keys (
    document_id VARCHAR,
    version INTEGER,
    published_on DATE,
    wire_key BIGINT
);
COMMENT ON TABLE wire_keys IS 'Key of a text of which copies share some; texts that share one are compared word by word';
COMMENT ON COLUMN wire_keys.document_id IS 'Article';
COMMENT ON COLUMN wire_keys.version IS 'Its text version';
COMMENT ON COLUMN wire_keys.published_on IS 'Day of publication: copies appear within days of each other';
COMMENT ON COLUMN wire_keys.wire_key IS 'MinHash band of the text or of its first words';

CREATE OR REPLACE MACRO evidence_of(keys) AS TABLE
WITH asked AS (
    SELECT unnest(keys, recursive := true)
),
weights AS (
    SELECT r.role_id, r.weight FROM roles r JOIN watch_in_use w USING (watch_version)
),
said AS (
    SELECT
        p.position_id, p.document_id, p.actor, p.issue, p.aspect, p.stance, p.condition, p.basis, p.confidence, p.role,
        min(p.said_on) OVER (PARTITION BY p.actor, p.issue, p.aspect, p.quote_key) AS counts_on,
        p.confidence >= (SELECT w.operating_point FROM watch_in_use w) AS is_sure,
        p.basis = 'dated' AND p.attribution IN ('own_words', 'act', 'spokesperson') AS is_first_hand
    FROM positions p
    SEMI JOIN asked USING (actor, issue, aspect)
    WHERE p.withdrawn_at IS NULL AND p.held = 'now'
),
credits AS (
    SELECT c.wire_id, min(lower(trim(c.credited_source))) AS credit
    FROM documents c
    WHERE trim(c.credited_source) <> '' AND c.wire_id IN (SELECT d.wire_id FROM documents d SEMI JOIN said USING (document_id))
    GROUP BY c.wire_id
)
SELECT
    s.position_id, s.document_id, s.actor, s.issue, s.aspect, s.stance, s.condition, s.basis, s.confidence, s.counts_on,
    coalesce(v.weight, 0.4) AS weight,
    s.is_sure AND s.is_first_hand AS is_own,
    s.is_sure AND (s.is_first_hand OR s.basis = 'reported_shift') AS may_move,
    coalesce(nullif(lower(trim(d.credited_source)), ''), c.credit, d.wire_id) AS origin
FROM said s
LEFT JOIN weights v ON v.role_id = s.role
LEFT JOIN documents d ON d.document_id = s.document_id
LEFT JOIN credits c ON c.wire_id = d.wire_id;
COMMENT ON MACRO TABLE evidence_of IS 'Live evidence for today on some keys, with the day on which it counts and whether it may move a stance';
