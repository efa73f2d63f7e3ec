"""From records to Arrow tables: one explicit schema per record, taken from its fields, and one guard for text that DuckDB refuses.

Must not know which table the rows go to.
"""

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

import duckdb
import pyarrow as pa
from pydantic import BaseModel

from vocabulary.errors import WarehouseError

Extra = tuple[pa.DataType, Sequence[object]]
_TYPES: dict[object, pa.DataType] = {
    str: pa.string(),
    int: pa.int32(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us", tz="UTC"),
}


def arrow_type(annotation: object) -> pa.DataType:
    """Return the Arrow type of a field: optional types by their value, tuples as lists of text or big numbers, closed words as text."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        annotation = next(part for part in typing.get_args(annotation) if part is not type(None))
    if typing.get_origin(annotation) is tuple:
        return pa.list_(pa.int64() if typing.get_args(annotation)[0] is int else pa.string())
    return _TYPES.get(annotation, pa.string())


@cache
def arrow_schema(model: type[BaseModel]) -> dict[str, pa.DataType]:
    """Return the Arrow type of each field of `model`, without the fields that hold records of their own."""
    return {name: arrow_type(field.annotation) for name, field in model.model_fields.items() if not _holds_records(field.annotation)}


def _holds_records(annotation: object) -> bool:
    """Tell whether a field's type is, or is made of, other records."""
    if isinstance(annotation, type):
        return issubclass(annotation, BaseModel)
    return any(_holds_records(part) for part in typing.get_args(annotation))


def build_table(
    model: type[BaseModel], records: Sequence[BaseModel], extra: Mapping[str, Extra] | None = None, *, id_field: str
) -> pa.Table:
    """Return `records` as an Arrow table with a column per field, and `extra` columns (type and values) beside them.

    Text with a lone surrogate raises `WarehouseError` that names the record by its `id_field`.
    """
    columns: dict[str, pa.Array[Any]] = {}
    for name, kind in arrow_schema(model).items():
        try:
            columns[name] = pa.array([getattr(record, name) for record in records], kind)
        except UnicodeEncodeError as error:
            raise _surrogate_error(records, name, id_field) from error
    for name, (kind, values) in (extra or {}).items():
        columns[name] = pa.array(list(values), kind)
    return pa.table(columns)


def _surrogate_error(records: Sequence[BaseModel], name: str, id_field: str) -> WarehouseError:
    """Return the error that names the first record whose field `name` is no Unicode text."""
    for record in records:
        value = getattr(record, name)
        text = "".join(value) if isinstance(value, tuple) else value or ""
        at = next((index for index, char in enumerate(text) if "\ud800" <= char <= "\udfff"), None)
        if at is not None:
            who = getattr(record, id_field).encode("ascii", "backslashreplace").decode("ascii")
            return WarehouseError(
                f"{id_field} {who}: {name} has a lone surrogate at character {at}, which no database stores; clean the text"
            )
    return WarehouseError(f"a record has a lone surrogate in {name}; clean the text")


@contextmanager
def registered(connection: duckdb.DuckDBPyConnection, **tables: pa.Table) -> Iterator[None]:
    """Make Arrow tables visible to SQL by their names, for the body only."""
    for name, table in tables.items():
        connection.register(name, table)
    try:
        yield
    finally:
        for name in tables:
            connection.unregister(name)


@cache
def read_query(name: str) -> str:
    """Return the text of `warehouse/queries/<name>.sql`."""
    return (resources.files("warehouse") / "queries" / f"{name}.sql").read_text(encoding="utf-8")


def fetch_dicts(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, object]]:
    """Return the rows of a query as dictionaries by column name."""
    cursor = connection.execute(sql, dict(parameters or {}))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
