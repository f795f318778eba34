"""``trajecthub worker``: pulls the partners, relays events and delivers them."""

import typer

from app.bootstrap import open_worker
from app.cli.runtime import over_database, services_of
from app.database import Database
from app.loops import stop_on_signal
from app.operations.clock import database_clock
from app.settings import Settings

commands = typer.Typer()


@commands.command()
def worker() -> None:
    """Pull, relay and deliver next to API processes (PostgreSQL)."""
    over_database(_work)


async def _work(db: Database, settings: Settings) -> None:
    async with database_clock(db) as clock, open_worker(db, services_of(settings, clock), settings) as worker:
        await worker.run_alone(stop_on_signal(), settings.pull_interval_seconds)
