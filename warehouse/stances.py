"""Stances: spells of each key from its evidence, revisions where they differ, and the matrix of a day.

The rules are SQL: `evidence_of` (migrations) says what may move a stance, `queries/build_spells.sql` what follows.
"""

from collections.abc import Iterable
from datetime import date, datetime

import duckdb

from vocabulary.stance import Evidence, StanceDay
from warehouse.columns import fetch_dicts, read_query


def build_stances(connection: duckdb.DuckDBPyConnection, run_id: str, known_at: datetime, watch_version: str) -> int:
    """Build the queued keys, or all of them where the watch is another; return how many differ from before.

    1. all keys are queued where the watch changed, 2. spells of the queued keys, 3. revisions where they differ, 4. the queue is emptied.
    To be called inside a transaction; where nothing is queued, nothing is written.
    """
    # 1. another watch has other weights and another operating point
    last = connection.execute("SELECT watch_version, ordinal FROM stance_builds ORDER BY ordinal DESC LIMIT 1").fetchone()
    if last is None or last[0] != watch_version:
        connection.execute("INSERT INTO stance_queue BY NAME SELECT DISTINCT actor, issue, aspect FROM positions")
    queued = connection.execute("SELECT count(*) FROM (SELECT DISTINCT actor, issue, aspect FROM stance_queue)").fetchone()
    keys = queued[0] if queued else 0
    if keys == 0 and last is not None and last[0] == watch_version:
        return 0
    # 2. spells
    connection.execute(f"CREATE OR REPLACE TEMP TABLE built_spells AS {read_query('build_spells')}")
    # 3. revisions
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE new_revisions AS {read_query('differing_revisions')}",
        {"run_id": run_id, "known_at": known_at, "watch_version": watch_version},
    )
    connection.execute("INSERT INTO stance_revisions BY NAME FROM new_revisions")
    connection.execute(
        "INSERT INTO stance_spell_rows BY NAME"
        " SELECT b.*, n.revision_id FROM built_spells b JOIN new_revisions n USING (actor, issue, aspect)"
    )
    counted = connection.execute("SELECT count(*) FROM new_revisions").fetchone()
    revisions: int = counted[0] if counted else 0
    # 4. the queue
    connection.execute("DELETE FROM stance_queue")
    connection.execute("DROP TABLE built_spells; DROP TABLE new_revisions")
    connection.execute(
        "INSERT INTO stance_builds (ordinal, run_id, known_at, watch_version, keys, revisions)"
        " VALUES ($ordinal, $run_id, $known_at, $watch_version, $keys, $revisions)",
        {
            "ordinal": (last[1] if last else 0) + 1,
            "run_id": run_id,
            "known_at": known_at,
            "watch_version": watch_version,
            "keys": keys,
            "revisions": revisions,
        },
    )
    return revisions


def list_stances(connection: duckdb.DuckDBPyConnection, day: date) -> list[StanceDay]:
    """Return the matrix at the close of `day`, as now known, each stance with its newest evidence."""
    rows = fetch_dicts(connection, read_query("list_stances"), {"day": day})
    shown = show_evidence(connection, (str(row["lead_position_id"]) for row in rows))
    leads = [shown[str(row.pop("lead_position_id"))] for row in rows]
    return [StanceDay.model_validate({**row, "lead": lead}) for row, lead in zip(rows, leads, strict=True)]


def count_stances(connection: duckdb.DuckDBPyConnection, day: date) -> int:
    """Return the number of stances at the close of `day`, as now known."""
    row = connection.execute(
        "SELECT count(*) FROM stance_spells WHERE known_to IS NULL AND valid_from <= $day AND (valid_to IS NULL OR valid_to >= $day)",
        {"day": day},
    ).fetchone()
    return row[0] if row else 0


def pick_reaffirmed(stances: Iterable[StanceDay], day: date) -> list[StanceDay]:
    """Return those of `stances`, the matrix at the close of `day`, that began before the day and were restated on it."""
    return [stance for stance in stances if stance.held_since < day == stance.last_said_on]


def show_evidence(connection: duckdb.DuckDBPyConnection, position_ids: Iterable[str]) -> dict[str, Evidence]:
    """Map position ids to what a digest shows of them."""
    ids = sorted(set(position_ids))
    if not ids:
        return {}
    rows = fetch_dicts(connection, read_query("show_evidence"), {"ids": ids})
    return {str(row["position_id"]): Evidence.model_validate(row) for row in rows}
