-- Question:   how do the feeds of the watch in use stand?
-- Parameters: none
-- Columns:    the fields of a FeedCoverage
-- Grain:      one row per feed; status and detail of its newest poll, null and empty before the first
WITH newest_poll AS (
    SELECT feed_id, arg_max(status, (polled_at, run_id)) AS status, arg_max(detail, (polled_at, run_id)) AS detail,
        max(polled_at) FILTER (status IN ('ok', 'recovered', 'not_modified', 'empty')) AS last_ok_at
    FROM feed_polls
    GROUP BY feed_id
)
SELECT f.feed_id, f.outlet, p.status, p.last_ok_at, coalesce(p.detail, '') AS detail
FROM feeds_in_use f
LEFT JOIN newest_poll p USING (feed_id)
ORDER BY f.feed_id
