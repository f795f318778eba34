"""Statements whose text is the same however many values they take.

PostgreSQL prepares a statement anew for every new text. A list that is written out value by value makes another text
for each length; an array does not. Rows travel to PostgreSQL as one JSON document, which costs a fifth of what a
statement for each row costs. SQLite, which has no arrays and no round trips, takes a list as JSON and rows one by one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import (
    ARRAY,
    JSON,
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    RowMapping,
    Select,
    String,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine
from typing_extensions import override

__all__ = [
    "BulkQuery",
    "BulkUpsert",
    "BulkWrite",
    "GivenRow",
    "Parameters",
    "Value",
    "bulk_insert",
    "bulk_query",
    "bulk_update",
    "bulk_upsert",
    "is_any_of",
]

Value = str | int | bool | UUID | datetime | Sequence[str] | None
GivenRow = Mapping[str, Value]
"""The values of a row by column, in forms that JSON and SQLite have too: of a receiver or an enumeration its text."""


class _List(TypeDecorator[Collection[Any]]):
    """A list of values of one type as one parameter.

    Args:
        element: the type of its values.
    """

    impl = String
    cache_ok = True

    def __init__(self, element: TypeEngine[Any]) -> None:
        super().__init__()
        self.element = element

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type of the parameter."""
        return dialect.type_descriptor(ARRAY(self.element) if dialect.name == "postgresql" else String())

    @override
    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> list[Any] | str:
        """Write the list."""
        values = list(value or ())
        if dialect.name == "postgresql":
            return values
        write = self.element.bind_processor(dialect)
        return json.dumps([write(each) for each in values] if write else values)


class _AnyOf(FunctionElement[bool]):
    type = Boolean()
    name = "any_of"
    inherit_cache = True

    @override
    def self_group(self, against: OperatorType | None = None) -> Self:
        """Return the condition as it is; a function would be compared with 1 on SQLite, which hides it from indexes."""
        return self


@compiles(_AnyOf, "postgresql")
def _any_of_array(element: _AnyOf, compiler: SQLCompiler, **options: Any) -> str:
    tested, ids = (compiler.process(each, **options) for each in element.clauses)
    return f"{tested} = ANY ({ids})"


@compiles(_AnyOf, "sqlite")
def _any_of_json(element: _AnyOf, compiler: SQLCompiler, **options: Any) -> str:
    tested, ids = (compiler.process(each, **options) for each in element.clauses)
    return f"{tested} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - compiled parts, no values


