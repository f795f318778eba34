"""``trajecthub migrate``: updates the database."""

from functools import partial

import typer

from app.cli.program import console, friendly_errors
from app.cli.runtime import change_stored, over_database, read_settings, services_of
from app.database import Database, with_own_connection
from app.operations.access.organisations import set_up_institutions
from app.operations.cases.filling import fill_disclosed
from app.operations.cases.term_filling import fill_terms
from app.operations.master_key import value_opened_by
from app.operations.migration import migrate_schema
from app.operations.schema import require_reach
from app.private_files import protect
from app.settings import Settings

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
    protect(settings.own_files, settings.given_secret_files)
    change_stored(set_up_institutions)
    _fill()
    console.print("The schema is up to date.")


def _fill() -> None:
    """Work out what was disclosed of the cases from before it was kept, and their terms, part by part."""

    async def work(db: Database, settings: Settings) -> None:
        services = await services_of(db, settings)
        while await db.write(fill_disclosed, services):
            pass
        while await db.write(fill_terms, services):
            pass

    over_database(work)
