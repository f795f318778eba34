"""The OpenAPI document says everything that a caller needs."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport

from app.api.app import create_api
from app.api.openapi.document import document
from app.api.schemas.fields import Out
from app.api.shown_once import ShowsSecret
from app.api.state import AppState
from app.operations.access.clients import SCOPES
from tests.api.conftest import Api
from tests.support.api_calls import Json, refer
from tests.support.documented import resolved

DOCUMENT = document()
SCHEMAS: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"]
SECRET = re.compile(r"secret(?!_expires_at)|private|password|token")
OPEN = {"/openapi.json", "/without-webhooks/openapi.json", "/code-lists", "/code-lists/{name}", "/event-schemas/{type}"}
OPERATION_ID = re.compile(r"([a-z]+)([A-Z][a-z]+)+")
READING = ("get", "list")
# Names of the standard libraries of C#, Java, Python, TypeScript and PHP, or of what generators add.
CLASHES = {
    *("Action", "Array", "Client", "Condition", "Date", "Effect", "Enum", "Error", "Event", "Exception", "Field"),
    *("File", "Function", "List", "Map", "Model", "Number", "Object", "Option", "Optional", "Process", "Reason"),
    *("Record", "Result", "Set", "String", "System", "Task", "Thread", "Threat", "Type", "Version"),
}
QUESTIONS = {
    "/feedback-policies/explanation",
    "/records/_search",
    "/referrals/_search",
    "/subscriptions/{subscriptionId}/preview",
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation | {"parameters": [resolved(each) for each in operation["parameters"]]}


def test_every_operation_is_described_with_the_dutch_term() -> None:
    lacking = [
        f"{method} {path}"
        for path, method, operation in operations()
        if not (operation["summary"] and "*" in operation["description"] and operation["tags"])
    ]

    assert lacking == []


def test_every_operation_names_its_scopes() -> None:
    wrong = [
        f"{method} {path}"
        for path, method, operation in operations()
        if not (bool(operation["security"]) is names_a_scope(operation) is (path not in OPEN))
        or not scopes_of(operation) <= set(SCOPES)
    ]

    assert wrong == []


def scopes_of(operation: dict[str, Any]) -> set[str]:
    return {scope for each in operation["security"] for names in each.values() for scope in names}


def names_a_scope(operation: dict[str, Any]) -> bool:
    # Where one of several scopes will do, which OpenAPI cannot say, the description names them.
    return bool(scopes_of(operation)) or any(scope in operation["description"] for scope in SCOPES)


def test_every_operation_names_its_problems() -> None:
    missing = {
        f"{method} {path}": problems - set(operation["responses"])
        for path, method, operation in operations()
        for problems in [{"400"} if path in OPEN else {"400", "401", "403"}]
    }

    assert {name: each for name, each in missing.items() if each} == {}
    assert [path for path, _, operation in operations() if "422" in operation["responses"]] == []


def test_every_write_and_nothing_else_asks_for_an_idempotency_key() -> None:
    wrong = [
        f"{method} {path}"
        for path, method, operation in operations()
        for headers in [{each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"}]
        if ("Idempotency-Key" in headers) is not (method != "get" and path not in QUESTIONS)
    ]

    assert wrong == []


def test_a_precondition_is_asked_for_exactly_where_it_is_checked() -> None:
    wrong = [
        f"{method} {path}"
        for path, method, operation in operations()
        for asks in ["If-Match" in {each["name"] for each in operation.get("parameters", ())}]
        if not (asks is ("412" in operation["responses"]) is ("428" in operation["responses"]))
    ]

    assert wrong == []


def test_a_precondition_is_required_of_every_change_but_one_that_may_make_the_record() -> None:
    optional = {
        operation["operationId"]
        for _, _, operation in operations()
        for each in operation.get("parameters", ())
        if each["name"] == "If-Match" and not each["required"]
    }

    assert optional == {"saveApiClient", "saveOrganisation"}


def test_what_is_open_to_all_is_limited_for_no_client() -> None:
    limited = {path for path, _, operation in operations() if "429" in operation["responses"]}

    assert limited == set(DOCUMENT["paths"]) - OPEN


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]

    assert len(ids) == len(set(ids))


def test_an_operation_id_is_a_verb_and_what_it_is_done_to() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]

    assert [each for each in ids if not OPERATION_ID.fullmatch(each)] == []


def test_reading_operations_get_one_record_or_list_many() -> None:
    verbs = {
        verb_of(operation): method
        for _, method, operation in operations()
        if method == "get" or verb_of(operation) in READING
    }

    assert verbs == dict.fromkeys(READING, "get")


def test_no_schema_hides_a_type_of_the_language_of_a_client() -> None:
    assert sorted(CLASHES & set(DOCUMENT["components"]["schemas"])) == []


def test_everything_is_described() -> None:
    lacking = [
        *(name for name, schema in SCHEMAS.items() if not schema.get("description")),
        *(f"{name}.{field}" for name, field, schema in fields() if not {"description", "$ref"} & schema.keys()),
        *(
            f"{operation['operationId']} {each['name']}"
            for _, _, operation in operations()
            for each in operation["parameters"]
            if not each["description"]
        ),
        *(
            f"{operation['operationId']} {status}"
            for _, _, operation in operations()
            for status, each in operation["responses"].items()
            if resolved(each)["description"] in {"", "Successful Response"}
        ),
    ]

    assert lacking == []


def test_codes_and_objects_have_a_schema_with_a_name() -> None:
    inline = [
        f"{name}.{field}"
        for name, field, schema in fields()
        for part in (schema, schema.get("items", {}), *schema.get("anyOf", ()))
        if "enum" in part or "properties" in part
    ]

    assert inline == []


def test_no_title_repeats_a_name_and_no_default_is_an_object() -> None:
    assert [name for name, schema in SCHEMAS.items() if schema.get("title", name) != name] == []
    assert [(name, field) for name, field, schema in fields() if "title" in schema] == []
    assert [(name, field) for name, field, schema in fields() if isinstance(schema.get("default"), dict | list)] == []


def test_every_integer_has_a_format() -> None:
    lacking = [name for name, schema in all_integers("", DOCUMENT["components"]) if "format" not in schema]

    assert lacking == []


def test_the_codes_of_problems_and_rules_are_those_of_the_reference_of_errors() -> None:
    reference = Path(__file__).parents[2] / "docs" / "reference"
    page = (reference / "errors.md").read_text()

    assert SCHEMAS["ProblemCode"]["enum"] == sorted(path.stem for path in (reference / "errors").glob("*.md"))
    assert [rule for rule in SCHEMAS["InputRule"]["enum"] if f"`{rule}`" not in page] == []


def test_a_component_has_a_name_that_says_what_it_is() -> None:
    numbered = [
        name
        for kind in ("parameters", "responses", "schemas")
        for name in DOCUMENT["components"][kind]
        if name[-1].isdigit()
    ]

    assert numbered == []


def test_every_link_names_an_operation_and_parameters_of_it() -> None:
    known = {operation["operationId"]: operation for _, _, operation in operations()}
    wrong = [
        name
        for name, link in DOCUMENT["components"]["links"].items()
        for operation in [known[link["operationId"]]]
        if {each.removeprefix("header.") for each in link["parameters"]}
        - {each["name"] for each in operation["parameters"]}
    ]

    assert wrong == []


async def test_the_links_of_what_was_made_lead_to_it(dock: Api) -> None:
    made = {
        "createReferral": await refer(dock),
        "createSubscription": (
            await dock.post("/v1/subscriptions", json={"url": "https://hooks.example.nl/hub"})
        ).json(),
    }

    answers = {
        address: (await dock.get(address)).status_code
        for operation_id, body in made.items()
        for address in addresses_of_links(operation_id, body)
    }

    assert set(answers.values()) == {200}
    assert len(answers) > 6


def test_a_link_leads_to_every_operation_on_a_record() -> None:
    reached = {link["operationId"] for link in DOCUMENT["components"]["links"].values()}
    without = {
        operation["operationId"]
        for _, _, operation in operations()
        if any(each["in"] == "path" for each in map(resolved, operation["parameters"]))
    } - reached

    assert without == set()


def addresses_of_links(operation_id: str, body: Json) -> Iterator[str]:
    """Return the addresses of what can be read by the links of the answer with this body."""
    paths = {operation["operationId"]: (path, method) for path, method, operation in operations()}
    (answer,) = (
        operation["responses"]["201"] for _, _, operation in operations() if operation["operationId"] == operation_id
    )
    for link in map(resolved, answer["links"].values()):
        path, method = paths[link["operationId"]]
        if method == "get":
            for name, source in link["parameters"].items():
                path = path.replace(f"{{{name}}}", body[source.rpartition("/")[2]])
            yield f"/v1{path}"


def all_integers(place: str, part: object) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(part, list):
        for each in part:
            yield from all_integers(place, each)
    if not isinstance(part, dict):
        return
    kind = part.get("type")
    if "integer" in (kind if isinstance(kind, list) else [kind]):
        yield place, part
    for name, each in part.items():
        yield from all_integers(f"{place}/{name}", each)


def fields() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, schema in SCHEMAS.items():
        for field, each in schema.get("properties", {}).items():
            yield name, field, each


def verb_of(operation: dict[str, Any]) -> str:
    found = OPERATION_ID.fullmatch(operation["operationId"])
    return found[1] if found else ""


@pytest.mark.sqlite
async def test_the_document_is_made_before_the_first_request(hub: AppState) -> None:
    url = "https://just.started.example"
    api = create_api(replace(hub, public_url=url))
    made = document.cache_info().misses

    async with Api(transport=ASGITransport(api), base_url=url) as client:
        answer = await client.get("/v1/openapi.json")

    assert answer.json()["servers"][0]["url"] == f"{url}/v1"
    assert document.cache_info().misses == made


def test_no_response_that_is_stored_for_repetition_shows_a_secret() -> None:
    """A response with a secret is a ``ShowsSecret``, which is stored without it."""
    unstored = [
        f"{model.__name__}.{name}"
        for model in response_models(Out)
        if ShowsSecret not in model.__mro__
        for name in model.model_fields
        if SECRET.search(name)
    ]

    assert unstored == []


def response_models(base: type[Out]) -> Iterator[type[Out]]:
    for model in base.__subclasses__():
        yield model
        yield from response_models(model)
