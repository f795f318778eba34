"""The stored databases of the previous release, which ``tests/data/previous_release/make.py`` made with its code."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from tests.support.postgres import run_script

DATA = Path(__file__).parents[1] / "data" / "previous_release"

MASTER_KEY = bytes(range(32))


def restore(url: str) -> None:
    """Make a database from the dump of its kind."""
    store = make_url(url).get_backend_name()
    script = (DATA / f"{store}.sql").read_text()
    if store == "sqlite":
        with closing(sqlite3.connect(str(make_url(url).database))) as connection:
            connection.executescript(script)
    else:
        run_script(url, script)
