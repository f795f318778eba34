"""Whatever the document allows, and some of what it does not, is answered as the document says, and never by a bug."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from itertools import count, product
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok
from starlette.types import ASGIApp

from app.api.openapi.document import document
from app.api.state import AppState
from app.database import Database
from app.operations.access.clients import SCOPES, save_client
from app.sandbox.runtime import serving
from tests.api.conftest import CLIENTS, PROCESSES, REFERS, SECRET, Api, SignIn, token_of
from tests.support.api_calls import refer
from tests.support.quarantine import fill_quarantine

pytestmark = pytest.mark.slow

load_all_checks()

# These look at what a request lacks or has wrong; every request here gets the headers that make it reach its operation.
WITH_OTHER_REQUESTS = {"missing_required_header", "negative_data_rejection", "positive_data_acceptance"}
PROMISES: Any = [each for each in CHECKS.get_all() if each.__name__ not in WITH_OTHER_REQUESTS]
CALLERS = ["dock", "etf", "operator"]
OPERATORS_SCOPES = set(SCOPES) - REFERS - PROCESSES
NOT_FOR_ROLE = {"dock": OPERATORS_SCOPES | {"referrals:process", "trajectories:write"}, "etf": OPERATORS_SCOPES}
"""What the role of a client does not do, by the scopes that it needs, also if the client has them."""

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)

EXAMPLES = settings(
    max_examples=2,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""Half of the time goes into making data, so there are few for each operation, and other ones for each caller."""


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Return the faster store: this is about the edge, which is the same on both."""
    return sqlite_database


class Attempts:
    """Makes requests of one caller and checks the answers."""

    def __init__(self, client: str, base_url: str, token: str, known: dict[str, str]) -> None:
        self.seed = CALLERS.index(client)
        self.base_url = base_url
        self.headers = {"Authorization": f"Bearer {token}"}
        self.known = known
        self.statuses: dict[str, set[int]] = defaultdict(set)
        self._turn = count()

    def make(self, operations: Sequence[Any], modes: Sequence[GenerationMode] = MODES) -> None:
        """Try every operation with valid data, then with invalid data."""
        for mode, operation in product(modes, operations):
            self._try(operation, mode)

    def _try(self, operation: Any, mode: GenerationMode) -> None:
        @seed(self.seed)
        @EXAMPLES
        @given(case=operation.as_strategy(generation_mode=mode))
        def examples(case: Case[Any]) -> None:
            self._send(case)

        # An operation that takes nothing cannot be given anything invalid.
        with suppress(Unsatisfiable):
            examples()

    def _send(self, case: Case[Any]) -> None:
        headers = self.headers | {"Idempotency-Key": str(uuid4()), "If-Match": "*"}
        # Every other request is about a record that exists.
        if next(self._turn) % 2 == 0:
            case.path_parameters.update({name: id for name, id in self.known.items() if name in case.path_parameters})
        if case.path == "/events":
            case.query["wait"] = 0
        answered = case.call(base_url=self.base_url, headers=headers)
        self.statuses[case.operation.label].add(answered.status_code)
        case.validate_response(answered, checks=PROMISES)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("client", CALLERS)
async def test_answers_are_as_the_document_says(
    hub: AppState, app: ASGIApp, sign_in: SignIn, dock: Api, operator: Api, client: str
) -> None:
    known = await known_records(hub, client, sign_in, dock, operator)
    operations = all_operations()

    async with serving(app) as server:
        attempts = Attempts(client, f"{server.url}/v1", await token_of(hub, client), known)
        await asyncio.to_thread(attempts.make, operations)

    assert set(attempts.statuses) == {operation.label for operation in operations}
    assert not [name for name, statuses in attempts.statuses.items() if max(statuses) >= 500]
    beyond = [each.label for each in operations if not scopes_of(each) <= CLIENTS[client][1]]
    assert bool(beyond) == (client != "operator")
    assert done(attempts, beyond) == {}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("client", NOT_FOR_ROLE)
async def test_no_scope_does_what_a_role_does_not(
    hub: AppState, app: ASGIApp, sign_in: SignIn, dock: Api, operator: Api, client: str
) -> None:
    known = await known_records(hub, client, sign_in, dock, operator)
    code, every = CLIENTS[client][0], set(SCOPES)
    await hub.db.write(save_client, hub.services, client, organisation_code=code, scopes=every, secret=SECRET)
    operations = [each for each in all_operations() if scopes_of(each) & NOT_FOR_ROLE[client]]

    async with serving(app) as server:
        attempts = Attempts(client, f"{server.url}/v1", await token_of(hub, client), known)
        await asyncio.to_thread(attempts.make, operations, [GenerationMode.POSITIVE])

    assert done(attempts, list(attempts.statuses)) == {}
    # What a step of a case does not find or cannot read is refused before the role is looked at.
    operators = [each.label for each in operations if scopes_of(each) & OPERATORS_SCOPES]
    assert [name for name in operators if 403 not in attempts.statuses[name]] == []


def all_operations() -> list[Any]:
    found = schemathesis.openapi.from_dict(document()).get_all_operations()
    return [each.ok() for each in found if isinstance(each, Ok)]


def scopes_of(operation: Any) -> set[str]:
    """Return the scopes that an operation needs, as the document says."""
    return {scope for way in operation.definition.raw.get("security", []) for scope in way.get("oauth2", [])}


def done(attempts: Attempts, names: Sequence[str]) -> dict[str, set[int]]:
    """Return which of these operations did not refuse every attempt, with their statuses."""
    return {name: attempts.statuses[name] for name in names if min(attempts.statuses[name]) < 400}


async def known_records(hub: AppState, client: str, sign_in: SignIn, dock: Api, operator: Api) -> dict[str, str]:
    """Make a record of each kind, and return the ids by which a client knows them."""
    await refer(dock, reference="K-1")
    await fill_quarantine(hub)
    listed = await (await sign_in(client)).get("/v1/referrals")
    held = await operator.get("/v1/partners/allegro/quarantine")
    asked = await operator.post("/v1/partners/allegro/jobs", json={"kind": "reconcile"})
    return {
        "referralId": listed.json()["items"][0]["id"],
        "system": "allegro",
        "quarantinedId": held.json()["items"][0]["id"],
        "jobId": asked.json()["id"],
    }
