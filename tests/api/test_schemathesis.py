"""Whatever the document allows, and some of what it does not, is answered as the document says, and never by a bug."""

import asyncio
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
from app.sandbox.runtime import serving
from tests.api.conftest import Api, SignIn, token_of
from tests.support.api_calls import refer
from tests.support.quarantine import fill_quarantine

pytestmark = pytest.mark.slow

load_all_checks()

PROMISES: Any = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)
CALLERS = ["dock", "etf", "operator"]
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
        self.statuses: list[int] = []
        self.tried: set[str] = set()
        self._turn = count()

    def make(self, operations: Sequence[Any]) -> None:
        """Try every operation with valid data, then with invalid data."""
        for mode, operation in product(MODES, operations):
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
        self.statuses.append(answered.status_code)
        self.tried.add(case.operation.label)
        case.validate_response(answered, checks=PROMISES)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("client", CALLERS)
async def test_answers_are_as_the_document_says(
    hub: AppState, app: ASGIApp, sign_in: SignIn, dock: Api, operator: Api, client: str
) -> None:
    made = await refer(dock, reference="K-1")
    await fill_quarantine(hub)
    listed = await (await sign_in(client)).get("/v1/referrals")
    held = await operator.get("/v1/partners/allegro/quarantine")
    asked = await operator.post("/v1/partners/allegro/jobs", json={"kind": "reconcile"})
    known = {
        "referralId": listed.json()["items"][0]["id"],
        "system": "allegro",
        "quarantinedId": held.json()["items"][0]["id"],
        "jobId": asked.json()["id"],
    }
    found = schemathesis.openapi.from_dict(document()).get_all_operations()
    operations = [each.ok() for each in found if isinstance(each, Ok)]

    async with serving(app) as server:
        attempts = Attempts(client, f"{server.url}/v1", await token_of(hub, client), known)
        await asyncio.to_thread(attempts.make, operations)

    assert made["status"] == "received"
    assert attempts.tried == {operation.label for operation in operations}
    assert not [status for status in attempts.statuses if status >= 500]
