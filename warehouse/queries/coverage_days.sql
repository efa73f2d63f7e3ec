-- Question:   of whom, and through which feeds, was anything read on each of these days?
-- Parameters: $day_from, $day_to: inclusive; $timezone: in which the day of a poll is counted; $run_id, $recorded_at
-- Columns:    those of coverage_days
-- Grain:      one row per day and actor in focus, and per day and feed of the watch in use; for $day_to and the days with a document or a
--             poll. Days that have rows already are left out
WITH polled AS (
    SELECT (polled_at AT TIME ZONE $timezone)::DATE AS day, feed_id, status IN ('ok', 'recovered', 'not_modified', 'empty') AS is_ok
    FROM feed_polls
),
days AS (
    SELECT $day_to::DATE AS day
    UNION
    SELECT published_on FROM documents
    UNION
    SELECT day FROM polled
),
days_to_record AS (
    SELECT day FROM days ANTI JOIN coverage_days USING (day) WHERE day BETWEEN $day_from::DATE AND $day_to::DATE
),
documents_read AS (
    SELECT d.document_id, d.feed_id, d.published_on AS day
    FROM documents d
    SEMI JOIN days_to_record x ON x.day = d.published_on
    SEMI JOIN (SELECT document_id FROM taggings WHERE superseded_at IS NULL) t USING (document_id)
),
by_document AS (
    SELECT r.day, p.actor, r.feed_id, r.document_id FROM documents_read r LEFT JOIN positions_live p USING (document_id)
),
said AS (
    SELECT p.said_on AS day, p.actor, d.feed_id FROM positions_live p JOIN documents d USING (document_id)
    SEMI JOIN days_to_record x ON x.day = p.said_on
),
actor_days AS (
    SELECT x.day, 'actor' AS subject_kind, a.actor_id AS subject, w.watch_version
    FROM days_to_record x CROSS JOIN actors a JOIN watch_in_use w USING (watch_version)
    WHERE a.in_focus
),
feed_days AS (
    SELECT x.day, 'feed' AS subject_kind, f.feed_id AS subject, f.watch_version
    FROM days_to_record x CROSS JOIN feeds_in_use f
),
documents_by_subject AS (
    SELECT day, 'actor' AS subject_kind, actor AS subject, count(DISTINCT document_id)::INTEGER AS documents FROM by_document GROUP BY ALL
    UNION ALL
    SELECT day, 'feed', feed_id, count(DISTINCT document_id)::INTEGER FROM by_document GROUP BY ALL
),
positions_by_subject AS (
    SELECT day, 'actor' AS subject_kind, actor AS subject, count(*)::INTEGER AS positions FROM said GROUP BY ALL
    UNION ALL
    SELECT day, 'feed', feed_id, count(*)::INTEGER FROM said GROUP BY ALL
),
polls_by_subject AS (
    SELECT day, 'feed' AS subject_kind, feed_id AS subject, count(*)::INTEGER AS polls, count_if(is_ok)::INTEGER AS polls_ok FROM polled GROUP BY ALL
)
SELECT
    s.day, s.subject_kind, s.subject, coalesce(d.documents, 0) AS documents, coalesce(p.positions, 0) AS positions,
    coalesce(o.polls, 0) AS polls, coalesce(o.polls_ok, 0) AS polls_ok, s.watch_version, $run_id::VARCHAR AS run_id,
    $recorded_at::TIMESTAMPTZ AS recorded_at
FROM (FROM actor_days UNION ALL FROM feed_days) s
LEFT JOIN documents_by_subject d USING (day, subject_kind, subject)
LEFT JOIN positions_by_subject p USING (day, subject_kind, subject)
LEFT JOIN polls_by_subject o USING (day, subject_kind, subject)
