"""The one room with DuckDB in it: migrations, writes, stance and change SQL, snapshots.

Nothing outside it imports duckdb, and it knows no word of any watch: actors and issues are data. Enter through `warehouse.store`.
"""