def is_any_of(tested: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the values in a parameter, a collection of any length."""
    return _AnyOf(tested, bindparam(parameter, type_=_List(tested.type)))


def _given_rows(types: Mapping[str, TypeEngine[Any]]) -> TableValuedAlias:
    """Return a table of the rows that are given as one JSON document; PostgreSQL only."""
    columns = [column(name, type) for name, type in types.items()]
    rows = cast(bindparam(_ROWS, type_=Text), JSON)
    return func.json_to_recordset(rows).table_valued(*columns).render_derived("given", with_types=True)


def _document(rows: Sequence[GivenRow]) -> dict[str, str]:
    return {_ROWS: to_json(rows).decode()}


@dataclass(frozen=True)
class BulkWrite:
    """A write of any number of rows.

    Attributes:
        names: the columns; every row has a value for each.
        document: the statement for PostgreSQL; takes all rows as JSON.
        single: the statement for SQLite; takes one row.
    """

    names: tuple[str, ...]
    document: Executable
    single: Executable

    def run(self, tx: Connection, rows: Sequence[GivenRow], same: GivenRow = MappingProxyType({})) -> None:
        """Write rows, given by column; no rows cost nothing. ``same`` are parameters of the statement for all rows."""
        if not rows:
            return
        if tx.dialect.name == "postgresql":
            tx.execute(self.document, {**_document(rows), **same})
        else:
            tx.execute(self.single, [{**same, **{_PREFIX + name: row[name] for name in self.names}} for row in rows])


def bulk_insert(table: Table, *names: str) -> BulkWrite:
    """Return the insertion of rows with these columns."""
    given = _given_rows(_types(table, names))
    document = insert(table).from_select(names, select(given), include_defaults=False)
    return BulkWrite(names, document, insert(table).values({name: _given(table, name) for name in names}))


def bulk_update(table: Table, keys: Sequence[str], changed: Sequence[str], **fixed: object) -> BulkWrite:
    """Return the change of columns in the rows whose ``keys`` have the given values; ``fixed`` is the same for all."""
    names = (*keys, *changed)
    given = _given_rows(_types(table, names))
    document = update(table).where(*(table.c[key] == given.c[key] for key in keys))
    single = update(table).where(*(table.c[key] == _given(table, key) for key in keys))
    return BulkWrite(
        names,
        document.values({name: given.c[name] for name in changed} | fixed),
        single.values({name: _given(table, name) for name in changed} | fixed),
    )


@dataclass(frozen=True)
class BulkUpsert:
    """A write of any number of rows; each is added, or changes the one that is there.

    Attributes:
        names: the columns; every row has a value for each.
        document: the statement for PostgreSQL; takes all rows as JSON.
        single: the statement for SQLite; takes one row.
    """

    names: tuple[str, ...]
    document: ReturningInsert[Any]
    single: ReturningInsert[Any]

    def run(self, tx: Connection, rows: Sequence[GivenRow]) -> Sequence[RowMapping]:
        """Write rows, given by column, no two with the same key; return all columns of what is stored then."""
        if not rows:
            return ()
        if tx.dialect.name == "postgresql":
            written = tx.execute(self.document, _document(rows))
        else:
            written = tx.execute(self.single, [{name: row[name] for name in self.names} for row in rows])
        return written.mappings().all()


Changes = Callable[[ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]], Mapping[str, ColumnElement[Any]]]
"""Returns the new values of a stored row's columns, from the row that was to be added."""


def bulk_upsert(table: Table, keys: Sequence[str], changes: Changes) -> BulkUpsert:
    """Return the insertion of whole rows; a row whose ``keys`` are stored already makes ``changes`` to that one."""
    names = tuple(column.name for column in table.c)
    given = _given_rows(_types(table, names))
    document = postgresql.insert(table).from_select(names, select(given), include_defaults=False)
    single = sqlite.insert(table)
    return BulkUpsert(
        names,
        document.on_conflict_do_update(index_elements=keys, set_=changes(document.excluded)).returning(*table.c),
        single.on_conflict_do_update(index_elements=keys, set_=changes(single.excluded)).returning(*table.c),
    )


@dataclass(frozen=True)
class BulkQuery:
    """A query that is made for any number of rows of parameters.

    Attributes:
        document: the statement for PostgreSQL; takes all rows as JSON.
        single: the statement for SQLite; takes one row.
    """

    document: Select[Any]
    single: Select[Any]

    def run(self, tx: Connection, rows: Sequence[GivenRow], same: Mapping[str, object]) -> list[RowMapping]:
        """Return what is found for all rows; no rows cost nothing. ``same`` are parameters for all rows."""
        if not rows:
            return []
        if tx.dialect.name == "postgresql":
            return list(tx.execute(self.document, {**_document(rows), **same}).mappings())
        return [found for row in rows for found in tx.execute(self.single, {**row, **same}).mappings()]


Parameters = Mapping[str, ColumnElement[Any]] | ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]


def bulk_query(types: Mapping[str, TypeEngine[Any]], query: Callable[[Parameters], Select[Any]]) -> BulkQuery:
    """Return a query for many rows of parameters of these types, from the query for one."""
    given = _given_rows(types)
    found = query(given.c).lateral()
    document = select(*found.c).select_from(given.join(found, true()))
    return BulkQuery(document, query({name: bindparam(name, type_=type) for name, type in types.items()}))


_ROWS = "rows"

# Not the names of the columns, which SQLAlchemy keeps for itself in an UPDATE.
_PREFIX = "given_"


def _types(table: Table, names: Sequence[str]) -> dict[str, TypeEngine[Any]]:
    return {name: table.c[name].type for name in names}


def _given(table: Table, name: str) -> BindParameter[Any]:
    return bindparam(_PREFIX + name, type_=table.c[name].type)
