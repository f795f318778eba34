"""What schemathesis does in the stateful phase of ``python -m clients.fuzz``: chains start from valid data.

Loaded by schemathesis, which runs in a process of its own. Made-up data seldom make a record, so most requests with
valid data are sent with an example of the document, a fresh key and what the sandbox knows; the others as made up.
"""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.cli import EventHandler, handler
from schemathesis.core.failures import Failure
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.engine import events
from schemathesis.engine.recorder import CaseNode, ScenarioRecorder
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import EnsureResourceAvailability
from typing_extensions import override

FACTS = "FUZZ_FACTS"
"""The variable with a JSON object: what is sent instead of the values of examples, by the name of the field."""
OWN_CODE = "FUZZ_OWN_CODE"
"""The variable with the code of the calling organisation, which is the id of its client too."""
FOLLOWED = "FUZZ_FOLLOWED"
"""The variable with the path of the file for how often each link was followed."""
SEED = "FUZZ_SEED"
"""The variable with the seed of what is chosen here."""

_AS_MADE_UP = 0.15
"""The part of the requests with valid data that is sent as they were made up."""
_SYSTEMS = ("allegro", "gidso", "rmw")
_OPEN_STATUSES = frozenset({"attended", "confirmed", "missed", "open", "pending", "received", "running", "scheduled"})
"""The statuses of records with which something can still be done."""
_NEW_RECORDS = {"organisationCode": "saveOrganisation", "clientId": "saveApiClient"}
"""The operations that make a record with an id that the caller chooses, by the parameter with that id."""
_random = Random(os.environ.get(SEED))


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Let a request with valid data of the stateful phase be one that can succeed."""
    meta = case.meta
    if meta is None or meta.phase.name is not TestPhase.STATEFUL:
        return
    _spare_the_caller(case)
    if case.path == "/events" and meta.generation.mode.is_positive:
        case.query["wait"] = 0
    if meta.generation.mode.is_positive and _random.random() > _AS_MADE_UP:
        _use_example(case)
        _choose(case)
        case.headers["Idempotency-Key"] = str(uuid4())


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Return whether a failure is one: what a preview does not find is the referral in its body."""
    return not (isinstance(failure, EnsureResourceAvailability) and case.path.endswith("/preview"))


def _spare_the_caller(case: Case[Any]) -> None:
    """Change a record that is not there in place of the caller's own, without which it could try nothing more."""
    for name in _NEW_RECORDS:
        if case.method != "GET" and case.path_parameters.get(name) == os.environ[OWN_CODE]:
            case.path_parameters[name] = _fresh()


def _use_example(case: Case[Any]) -> None:
    examples = list(_examples(case))
    if examples:
        facts = json.loads(os.environ[FACTS])
        if case.path == "/referrals":
            facts["reference"] = _fresh()
        if _often():
            # The receiver at the address of the examples consents to nothing.
            del facts["url"]
        body = _random.choice(examples)
        case.body = {**body, **{name: value for name, value in facts.items() if name in body}}


def _examples(case: Case[Any]) -> Iterator[Mapping[str, Any]]:
    """Return the bodies that the document shows for an operation."""
    document = case.operation.schema.raw_schema
    for content in case.operation.definition.raw.get("requestBody", {}).get("content", {}).values():
        for example in content.get("examples", {}).values():
            name = example.get("$ref", "").rpartition("/")[2]
            yield (document["components"]["examples"][name] if name else example)["value"]


def _choose(case: Case[Any]) -> None:
    """Ask for all of a list or for one status of it, for each partner, and make a new record every other time."""
    operation_id = case.operation.definition.raw["operationId"]
    case.query = {"wait": 0} if case.path == "/events" else {}
    for parameter in case.operation.query:
        if parameter.name in {"state", "status"} and _often():
            values = parameter.definition["schema"]["enum"]
            case.query[parameter.name] = _random.choice([each for each in values if each in _OPEN_STATUSES] or values)
    if operation_id == "getPartner" and _often():
        case.path_parameters["system"] = _random.choice(_SYSTEMS)
    for name, saving in _NEW_RECORDS.items():
        if operation_id == saving and _often():
            case.path_parameters[name] = _fresh()
            case.headers.pop("If-Match", None)


def _often() -> bool:
    return _random.random() < 0.6


def _fresh() -> str:
    return f"fuzz-{uuid4().hex[:12]}"


@handler()
class CountFollowed(EventHandler[Any]):
    """Counts how often each link was followed, by the status of the answer."""

    def __init__(self, *args: Any, **params: Any) -> None:
        self._statuses: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._requests = 0

    @override
    def handle_event(self, ctx: Any, event: events.EngineEvent) -> None:
        """Count what a scenario followed."""
        if isinstance(event, events.ScenarioFinished):
            self._requests += len(event.recorder.interactions)
            for link, status in _followed(event.recorder):
                self._statuses[link][status] += 1

    @override
    def shutdown(self, ctx: Any) -> None:
        """Write the counts to the file that the command reads."""
        Path(os.environ[FOLLOWED]).write_text(json.dumps({"requests": self._requests, "links": self._statuses}))


def _followed(recorder: ScenarioRecorder) -> Iterator[tuple[str, int]]:
    """Return the links whose parameters were all sent, and the status of each answer."""
    for case_id, node in recorder.cases.items():
        interaction = recorder.interactions.get(case_id)
        if interaction and interaction.response and node.transition and _was_sent(node):
            yield node.transition.id, interaction.response.status_code


def _was_sent(node: CaseNode) -> bool:
    assert node.transition
    return all(
        isinstance(stated.value, Ok) and getattr(node.value, container).get(name) == stated.value.ok()
        for container, parameters in node.transition.parameters.items()
        for name, stated in parameters.items()
    )
