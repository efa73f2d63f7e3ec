-- Question:   how did the items of the latest run that read documents end?
-- Parameters: none
-- Columns:    item, status, detail
-- Grain:      one row per item of that run
SELECT o.item, o.status, o.detail
FROM outcomes o
WHERE o.run_id = (SELECT arg_max(run_id, (recorded_at, run_id)) FROM outcomes)
ORDER BY o.item
