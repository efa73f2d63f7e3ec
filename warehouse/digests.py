"""Issued digests: their JSON as it went out, never rewritten, and their lines as rows."""

from datetime import date, timedelta

import duckdb
import pyarrow as pa

from vocabulary.errors import WarehouseError
from vocabulary.identity import sha256_hex
from vocabulary.stance import Digest, StanceChange
from warehouse.columns import Extra, build_table, registered
from warehouse.coverage import record_coverage


def find_digest(connection: duckdb.DuckDBPyConnection, day: date) -> Digest | None:
    """Return the digest issued for `day`, None if none was."""
    row = connection.execute("SELECT content FROM digests WHERE day = $day", {"day": day}).fetchone()
    return Digest.model_validate_json(row[0]) if row else None


def find_last_digest(connection: duckdb.DuckDBPyConnection) -> Digest | None:
    """Return the digest of the newest day that has one."""
    row = connection.execute("SELECT content FROM digests ORDER BY day DESC LIMIT 1").fetchone()
    return Digest.model_validate_json(row[0]) if row else None


def list_digest_days(connection: duckdb.DuckDBPyConnection) -> list[date]:
    """Return the days that have a digest, oldest first."""
    return [row[0] for row in connection.execute("SELECT day FROM digests ORDER BY day").fetchall()]


def insert_digest(connection: duckdb.DuckDBPyConnection, digest: Digest, run_id: str, timezone: str) -> bool:
    """Store `digest`, its lines and the coverage of its days; False where the same content is issued already.

    When it was issued is no content: the first time stands. Another content for an issued day raises `WarehouseError`.
    """
    said = sha256_hex(digest.model_dump_json(exclude={"issued_at", "age_days"}).encode("utf-8"))
    issued = connection.execute(
        "SELECT content_sha256 FROM digests WHERE day = $day OR digest_id = $digest_id", {"day": digest.day, "digest_id": digest.digest_id}
    ).fetchone()
    if issued is not None:
        if issued[0] == said:
            return False
        raise WarehouseError(
            f"the digest of {digest.day} was issued with another content and is never rewritten; what is new since goes into the next one"
        )
    names = (
        "digest_id",
        "number",
        "opening",
        "watch_id",
        "watch_version",
        "day",
        "previous_day",
        "first_day",
        "issued_at",
        "extractor_version",
    )
    row: dict[str, object] = {name: getattr(digest, name) for name in names}
    row |= {"content": digest.model_dump_json(), "content_sha256": said, "run_id": run_id}
    connection.execute(f"INSERT INTO digests ({', '.join(row)}) VALUES ({', '.join('$' + name for name in row)})", row)
    _insert_changes(connection, digest, run_id)
    begin = digest.first_day or digest.day
    if digest.previous_day is not None:
        begin = digest.previous_day + timedelta(days=1)
    record_coverage(connection, (min(begin, digest.day), digest.day), run_id, digest.issued_at, timezone)
    return True


def _insert_changes(connection: duckdb.DuckDBPyConnection, digest: Digest, run_id: str) -> None:
    """Append the lines of a digest that were never stored."""
    lines = list({line.change_id: line for line in (*digest.changes, *digest.first_seen, *digest.signals)}.values())
    count = len(lines)
    extra: dict[str, Extra] = {
        "before_position_id": (pa.string(), [line.before.position_id if line.before else None for line in lines]),
        "after_position_id": (pa.string(), [line.after.position_id if line.after else None for line in lines]),
        "digest_id": (pa.string(), [digest.digest_id] * count),
        "watch_version": (pa.string(), [digest.watch_version] * count),
        "run_id": (pa.string(), [run_id] * count),
        "recorded_at": (pa.timestamp("us", tz="UTC"), [digest.issued_at] * count),
    }
    with registered(connection, incoming=build_table(StanceChange, lines, extra, id_field="change_id")):
        connection.execute("INSERT INTO stance_changes BY NAME SELECT * FROM incoming ANTI JOIN stance_changes USING (change_id)")
