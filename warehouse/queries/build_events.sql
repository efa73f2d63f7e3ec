-- Question:   what do the reports of an event together show?
-- Parameters: none; reads the relation touched_events (event_id)
-- Columns:    those of events without run_id, recorded_at, superseded_at
-- Grain:      one row per touched event with a live report. The fullest report (most actors, then highest confidence) gives what happened;
--             the newest article gives the status: what was planned becomes past
WITH live_reports AS (
    SELECT r.*, d.published_at
    FROM event_reports r
    SEMI JOIN touched_events t USING (event_id)
    JOIN documents d USING (document_id)
    WHERE r.withdrawn_at IS NULL
),
what_all_reports_show AS (
    SELECT
        event_id,
        count(DISTINCT document_id)::INTEGER AS reports,
        arg_max(status, (published_at, confidence, report_id)) AS status
    FROM live_reports
    GROUP BY event_id
),
fullest_report AS (
    SELECT * FROM live_reports
    QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY len(actors) DESC, confidence DESC, published_at, report_id) = 1
),
longest_targets AS (
    SELECT event_id, arg_max(targets, (len(targets), report_id)) AS targets, min(place) AS place FROM live_reports GROUP BY event_id
),
built AS (
    SELECT
        f.event_id, f.type, f.plover_code, f.starts_on, f.ends_on, f.date_precision, f.date_basis, f.date_raw, a.status, f.actors,
        g.targets, coalesce(f.place, g.place) AS place, f.quantities, f.report_id AS lead_report_id, a.reports,
        f.extractor_version, f.watch_version
    FROM fullest_report f
    JOIN what_all_reports_show a USING (event_id)
    JOIN longest_targets g USING (event_id)
)
SELECT *, left(sha256(to_json(built)::VARCHAR), 20) AS content_key FROM built
