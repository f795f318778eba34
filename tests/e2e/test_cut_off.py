"""Whoever is cut off through one process is refused by another within a second, and on SQLite by the only one."""

import asyncio
from pathlib import Path

import pytest

from app.api.auth.tokens import new_signing_key
from app.operations.access.clients import save_client
from tests.support.command_line import run
from tests.support.cutting_off import BY_COMMAND, OVER_THE_API, running_processes
from tests.support.harness import open_harness

pytestmark = pytest.mark.slow


async def test_a_token_that_two_processes_know_is_refused_by_both(emptied_postgres_url: str) -> None:
    cuts = [BY_COMMAND, *OVER_THE_API]
    async with running_processes(emptied_postgres_url, 2, cuts) as processes:
        for cut in cuts:
            # It waits patiently; ``python -m bench.revocation`` measures.
            await processes.seconds_until_refused(cut)


async def test_a_token_that_the_only_process_on_sqlite_knows_is_refused_at_once(sqlite_url: str) -> None:
    async with running_processes(sqlite_url, 1, OVER_THE_API) as process:
        for cut in OVER_THE_API:
            await process.seconds_until_refused(cut)


async def test_the_token_command_prints_a_token_that_the_hub_accepts(sqlite_url: str, tmp_path: Path) -> None:
    key, file = new_signing_key(), tmp_path / "private.pem"
    file.write_bytes(key.private_pem)
    async with open_harness(sqlite_url) as harness:
        jwks = {"keys": [dict(key.public_jwk)]}
        scopes = ["organisations:read"]
        await harness.db.write(
            save_client, harness.services, "keyed", organisation_code="beheer", scopes=scopes, jwks=jwks
        )
    async with running_processes(sqlite_url, 1, []) as process:
        words = ("token", "keyed", f"--key={file}", f"--kid={key.kid}", f"--url={process.first.base_url}")
        code, token = await asyncio.to_thread(run, process.environment, *words)
        wrong, refusal = await asyncio.to_thread(run, process.environment, *words[:-2], "--kid=other", words[-1])
        answer = await process.first.get("/v1/organisations", headers={"Authorization": f"Bearer {token}"})
    _, unreachable = await asyncio.to_thread(run, process.environment, *words)

    assert unreachable.endswith("gave no answer (connection-refused). Give another one with --hub.")
    assert (code, answer.status_code) == (0, 200)
    assert (wrong, "Traceback" in refusal, refusal.endswith("what the hub's operator registered.")) == (1, False, True)
