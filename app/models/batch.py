"""Statements that change or delete a limited number of rows, so that no transaction of a purge takes long."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Integer,
    Table,
    Update,
    bindparam,
    literal_column,
    select,
    tuple_,
)

__all__ = ["in_batch", "run_batch"]


def in_batch(
    table: Table, *conditions: ColumnElement[bool], by: ColumnElement[object] | None = None
) -> ColumnElement[bool]:
    """Return the condition that a row is one of a batch: of the rows that meet these conditions, at most ``most``.

    Rows that another transaction has locked are left to a later batch. ``most`` is a parameter of the statement.

    Args:
        table: whose rows are chosen.
        conditions: that each of them meets.
        by: the order in which they are chosen; None: any.
    """
    key = list(table.primary_key.columns)
    chosen = select(*key).where(*conditions).limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True)
    if by is not None:
        chosen = chosen.order_by(by)
    # Chosen once, because it is a part of the statement of its own.
    batch = chosen.cte(f"batch_of_{table.name}")
    return tuple_(*key).in_(select(*batch.c))


def run_batch(tx: Connection, statement: Delete | Update, values: Mapping[str, object], most: int) -> int:
    """Run a statement whose condition is :func:`in_batch`; return how many rows it changed or deleted."""
    # SQLite's driver does not count the rows of a statement that begins with a part of its own.
    return len(tx.execute(statement.returning(literal_column("1")), {**values, "most": most}).all())
