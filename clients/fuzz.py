"""Fuzzes a sandbox hub with every check and every phase of schemathesis, as three roles: ``python -m clients.fuzz``.

``--examples`` says how many there are of each operation in each phase. ``tests/api/test_schemathesis.py`` is the short
form that the suite runs. ``docs/reference/fuzzing.md`` says what is left out, and why.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import httpx

from clients.sandbox_hub import sandbox_hub

ROLES = {
    "referrer": ("CLIENT_ID", "CLIENT_SECRET"),
    "finance team": ("FINANCE_CLIENT_ID", "FINANCE_CLIENT_SECRET"),
    "operator": ("OPERATOR_CLIENT_ID", "OPERATOR_CLIENT_SECRET"),
}
SCENARIOS = ("full-route-api", "missed-intake", "conflict", "quarantined-record", "pending-subscription")
"""They leave records of every kind, so that ids in answers lead to other operations."""
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


def main() -> int:
    """Run schemathesis as each role. Return 1 when it found something, otherwise 0."""
    parser = argparse.ArgumentParser(description="Fuzz a sandbox hub with every check of schemathesis.")
    parser.add_argument("--examples", type=int, default=20, help="of each operation, in each phase")
    parser.add_argument("--role", choices=ROLES, action="append", help="all if left out")
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sandbox_hub(Path(folder, "hub"), Path(folder, "log")) as hub:
        _play_scenarios(hub["HUB_URL"])
        found = [role for role in options.role or ROLES if not _passes(role, hub, options)]
    print(f"findings as: {', '.join(found)}" if found else "no findings")
    return 1 if found else 0


def _play_scenarios(hub_url: str) -> None:
    for name in SCENARIOS:
        httpx.post(f"{hub_url}/sandbox/scenarios/{name}", timeout=120).raise_for_status()


def _passes(role: str, hub: Mapping[str, str], options: argparse.Namespace) -> bool:
    print(f"as {role}", flush=True)
    authorization = f"Bearer {_token(role, hub)}"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"),
        *(f"{hub['HUB_URL']}/v1/openapi.json", "--header", f"Authorization: {authorization}"),
        *("--checks", "all", "--phases", options.phases, "--max-examples", str(options.examples)),
        *("--seed", "1", "--generation-database", "none", "--request-timeout", "40", "--no-color"),
    ]
    passed = subprocess.run(command, check=False).returncode == 0
    # Of a caller who was cut off on the way, nothing was tried from then on.
    still = httpx.get(f"{hub['HUB_URL']}/v1/organisations", headers={"Authorization": authorization}, timeout=40)
    print(f"the caller is answered with {still.status_code} at the end", flush=True)
    return passed and still.status_code != 401


def _token(role: str, hub: Mapping[str, str]) -> str:
    client, secret = (hub[name] for name in ROLES[role])
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    token: str = httpx.post(f"{hub['HUB_URL']}/oauth/token", data=form).raise_for_status().json()["access_token"]
    return token


if __name__ == "__main__":
    sys.exit(main())
