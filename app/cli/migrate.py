"""``trajecthub migrate``: updates the database."""

from functools import partial

import typer

from app.cli.program import console, friendly_errors
from app.cli.runtime import change_stored, read_settings
from app.database import with_own_connection
from app.operations.access.organisations import set_up_institutions
from app.operations.master_key import value_opened_by
from app.operations.schema import migrate_schema, require_reach

commands = typer.Typer()


@commands.command()
def migrate() -> None:
    """Update the database schema and add the city's institutions."""
    settings = read_settings()
    url = settings.migration_url
    with friendly_errors():
        require_reach(url)
        key = settings.known_master_key()
        with_own_connection(url, partial(value_opened_by, key=key))
        migrate_schema(url, key)
    change_stored(set_up_institutions)
    console.print("The schema is up to date.")
