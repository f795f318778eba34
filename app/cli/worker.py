"""``trajecthub worker``: pulls the partners, relays events and delivers them."""

import typer

from app.cli.runtime import read_settings, run
from app.worker import run_worker

commands = typer.Typer()


@commands.command()
def worker() -> None:
    """Pull, relay and deliver next to API processes (PostgreSQL)."""
    run(run_worker(read_settings()))
