"""``trajecthub migrate``: updates the database."""

import typer

from app.cli.runtime import change_stored, console, friendly_errors, read_settings
from app.database import upgrade_schema
from app.operations.access.organisations import set_up_institutions
from app.operations.schema import require_reach

commands = typer.Typer()


@commands.command()
def migrate() -> None:
    """Update the database schema and add the city's institutions."""
    url = read_settings().database_url
    with friendly_errors():
        require_reach(url)
        upgrade_schema(url)
    change_stored(set_up_institutions)
    console.print("The schema is up to date.")
