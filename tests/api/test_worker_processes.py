"""The workers over the API."""

from datetime import timedelta

from app.sandbox.runtime import SettableClock
from app.worker import WorkerLoops
from tests.api.conftest import NOW, Api


async def test_the_operator_sees_which_workers_run_and_what_they_last_did(
    operator: Api, worker: WorkerLoops, clock: SettableClock
) -> None:
    await worker.pull_and_deliver()
    await worker.reporter.report()

    (seen,) = (await operator.get("/v1/worker-processes")).json()["items"]
    clock.set(NOW + timedelta(minutes=2))
    (later,) = (await operator.get("/v1/worker-processes")).json()["items"]

    assert seen["id"] == str(worker.reporter.id)
    assert (seen["silent"], later["silent"]) == (False, True)
    assert all(loop.keys() >= {"name"} for loop in seen["loops"])


async def test_nobody_else_does(dock: Api, etf: Api, gidso: Api) -> None:
    assert [(await api.get("/v1/worker-processes")).status_code for api in (dock, etf, gidso)] == [403, 403, 403]
