"""The URL that names the store."""

from __future__ import annotations

import inspect
from pathlib import Path

import asyncpg
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.database.store import Dialect

# What SQLAlchemy takes from the query of the URL itself; the rest are arguments of the driver.
_URL_PARAMETERS = {
    "prepared_statement_cache_size",
    "prepared_statement_name_func",
    *inspect.signature(asyncpg.connect).parameters,
}


class DatabaseUrlInvalid(ValueError):
    """The URL names no store that the hub can use; the message never repeats it, because it may hold a password."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"TRAJECTHUB_DATABASE_URL: {fault}")


def parsed_url(url: str) -> URL:
    """Return the parts of a URL that the hub can use.

    Raises:
        DatabaseUrlInvalid: it cannot be read, or names another kind of store.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUrlInvalid("give sqlite:///path, or postgresql://user:password@host:port/database") from error
    if dialect_of(parsed) == "postgresql" and (unknown := parsed.query.keys() - _URL_PARAMETERS):
        names = ", ".join(sorted(unknown))
        raise DatabaseUrlInvalid(f"leave out {names}, which asyncpg does not know; TLS is ssl=require")
    return parsed


def dialect_of(url: URL) -> Dialect:
    """Return the kind of store that a URL names."""
    match url.get_backend_name():
        case "sqlite":
            return "sqlite"
        case "postgresql":
            return "postgresql"
        case other:
            raise DatabaseUrlInvalid(f"{other} is not supported; give sqlite:///path or postgresql://…")


def sqlite_path(url: URL) -> Path:
    """Return the file that a URL of SQLite names."""
    if url.database in (None, "", ":memory:"):
        raise DatabaseUrlInvalid("SQLite in memory is not supported; give a file, such as sqlite:///trajecthub.db")
    return Path(str(url.database))
