-- Question:   how do new positions enter the table?
-- Parameters: none; reads the temporary table fresh_positions (the fields of a Position, run_id, recorded_at, recorded_reason)
-- Columns:    those of positions
-- Grain:      one row per position; quote_key is equal for quotes that differ only in case, punctuation or white space. A quote
--             without any letter or digit has the key of its position: it is like no other
INSERT INTO positions BY NAME
WITH folded AS (
    SELECT *, trim(regexp_replace(lower(nfc_normalize(quote)), '[^\p{L}\p{N}]+', ' ', 'g')) AS folded_quote FROM fresh_positions
)
SELECT * EXCLUDE (folded_quote), CASE WHEN folded_quote = '' THEN position_id ELSE left(sha256(folded_quote), 20) END AS quote_key
FROM folded
