"""Bringing a warehouse to the schema of this code: numbered SQL files, each run together with its own row in `migrations`, or not at all.

Must not know what the files contain; they import no Python.
"""

import hashlib
from dataclasses import dataclass
from importlib import resources

import duckdb

from vocabulary.errors import WarehouseError
from warehouse.connection import transaction


@dataclass(frozen=True)
class Migration:
    """One file of `warehouse/migrations`."""

    number: int
    name: str
    sql: str
    sha256: str


def list_migrations() -> list[Migration]:
    """Return the migrations that ship with this code, in order."""
    folder = resources.files("warehouse") / "migrations"
    found = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".sql"):
            content = entry.read_bytes()
            name = entry.name.removesuffix(".sql")
            found.append(Migration(int(name[:4]), name[5:], content.decode("utf-8"), hashlib.sha256(content).hexdigest()))
    return found


def migrate(connection: duckdb.DuckDBPyConnection, label: str) -> int:
    """Run what is missing and return the number of migrations run; refuse a file that this code does not know.

    `label` names the file in messages.
    """
    known = list_migrations()
    applied = applied_migrations(connection, label)
    check_applied(known, applied, label)
    missing = [migration for migration in known if migration.number not in applied]
    for migration in missing:
        with transaction(connection, f"{label}: migration {migration.number:04d}_{migration.name}"):
            connection.execute(migration.sql)
            connection.execute(
                "INSERT INTO migrations (number, name, sha256, applied_at) VALUES ($number, $name, $sha256, now())",
                {"number": migration.number, "name": migration.name, "sha256": migration.sha256},
            )
    return len(missing)


def applied_migrations(connection: duckdb.DuckDBPyConnection, label: str) -> dict[int, str]:
    """Return number and hash of the migrations that the open file has seen; empty for a new file. `label` names it in messages."""
    tables = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()}
    if not tables:
        return {}
    foreign = WarehouseError(f"{label} is a DuckDB database but no warehouse of this program; choose another path")
    if "migrations" not in tables:
        raise foreign
    try:
        return dict(connection.execute("SELECT number, sha256 FROM migrations").fetchall())
    except duckdb.BinderException as error:  # other programs have a table of that name too
        raise foreign from error


def check_applied(known: list[Migration], applied: dict[int, str], label: str) -> None:
    """Raise where the file is newer than the code or was made by other migrations."""
    hashes = {migration.number: migration.sha256 for migration in known}
    newest = max(hashes)
    if applied and max(applied) > newest:
        raise WarehouseError(
            f"{label} has schema {max(applied)}, this program knows up to {newest}; use the newer program, or another warehouse file"
        )
    for number, sha256 in sorted(applied.items()):
        if hashes.get(number) != sha256:
            raise WarehouseError(f"{label}: migration {number} is not the one that this program ships; use the program that made the file")
