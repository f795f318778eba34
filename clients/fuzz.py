"""Fuzzes a sandbox hub with every check and every phase of schemathesis, as three roles: ``python -m clients.fuzz``.

``--examples`` says how many there are of each operation in each phase, ``--rounds`` how often links of the document are
followed again while some were not. ``tests/api/test_schemathesis.py`` is the short form that the suite runs.
``docs/reference/fuzzing.md`` says what is left out, and why.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from clients.fuzz_hooks import FACTS, FOLLOWED, OWN_CODE, SEED
from clients.fuzz_links import Followed, groups_of, links_between, operations_of, table
from clients.sandbox_hub import sandbox_hub

ROLES = {
    "referrer": ("CLIENT_ID", "CLIENT_SECRET"),
    "finance team": ("FINANCE_CLIENT_ID", "FINANCE_CLIENT_SECRET"),
    "operator": ("OPERATOR_CLIENT_ID", "OPERATOR_CLIENT_SECRET"),
}
SCENARIOS = {
    "full-route-api": 1,
    "missed-intake": 2,
    "attended": 6,
    "conflict": 4,
    "quarantined-record": 4,
    "pending-subscription": 1,
}
"""How often each is played; they leave records of every kind, so that ids in answers lead to other operations."""
REFERRALS = 40
"""How many wait for the finance team."""
REFERRAL = {"client": {"familyName": "Jansen", "birthDate": "1988-04-12"}, "area": "Noord"}
INTAKE_RESULT = {"result": "route_to_kbr", "concludedOn": datetime.now(UTC).date().isoformat()}
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
ONLY_FOR = {"approveSubscription": "beheer"}
"""The operations that others are refused whatever their scopes are, by the only caller."""
HOOKS = "clients.fuzz_hooks"
PHASES = ("examples", "coverage", "fuzzing")
STATEFUL = "stateful"
UNAUTHORIZED = 401
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A role at a hub.

    Attributes:
        url: the address of the hub.
        code: the code of its organisation, which is the id of its client too.
    """

    url: str
    code: str
    token: str
    scopes: frozenset[str]

    @property
    def headers(self) -> dict[str, str]:
        """The headers with which it calls."""
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str) -> Any:
        """Return the body of what is read at a path."""
        return httpx.get(f"{self.url}{path}", headers=self.headers, timeout=40).raise_for_status().json()

    def with_status(self, status: str) -> list[str]:
        """Return the ids of the last referrals with a status."""
        return [each["id"] for each in self.get(f"/v1/referrals?status={status}")["items"]]

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the answer to a request that makes something, or changes it whatever it has become."""
        headers = {**self.headers, "Idempotency-Key": str(uuid4()), "If-Match": "*"}
        return httpx.post(f"{self.url}{path}", json=body, headers=headers, timeout=40).raise_for_status().json()


def main() -> int:
    """Run schemathesis as each role, and print which links were followed. Return 1 when it found something."""
    parser = argparse.ArgumentParser(description="Fuzz a sandbox hub with every check of schemathesis.")
    parser.add_argument("--examples", type=int, default=20, help="of each operation, in each phase")
    parser.add_argument("--rounds", type=int, default=6, help="of following links, while some were not followed")
    parser.add_argument("--role", choices=ROLES, action="append", help="all if left out")
    parser.add_argument("--phases", default=",".join((*PHASES, STATEFUL)))
    options = parser.parse_args()
    phases = options.phases.split(",")
    with tempfile.TemporaryDirectory() as folder, sandbox_hub(Path(folder, "hub"), Path(folder, "log")) as hub:
        facts = _prepare(_caller("referrer", hub), _caller("finance team", hub))
        runs = [(role, _run(_caller(role, hub), phases, options, facts)) for role in options.role or ROLES]
    followed = {role: run.followed for role, run in runs if run.followed}
    print("\n".join(table(followed)))
    for role, each in followed.items():
        print(f"as {role}: {each.requests} requests along links")
        print("".join(f"  not followed: {link}\n" for link in each.missed(each.allowed)), end="")
    found = [role for role, run in runs if not run.passed]
    print(f"findings as: {', '.join(found)}" if found else "no findings")
    return 1 if found else 0


@dataclass(frozen=True)
class Run:
    """What came of the phases as one role."""

    passed: bool
    followed: Followed | None


def _prepare(referrer: Caller, finance: Caller) -> dict[str, Any]:
    """Leave records of every kind in every status, and return what requests can name."""
    for name in chain.from_iterable([name] * times for name, times in SCENARIOS.items()):
        httpx.post(f"{referrer.url}/sandbox/scenarios/{name}", timeout=120).raise_for_status()
    for _ in range(REFERRALS):
        made = referrer.post("/v1/referrals", REFERRAL)
    for each in finance.with_status("received")[: REFERRALS // 2]:
        finance.post(f"/v1/referrals/{each}/confirmation", {})
    for each in finance.with_status("confirmed")[: REFERRALS // 3]:
        finance.post(f"/v1/referrals/{each}/appointments", {"startsAt": _soon()})
    for each in finance.with_status("attended")[:4]:
        finance.post(f"/v1/referrals/{each}/intake-result", INTAKE_RESULT)
    for each in referrer.with_status("scheduled")[:5]:
        referrer.post(f"/v1/referrals/{each}/withdrawal", {"reason": "helped_elsewhere"})
    receivers = [each["url"] for each in referrer.get("/v1/subscriptions")["items"] if each["status"] == "active"]
    return {"referralId": made["id"], "url": receivers[0], "organisationCode": "wijkteam-charlois"}


def _soon() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).isoformat()


def _run(caller: Caller, phases: Sequence[str], options: argparse.Namespace, facts: Mapping[str, Any]) -> Run:
    print(f"as {caller.code}", flush=True)
    others = [each for each in phases if each != STATEFUL]
    passed = not others or _passes(caller, "--phases", ",".join(others), "--max-examples", str(options.examples))
    followed = None
    if STATEFUL in phases:
        clean, followed = _follow(caller, options.rounds, facts)
        passed = passed and clean
    # Of a caller who was cut off on the way, nothing was tried from then on.
    still = httpx.get(f"{caller.url}/v1/organisations", headers=caller.headers, timeout=40).status_code
    print(f"the caller is answered with {still} at the end", flush=True)
    return Run(passed and still != UNAUTHORIZED, followed)


def _follow(caller: Caller, rounds: int, facts: Mapping[str, Any]) -> tuple[bool, Followed]:
    """Follow the links between the operations of a role. Return whether nothing was found, and what was followed."""
    document = caller.get("/v1/openapi.json")
    allowed = operations_of(document, caller.scopes)
    allowed = {name: label for name, label in allowed.items() if caller.code == ONLY_FOR.get(name, caller.code)}
    followed = Followed(links_between(document, allowed))
    passed = True
    for group in groups_of(document, allowed):
        links = links_between(document, {name: allowed[name] for name in group})
        for seed in range(1, rounds + 1):
            if followed.missed(links):
                passed = _follow_once(caller, group, seed, facts, followed) and passed
    return passed, followed


def _follow_once(caller: Caller, group: Set[str], seed: int, facts: Mapping[str, Any], followed: Followed) -> bool:
    """Follow links between some operations. Return whether nothing was found; what was followed is added."""
    with tempfile.NamedTemporaryFile() as file:
        passed = _passes(
            caller,
            *("--phases", STATEFUL, "--max-examples", str(len(group))),
            *chain.from_iterable(("--include-operation-id", each) for each in sorted(group)),
            seed=seed,
            variables={
                "SCHEMATHESIS_HOOKS": HOOKS,
                FACTS: json.dumps(facts),
                FOLLOWED: file.name,
                OWN_CODE: caller.code,
                SEED: str(seed),
            },
        )
        followed.add(json.loads(Path(file.name).read_text()))
    return passed


def _passes(caller: Caller, *options: str, seed: int = 1, variables: Mapping[str, str] = NOTHING) -> bool:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"),
        *(f"{caller.url}/v1/openapi.json", "--header", f"Authorization: {caller.headers['Authorization']}"),
        *("--checks", "all", "--seed", str(seed), "--generation-database", "none"),
        *("--request-timeout", "40", "--no-color"),
        *options,
    ]
    return subprocess.run(command, check=False, env={**os.environ, **variables}).returncode == 0


def _caller(role: str, hub: Mapping[str, str]) -> Caller:
    client, secret = (hub[name] for name in ROLES[role])
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    answer = httpx.post(f"{hub['HUB_URL']}/oauth/token", data=form).raise_for_status().json()
    return Caller(
        url=hub["HUB_URL"],
        code=client,
        token=answer["access_token"],
        scopes=frozenset(answer["scope"].split()),
    )


if __name__ == "__main__":
    sys.exit(main())
