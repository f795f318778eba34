"""What follows a commit is done once, and only if there is a commit."""

from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError

from app.database import Connection, Database, after_commit


async def test_an_effect_follows_the_commit(database: Database) -> None:
    done: list[str] = []

    def work(_tx: Connection) -> int:
        after_commit(partial(done.append, "effect"))
        assert done == []
        return 1

    assert await database.write(work) == 1
    assert done == ["effect"]


async def test_work_that_is_rolled_back_has_no_effect(database: Database) -> None:
    done: list[str] = []

    def work(_tx: Connection) -> None:
        after_commit(partial(done.append, "effect"))
        raise KeyError

    with pytest.raises(KeyError):
        await database.write(work)
    await database.write(lambda _tx: None)

    assert done == []


async def test_work_that_runs_twice_has_its_effect_once(database: Database) -> None:
    done: list[int] = []
    runs: list[int] = []

    def work(_tx: Connection) -> None:
        runs.append(len(runs) + 1)
        after_commit(partial(done.append, runs[-1]))
        if len(runs) == 1:
            raise IntegrityError("", None, ValueError())

    await database.write(work)

    assert done == [2]
