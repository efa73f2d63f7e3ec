-- Question:   how did the items of the latest run that read documents end?
-- Parameters: none
-- Columns:    item (of a document its address), status, detail
-- Grain:      one row per item of that run
SELECT coalesce(d.url, o.item) AS item, o.status, o.detail
FROM outcomes o
LEFT JOIN documents d ON d.document_id = o.item
WHERE o.run_id = (SELECT arg_max(run_id, (recorded_at, run_id)) FROM outcomes)
ORDER BY ALL
