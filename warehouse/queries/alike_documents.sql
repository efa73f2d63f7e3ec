-- Question:   which stored texts may new ones be copies of?
-- Parameters: incoming_keys (asked_id, asked_on, keys); $days: most days between the two; $day_from, $day_to: the first and last day
--             that this allows for any of them (the stored keys lie in the order of days, so the rest is never read);
--             $most: stored texts for each new one
-- Columns:    asked_id, document_id, version
-- Grain:      one row per new text and stored text version that shares a key with it; most shared keys first
SELECT a.asked_id, k.document_id, k.version
FROM wire_keys k
JOIN (SELECT asked_id, asked_on, unnest(keys) AS wire_key FROM incoming_keys) a USING (wire_key)
WHERE k.published_on BETWEEN $day_from AND $day_to AND abs(k.published_on - a.asked_on) <= $days
GROUP BY a.asked_id, k.document_id, k.version
QUALIFY row_number() OVER (PARTITION BY a.asked_id ORDER BY count(*) DESC, k.document_id, k.version) <= $most
ORDER BY a.asked_id, count(*) DESC, k.document_id, k.version
