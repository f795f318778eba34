"""What every table shares: the metadata, constraint names and column types that behave alike on both stores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    JSON,
    BindParameter,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Insert,
    MetaData,
    String,
    Table,
    Update,
    Uuid,
    and_,
    bindparam,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine
from typing_extensions import override

from app.domain.receivers import ReceiverKey, parse_receiver

# Fixed names, because a migration can only drop or change a constraint that it can name.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = Uuid
"""The type of ids: ``uuid.UUID`` in Python; 32 hexadecimal digits on SQLite, so that UUIDv7 sorts by time on both."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: any aware ``datetime`` in, the same moment in UTC out.

    PostgreSQL keeps it as ``timestamptz``. SQLite has no such type and would drop the offset, so it keeps ISO 8601
    text of fixed width (``2026-11-23T08:30:00.000000Z``), which sorts by time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the store."""
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write ``value``; raises ValueError when it has no time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; give an aware datetime")
        if dialect.name == "sqlite":
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        return value

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read a stored moment."""
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)

    @override
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Return what reads a stored moment; None on PostgreSQL, whose driver returns moments in UTC."""
        return super().result_processor(dialect, coltype) if dialect.name == "sqlite" else None


class ReceiverText(TypeDecorator[ReceiverKey]):
    """A receiver key, stored as its text."""

    impl = String(60)
    cache_ok = True

    @override
    def process_bind_param(self, value: ReceiverKey | str | None, dialect: Dialect) -> str | None:
        """Write a key, or its text."""
        return value if value is None or isinstance(value, str) else value.text

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> ReceiverKey | None:
        """Read a key."""
        return None if value is None else parse_receiver(value)


class JsonDocument(TypeDecorator[Any]):
    """A JSON document: ``jsonb`` on PostgreSQL, text on SQLite; None is SQL NULL, not the JSON word ``null``."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the store."""
        json = JSONB(none_as_null=True) if dialect.name == "postgresql" else JSON(none_as_null=True)
        return dialect.type_descriptor(json)


def is_older(
    moment: ColumnElement[datetime],
    id: ColumnElement[UUID],
    after: ColumnElement[datetime],
    after_id: ColumnElement[UUID],
) -> ColumnElement[bool]:
    """Return the condition that a row comes after a place in a list that is ordered by moment and id, newest first."""
    return or_(moment < after, and_(moment == after, id < after_id))


Columns = dict[str, Any]
"""Values by column, as a statement takes them."""


def execute_all(tx: Connection, statement: Insert | Update, rows: Sequence[Columns]) -> None:
    """Run a statement for every row, in one round trip; no rows cost nothing."""
    if rows:
        tx.execute(statement, rows[0] if len(rows) == 1 else list(rows))


GuardRow = tuple[Table, Columns]
"""A table with a row that is inserted only where its key does not exist yet."""


class Writes:
    """What a transaction is to write, collected so that it costs as few round trips as possible."""

    def __init__(self) -> None:
        self._inserts: dict[Table, list[Columns]] = {}
        self._updates: dict[Update, list[Columns]] = {}
        self._puts: dict[Table, list[Columns]] = {}

    def insert(self, table: Table, rows: Sequence[Columns]) -> None:
        """Add rows of a table; tables are written in the order in which they are first named, parents first."""
        if rows:
            self._inserts.setdefault(table, []).extend(rows)

    def update(self, statement: Update, rows: Sequence[Columns]) -> None:
        """Add the parameters of an update; updates are written before inserts."""
        if rows:
            self._updates.setdefault(statement, []).extend(rows)

    def put(self, table: Table, rows: Sequence[Columns]) -> None:
        """Add rows that are inserted or replace those with their keys, after the updates; see :func:`put_rows`."""
        if rows:
            self._puts.setdefault(table, []).extend(rows)

    def run(self, tx: Connection, guard: GuardRow | None = None) -> bool:
        """Write everything; returns what :func:`insert_together` does."""
        for statement, rows in self._updates.items():
            execute_all(tx, statement, rows)
        for table, rows in self._puts.items():
            put_rows(tx, table, rows)
        return insert_together(tx, list(self._inserts.items()), guard)

    def run_in_one_statement(self, tx: Connection, guard: GuardRow) -> bool:
        """Write everything at once: a store that runs it without a transaction keeps all of it or nothing.

        Returns:
            What :func:`insert_together` does.

        Raises:
            ValueError: this takes more than one statement.
        """
        if self._updates or self._puts or any(len(rows) > 1 for rows in self._inserts.values()):
            raise ValueError("only new rows, one in each table, can be written in one statement")
        return self.run(tx, guard)


