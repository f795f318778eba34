"""``trajecthub worker``: pulls the partners, relays events and delivers them."""

import typer

from app.bootstrap import open_worker
from app.cli.runtime import over_database, services_of
from app.database import Database
from app.loops import stop_on_signal
from app.settings import Settings

commands = typer.Typer()


@commands.command()
def worker() -> None:
    """Pull, relay and deliver next to API processes (PostgreSQL)."""
    over_database(_work)


async def _work(db: Database, settings: Settings) -> None:
    async with open_worker(db, services_of(settings), settings) as worker:
        await worker.run_alone(stop_on_signal(), settings.pull_interval_seconds)
