"""``trajecthub client``: clients are made, listed and revoked, also while the hub serves them."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from app.api.auth.tokens import new_signing_key
from app.bootstrap import open_app_state
from app.database import Database
from app.operations.access.clients import SCOPES
from app.operations.clock import SystemClock
from app.settings import Settings
from tests.support.command_line import run, run_json
from tests.support.served import api_of

pytestmark = pytest.mark.slow

CREATE = ("client", "create", "etf", "--organisation=expertiseteam-financien", "--scope=organisations:read")


def test_a_first_client_is_made_after_migrating(sandbox: dict[str, str]) -> None:
    migrated, _ = run(sandbox, "migrate")

    code, output = run(
        sandbox, "client", "create", "etf", "--organisation=expertiseteam-financien", "--scope=referrals:read",
        "--with-secret",
    )  # fmt: skip

    assert (migrated, code) == (0, 0)
    assert "may act for 'expertiseteam-financien'" in output
    assert "shown once" in output


def test_a_client_needs_a_way_to_prove_who_it_is(sandbox: dict[str, str]) -> None:
    code, output = run(sandbox, "client", "create", "etf", "--organisation=beheer", "--scope=referrals:read")

    assert code == 2
    assert "--jwks" in output


def test_an_unknown_scope_is_refused_with_the_known_ones(sandbox: dict[str, str]) -> None:
    code, output = run(sandbox, "client", "create", "x", "--organisation=beheer", "--scope=all", "--with-secret")

    assert code == 2
    assert next(iter(SCOPES)) in output


@pytest.mark.parametrize("client_id", ["", "a b", "a\nb", "a/b", "x" * 101, "é"])
def test_an_id_that_no_client_can_state_is_refused(sandbox: dict[str, str], client_id: str) -> None:
    code, output = run(
        sandbox, "client", "create", client_id, "--organisation=dock", "--scope=referrals:read", "--with-secret"
    )

    assert code == 2
    assert "at most 100 characters of ASCII" in " ".join(output.split())


@pytest.mark.parametrize(
    "words", [("client", "revoke", "\udcff"), ("partner", "pause", "rmw", "--reason=\udcff"), ("\udcff",)]
)
def test_arguments_that_are_no_text_end_in_one_sentence(sandbox: dict[str, str], words: tuple[str, ...]) -> None:
    code, output = run(sandbox, *words)

    assert code == 2
    assert "no text in UTF-8" in output


def test_a_client_of_an_unknown_organisation_is_refused(sandbox: dict[str, str]) -> None:
    run(sandbox, "migrate")

    code, output = run(
        sandbox, "client", "create", "x", "--organisation=nobody", "--scope=referrals:read", "--with-secret"
    )

    assert code == 1
    assert "no organisation 'nobody'" in output
    assert "trajecthub organisation register" in output


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "No such file"), ("-----BEGIN PUBLIC KEY-----", "it is no JSON"), ("[]", "no JSON object")],
)
def test_what_is_no_key_set_is_refused_with_the_remedy(
    sandbox: dict[str, str], tmp_path: Path, content: str | None, why: str
) -> None:
    file = tmp_path / "keys.json"
    if content is not None:
        file.write_text(content)

    code, output = run(sandbox, *CREATE, f"--jwks={file}")

    assert code == 2
    # Without the frame around the message.
    words = " ".join(output.replace("│", "").split())
    assert all(part in words for part in (why, "JSON Web Key Set", "calling-the-api.md"))


def test_a_shared_secret_is_refused_outside_the_sandbox(sandbox: dict[str, str]) -> None:
    production = sandbox | {
        "TRAJECTHUB_MODE": "production",
        "TRAJECTHUB_MASTER_KEY": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "TRAJECTHUB_PUBLIC_URL": "https://hub.example.org",
        "TRAJECTHUB_OIN": "00000001003214345000",
    }

    code, output = run(
        production, "client", "create", "x", "--organisation=beheer", "--scope=referrals:read", "--with-secret"
    )

    assert code == 2
    assert "sandbox mode only" in output


def test_clients_are_listed_with_what_they_may_do(migrated: dict[str, str]) -> None:
    run(migrated, *CREATE, "--with-secret")

    [listed] = run_json(migrated, "client", "list")
    _, table = run(migrated, "client", "list")

    assert listed == {
        "clientId": "etf",
        "organisation": "expertiseteam-financien",
        "scopes": ["organisations:read"],
        "authentication": ["client_secret"],
        "active": True,
        "keyIds": [],
        "createdAt": listed["createdAt"],
    }
    assert all(text in table for text in ("client id", "etf", "yes"))


def test_revoked_client_is_listed_as_such_until_it_is_made_anew(migrated: dict[str, str]) -> None:
    run(migrated, *CREATE, "--with-secret")

    code, output = run(migrated, "client", "revoke", "etf")
    [revoked] = run_json(migrated, "client", "list")
    run(migrated, *CREATE, "--with-secret")
    [anew] = run_json(migrated, "client", "list")

    assert (code, "refused within a second" in output) == (0, True)
    assert (revoked["active"], anew["active"]) == (False, True)


def test_keys_are_rotated_with_an_overlap_or_at_once(migrated: dict[str, str], tmp_path: Path) -> None:
    files = []
    for name in ("old", "new", "newest"):
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps({"keys": [dict(new_signing_key().public_jwk) | {"kid": name}]}))
    run(migrated, *CREATE, f"--jwks={files[0]}")

    code, with_overlap = run(migrated, "client", "rotate", "etf", f"--jwks={files[1]}", "--overlap-hours=2")
    [both] = run_json(migrated, "client", "list")
    _, at_once = run(migrated, "client", "rotate", "etf", f"--jwks={files[2]}", "--overlap-hours=0")
    [one] = run_json(migrated, "client", "list")

    assert (code, "are accepted until" in with_overlap) == (0, True)
    assert (both["keyIds"], both["previousKeyIds"]) == (["new"], ["old"])
    assert "are refused within a second, with its tokens" in at_once
    assert (one["keyIds"], one.get("previousKeyIds")) == (["newest"], None)


def test_scopes_are_set(migrated: dict[str, str]) -> None:
    run(migrated, *CREATE, "--with-secret")

    code, _ = run(migrated, "client", "scopes", "etf", "--scope=referrals:read", "--scope=referrals:process")
    unknown, output = run(migrated, "client", "scopes", "etf", "--scope=all")

    assert (code, unknown, "known: " in output) == (0, 2, True)
    assert run_json(migrated, "client", "list")[0]["scopes"] == ["referrals:process", "referrals:read"]


def test_an_organisation_is_cut_off_and_taken_back(migrated: dict[str, str]) -> None:
    run(migrated, *CREATE, "--with-secret")

    code, _ = run(migrated, "organisation", "deactivate", "expertiseteam-financien")
    cut_off = run_json(migrated, "client", "list")[0]["active"]
    run(migrated, "organisation", "activate", "expertiseteam-financien")
    active = run_json(migrated, "client", "list")[0]["active"]
    operator, refusal = run(migrated, "organisation", "deactivate", "beheer")

    assert (code, cut_off, active) == (0, False, True)
    assert (operator, "cannot be cut off" in refusal) == (1, True)


def test_signing_keys_are_rotated_and_listed(migrated: dict[str, str]) -> None:
    nothing = run(migrated, "signing-key", "list")[1]
    run(migrated, "signing-key", "rotate")
    run(migrated, "signing-key", "rotate")
    before = [each["state"] for each in run_json(migrated, "signing-key", "list")]
    code, output = run(migrated, "signing-key", "rotate", "--revoke-others")

    assert "There is none yet" in nothing
    assert before == ["published", "signs"]
    assert (code, "all others are revoked" in output) == (0, True)
    assert [each["state"] for each in run_json(migrated, "signing-key", "list")] == ["signs", "revoked", "revoked"]


def test_a_hub_on_sqlite_that_runs_is_to_be_asked_over_the_api(migrated: dict[str, str]) -> None:
    async def while_it_runs() -> tuple[int, str]:
        db = Database.open(migrated["TRAJECTHUB_DATABASE_URL"])
        try:
            return await asyncio.to_thread(run, migrated, "client", "revoke", "etf")
        finally:
            await db.close()

    code, output = asyncio.run(while_it_runs())

    assert code == 1
    assert "is open in another process" in output
    assert "POST /v1/api-clients/etf/revocation" in output
    assert "Traceback" not in output


def test_unknown_client_cannot_be_revoked(migrated: dict[str, str]) -> None:
    code, output = run(migrated, "client", "revoke", "nobody")

    assert (code, "There is no client 'nobody'." in output) == (1, True)


async def test_client_that_is_revoked_while_the_hub_serves_it_is_refused(
    sandbox: dict[str, str], emptied_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = sandbox | {"TRAJECTHUB_DATABASE_URL": emptied_postgres_url}
    await asyncio.to_thread(run, environment, "migrate")
    _, made = await asyncio.to_thread(run, environment, *CREATE, "--with-secret")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    form = {
        "grant_type": "client_credentials",
        "client_id": "etf",
        "client_secret": made.rpartition(" ")[2],
    }
    async with open_app_state(Settings(), SystemClock()) as hub:
        with api_of(hub) as served:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url=hub.public_url) as api:
                token = (await api.post("/oauth/token", data=form)).json()["access_token"]
                bearer = {"Authorization": f"Bearer {token}"}
                before = await api.get("/v1/organisations", headers=bearer)

                await asyncio.to_thread(run, environment, "client", "revoke", "etf")
                new_token = await api.post("/oauth/token", data=form)
                await hub.watch.look()
                after = await api.get("/v1/organisations", headers=bearer)

    assert (before.status_code, after.status_code, after.json()["code"]) == (200, 401, "unauthenticated")
    assert (new_token.status_code, new_token.json()["error"]) == (400, "invalid_client")
