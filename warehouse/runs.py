"""Runs: when the pipeline or a step ran and how it ended."""

from datetime import datetime

import duckdb

from vocabulary.stance import RunRecord
from vocabulary.words import RunStatus
from warehouse.columns import build_table, fetch_dicts, registered

LOST = "ended without a word: its process was killed, or the machine stopped"


def start_run(connection: duckdb.DuckDBPyConnection, run: RunRecord) -> None:
    """Record that a run began; once per run_id."""
    with registered(connection, incoming=build_table(RunRecord, [run], id_field="run_id")):
        connection.execute("INSERT INTO runs BY NAME SELECT * FROM incoming ANTI JOIN runs USING (run_id)")


def end_run(connection: duckdb.DuckDBPyConnection, run_id: str, ended_at: datetime, status: RunStatus, detail: str) -> None:
    """Record how a run ended; the first end of a run stands."""
    connection.execute(
        "UPDATE runs SET ended_at = $ended_at, status = $status, detail = $detail WHERE run_id = $run_id AND ended_at IS NULL",
        {"run_id": run_id, "ended_at": ended_at, "status": str(status), "detail": detail},
    )


def end_lost_runs(connection: duckdb.DuckDBPyConnection) -> None:
    """Mark the runs that never ended as failed; to be called by the only process that can have one, before it starts its own."""
    connection.execute(
        "UPDATE runs SET status = $failed, detail = $detail WHERE status = $running AND ended_at IS NULL",
        {"failed": str(RunStatus.FAILED), "running": str(RunStatus.RUNNING), "detail": LOST},
    )


def find_last_run(connection: duckdb.DuckDBPyConnection) -> RunRecord | None:
    """Return the run that began last, None before the first."""
    return next(iter(list_last_runs(connection, 1)), None)


def list_last_runs(connection: duckdb.DuckDBPyConnection, limit: int) -> list[RunRecord]:
    """Return the runs that began last, the newest first."""
    rows = fetch_dicts(connection, "SELECT * FROM runs ORDER BY started_at DESC, run_id DESC LIMIT $limit", {"limit": limit})
    return [RunRecord.model_validate(row) for row in rows]
