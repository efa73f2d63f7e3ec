-- Question:   which macros are there?
-- Parameters: none
-- Columns:    call, gives (rows or a value), meaning
-- Grain:      one row per macro
SELECT
    function_name || '(' || array_to_string(parameters, ', ') || ')' AS call,
    CASE function_type WHEN 'table_macro' THEN 'rows' ELSE 'a value' END AS gives,
    comment AS meaning
FROM duckdb_functions()
WHERE NOT internal AND function_type IN ('macro', 'table_macro')
ORDER BY gives DESC, call
