"""``trajecthub migrate``: updates the database."""

import typer

from app.cli.runtime import console, friendly_errors, read_settings, run, services_of, with_database
from app.database import Database, upgrade_schema
from app.operations.access.organisations import set_up_institutions
from app.settings import Settings

commands = typer.Typer()


@commands.command()
def migrate() -> None:
    """Update the database schema and add the city's institutions."""
    settings = read_settings()
    with friendly_errors():
        upgrade_schema(settings.database_url)
    run(with_database(settings, _set_up))
    console.print("The schema is up to date.")


async def _set_up(db: Database, settings: Settings) -> None:
    await db.write(set_up_institutions, services_of(settings))
