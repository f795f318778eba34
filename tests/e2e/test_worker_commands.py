"""``trajecthub workers`` lists the workers, and errors of several loops at once are sentences."""

from datetime import timedelta
from uuid import UUID

import pytest
import typer

from app.cli.program import friendly_errors, stopped_with
from app.cli.program import run as run_to_the_end
from app.database import Database
from app.domain.details import Detail
from app.domain.worker_processes import LoopReport, WorkerReport
from app.models.worker_process import save_worker
from app.operations.clock import SystemClock
from app.operations.schema import SchemaMismatch
from tests.support.command_line import run, run_json


async def seen(url: str) -> None:
    """Have a worker report two minutes ago, and not since."""
    at = SystemClock().now() - timedelta(minutes=2)
    db = Database.open(url)
    report = WorkerReport(
        id=UUID(int=7),
        host="hub-worker-1",
        process=7,
        version="0.1.0",
        started_at=at,
        reported_at=at,
        loops=(LoopReport(name="delivery", completed_at=at, failed_at=at, error="Unavailable"),),
    )
    await db.write(save_worker, report)
    await db.close()


def test_a_worker_that_is_silent_is_listed(migrated: dict[str, str]) -> None:
    before = run(migrated, "workers")
    run_to_the_end(seen(migrated["TRAJECTHUB_DATABASE_URL"]))

    [listed] = run_json(migrated, "workers")
    _, shown = run(migrated, "workers")

    assert before == (0, "No worker runs.")
    assert (listed["host"], listed["silent"], listed["loops"][0]["error"]) == ("hub-worker-1", True, "Unavailable")
    assert "silent yes" in shown
    assert "delivery" in shown


def test_the_reason_why_loops_ended_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, friendly_errors():
        raise BaseExceptionGroup("", [BaseExceptionGroup("", [SchemaMismatch(Detail.NO_TABLES())])])

    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == f"{Detail.NO_TABLES.english}\n"


def test_a_command_that_said_why_it_ends_says_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, friendly_errors():
        raise stopped_with("There is no hub.")

    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == "There is no hub.\n"
