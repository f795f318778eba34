"""The sandbox hub that the checks in ``clients/`` run against."""

from pathlib import Path

import httpx
import pytest

from clients.sandbox_hub import sandbox_hub

pytestmark = pytest.mark.slow


def test_each_client_of_the_sandbox_hub_gets_a_token(tmp_path: Path) -> None:
    with (
        sandbox_hub(tmp_path / "data", tmp_path / "hub.log") as variables,
        httpx.Client(base_url=variables["HUB_URL"]) as hub,
    ):
        statuses = {}
        for name in ("CLIENT", "FINANCE_CLIENT", "OPERATOR_CLIENT"):
            client = {"client_id": variables[f"{name}_ID"], "client_secret": variables[f"{name}_SECRET"]}
            answer = hub.post("/oauth/token", data={"grant_type": "client_credentials", **client})
            statuses[name] = answer.status_code

    assert set(statuses.values()) == {200}
