-- Question:   which tables and views are there, with which columns?
-- Parameters: none
-- Columns:    kind (table or view), name, about, column_name, data_type, meaning
-- Grain:      one row per column, in order
WITH relations AS (
    SELECT 'table' AS kind, table_name AS name, comment AS about FROM duckdb_tables() WHERE NOT internal
    UNION ALL
    SELECT 'view', view_name, comment FROM duckdb_views() WHERE NOT internal
)
SELECT r.kind, r.name, r.about, c.column_name, c.data_type, c.comment AS meaning
FROM relations r
JOIN duckdb_columns() c ON c.table_name = r.name AND NOT c.internal
ORDER BY r.kind, r.name, c.column_index
