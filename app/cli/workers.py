"""``trajecthub workers``: which workers run, and what their loops last did."""

import typer

from app.api.schemas.worker_processes import LoopOut, WorkerProcessOut
from app.cli.runtime import read_stored
from app.cli.tables import AsJson, as_text, print_blocks
from app.operations.worker_processes import present_workers

commands = typer.Typer()

_FIELDS = ("id", "host", "process", "version", "started_at", "reported_at", "silent", "last_rounds")


class _Shown(WorkerProcessOut):
    """A worker as people read it."""

    last_rounds: str


@commands.command()
def workers(as_json: AsJson = False) -> None:
    """List the workers; one that is silent ended without a stop, or hangs."""
    found = [WorkerProcessOut.model_validate(each) for each in read_stored(present_workers)]
    print_blocks(found if as_json else list(map(_shown, found)), _FIELDS, nothing="No worker runs.", as_json=as_json)


def _shown(worker: WorkerProcessOut) -> _Shown:
    return _Shown(**worker.model_dump(), last_rounds="\n".join(map(_last_round, worker.loops)))


def _last_round(loop: LoopOut) -> str:
    error = f"; {loop.error} at {as_text(loop.failed_at)}" if loop.error else ""
    return f"{loop.name} {as_text(loop.completed_at) or 'none yet'}{error}"