def insert_together(
    tx: Connection, inserts: Sequence[tuple[Table, Sequence[Columns]]], guard: GuardRow | None = None
) -> bool:
    """Insert rows of several tables, parents first.

    On PostgreSQL one row in each table costs one round trip in all, else each table costs one.

    Args:
        tx: the transaction.
        inserts: tables with their rows.
        guard: inserted first.

    Returns:
        False when the key of the guard exists; then nothing was inserted, and what the transaction wrote before is the
        caller's to roll back.
    """
    given = [(table, rows) for table, rows in inserts if rows]
    if tx.dialect.name == "postgresql" and given and all(len(rows) == 1 for _, rows in given):
        return _insert_in_one_statement(tx, [(table, rows[0]) for table, rows in given], guard)
    if guard and tx.execute(_insert_if_absent(guard[0], tx.dialect.name), guard[1]).rowcount == 0:
        return False
    for table, rows in given:
        execute_all(tx, _insert_into(table), rows)
    return True


def _insert_in_one_statement(tx: Connection, rows: Sequence[tuple[Table, Columns]], guard: GuardRow | None) -> bool:
    guards = [guard] if guard else []
    statement, names = _chain(_shape(guards), _shape(rows))
    values = [value for _, row in (*guards, *rows) for value in row.values()]
    return tx.execute(statement, dict(zip(names, values, strict=True))).rowcount == 1


_Shape = tuple[tuple[Table, tuple[str, ...]], ...]
"""Tables with the columns of a row of each."""


def _shape(rows: Sequence[tuple[Table, Columns]]) -> _Shape:
    return tuple((table, tuple(row)) for table, row in rows)


@lru_cache(maxsize=256)
def _chain(guards: _Shape, rows: _Shape) -> tuple[Insert, tuple[str, ...]]:
    """Return one statement that inserts a row in each table, but none when the key of a guard exists.

    With it come the names of its parameters: first those of the guards, then those of the rows.
    """
    conditions = [_guard(table, names) for table, names in guards]
    *first, last = [_insert_of(table, names, conditions) for table, names in rows]
    statement = last.add_cte(*conditions, *(each.cte(f"new_{each.table.name}") for each in first))
    return statement, tuple(_parameter(table, name) for table, names in (*guards, *rows) for name in names)


def _guard(table: Table, names: tuple[str, ...]) -> CTE:
    statement = postgresql.insert(table).values(_parameters(table, names)).on_conflict_do_nothing()
    return statement.returning(literal_column("true").label("is_new")).cte("guard")


def _insert_of(table: Table, names: tuple[str, ...], conditions: Sequence[CTE]) -> Insert:
    row = select(*_parameters(table, names).values()).select_from(*conditions)
    return insert(table).from_select(names, row, include_defaults=False)


def _parameters(table: Table, names: tuple[str, ...]) -> dict[str, BindParameter[Any]]:
    return {name: bindparam(_parameter(table, name), type_=table.c[name].type) for name in names}


def _parameter(table: Table, column: str) -> str:
    return f"{table.name}__{column}"


def insert_row(tx: Connection, table: Table, values: Mapping[str, object]) -> None:
    """Add a row."""
    tx.execute(_insert_into(table), dict(values))


def put_rows(tx: Connection, table: Table, rows: Sequence[Columns]) -> None:
    """Add rows that have every column; each of them replaces the row with its primary key, where there is one."""
    if rows:
        tx.execute(_insert_or_replace(table, tx.dialect.name), rows)


def update_row(tx: Connection, table: Table, row_id: UUID, values: Mapping[str, object]) -> bool:
    """Change columns of the row with this id; return False when there is none."""
    return tx.execute(_update_of(table), {**values, "row_id": row_id}).rowcount == 1


_INSERT_INTO: Mapping[str, Callable[[Table], postgresql.Insert | sqlite.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


# Statements are built once: building one and working out its cache key costs more than running it.
@cache
def _insert_if_absent(table: Table, dialect: str) -> Insert:
    return _INSERT_INTO[dialect](table).on_conflict_do_nothing()


@cache
def _insert_or_replace(table: Table, dialect: str) -> Insert:
    statement = _INSERT_INTO[dialect](table)
    changes = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes)


@cache
def _insert_into(table: Table) -> Insert:
    return insert(table).inline()


@cache
def _update_of(table: Table) -> Update:
    return update(table).where(table.c.id == bindparam("row_id"))
