-- Question:   what does the warehouse hold?
-- Parameters: none
-- Columns:    counts and newest days, named like the fields of WarehouseStatus
-- Grain:      one row
SELECT
    (SELECT max(number) FROM migrations) AS schema_number,
    (SELECT watch_version FROM watch_in_use) AS watch_version,
    (SELECT count(*) FROM documents) AS documents,
    (SELECT count(*) FROM document_versions) AS document_versions,
    (SELECT count(*) FROM positions_live) AS positions,
    (SELECT count(*) FROM events_live) AS events,
    (SELECT count(*) FROM stance_spells s WHERE s.known_to IS NULL AND s.valid_from <= n.day AND coalesce(s.valid_to, n.day) >= n.day) AS stances,
    (SELECT count(*) FROM (SELECT DISTINCT actor, issue, aspect FROM stance_queue)) AS queued_keys,
    n.day AS newest_day,
    (SELECT count(*) FROM digests) AS digests,
    (SELECT max(day) FROM digests) AS last_digest_day
FROM newest_day n
