"""Each change between two versions of a document is found, and is breaking for whom it breaks."""

import copy
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.changes.change import ChangeRule, ContractChange
from app.cli.changes.contracts import contract_changes, documents_in, keep_release
from app.cli.changes.operations import openapi_changes
from app.cli.changes.page import changes_page
from app.cli.contracts import commands, contract_documents

Document = dict[str, Any]
Edit = Callable[[Document], object]


def api() -> Document:
    """Return a small API: one operation that sends and receives, one webhook."""
    thing: Document = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string", "format": "uuid", "maxLength": 36},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "state": {"type": "string", "enum": ["on", "off"], "x-open-list": True},
            "size": {"type": "integer", "minimum": 1},
            "parts": {"type": "array", "items": {"type": "string"}},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
    }
    union = {"oneOf": [{"$ref": "#/components/schemas/ThingOut"}], "discriminator": {"propertyName": "kind"}}
    operation = {
        "operationId": "createThing",
        "security": [{"oauth2": ["things:write"]}],
        "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100, "default": 25}}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingIn"}}}},
        "responses": {
            "201": {
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingOut"}}},
            },
            "404": {},
        },
    }
    event = {
        "parameters": [{"name": "webhook-id", "in": "header", "required": True, "schema": {"type": "string"}}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnyOut"}}}},
        "responses": {"2XX": {}, "410": {}},
    }
    return {
        "paths": {"/things": {"post": operation}},
        "webhooks": {"thing.made.v1": {"post": event}},
        "servers": [{"url": "https://hub.example/v1"}],
        "components": {
            "schemas": {"ThingIn": thing, "ThingOut": copy.deepcopy(thing), "AnyOut": union},
            "securitySchemes": {"oauth2": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token"}}}},
        },
    }


def operation(document: Document) -> Document:
    found: Document = document["paths"]["/things"]["post"]
    return found


def webhook(document: Document) -> Document:
    found: Document = document["webhooks"]["thing.made.v1"]["post"]
    return found


def flows(document: Document) -> Document:
    found: Document = document["components"]["securitySchemes"]["oauth2"]["flows"]
    return found


def schema(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def property_of(name: str, **changed: object) -> Callable[[Document], None]:
    """Return an edit of a property of a schema; None removes a key."""

    def edit(thing: Document) -> None:
        node = thing["properties"].setdefault(name, {})
        node.update(changed)
        for key in [key for key, value in node.items() if value is None]:
            del node[key]

    return edit


def changes(edit: Edit) -> list[tuple[ChangeRule, bool]]:
    """Return the rules of the changes that an edit makes, and whether each breaks."""
    new = api()
    edit(new)
    return sorted((each.rule, each.is_breaking) for each in openapi_changes(api(), new))


OF_OPERATIONS: list[tuple[Edit, ChangeRule, bool]] = [
    (lambda it: it["paths"].clear(), ChangeRule.OPERATION_REMOVED, True),
    (lambda it: it["paths"]["/things"].update(get={"responses": {}}), ChangeRule.OPERATION_ADDED, False),
    (lambda it: operation(it).update(operationId="makeThing"), ChangeRule.OPERATION_RENAMED, True),
    (lambda it: operation(it).update(deprecated=True), ChangeRule.DEPRECATED, False),
    (lambda it: operation(it)["parameters"].clear(), ChangeRule.PARAMETER_REMOVED, True),
    (lambda it: operation(it)["parameters"].append({"name": "x", "in": "query"}), ChangeRule.PARAMETER_ADDED, False),
    (
        lambda it: operation(it)["parameters"].append({"name": "x", "in": "header", "required": True}),
        ChangeRule.PARAMETER_REQUIRED,
        True,
    ),
    (lambda it: operation(it)["parameters"][0].update(required=True), ChangeRule.PARAMETER_REQUIRED, True),
    (lambda it: operation(it)["parameters"][0]["schema"].update(maximum=50), ChangeRule.BOUND_TIGHTENED, True),
    (lambda it: operation(it)["parameters"][0]["schema"].update(default=10), ChangeRule.DEFAULT_CHANGED, True),
    (lambda it: operation(it)["requestBody"].update(required=True), ChangeRule.BODY_CHANGED, True),
    (
        lambda it: operation(it)["requestBody"]["content"].update({"text/csv": {}}),
        ChangeRule.MEDIA_TYPE_ADDED,
        False,
    ),
    (lambda it: operation(it)["responses"]["201"]["content"].clear(), ChangeRule.MEDIA_TYPE_REMOVED, True),
    (lambda it: operation(it)["responses"].pop("201"), ChangeRule.STATUS_REMOVED, True),
    (lambda it: operation(it)["responses"].pop("404"), ChangeRule.STATUS_REMOVED, False),
    (lambda it: operation(it)["responses"].update({"202": {}}), ChangeRule.STATUS_ADDED, True),
    (lambda it: operation(it)["responses"].update({"409": {}}), ChangeRule.STATUS_ADDED, False),
    (lambda it: operation(it)["responses"]["201"]["headers"].clear(), ChangeRule.HEADER_REMOVED, True),
    (
        lambda it: operation(it)["responses"]["201"]["headers"].update({"Link": {}}),
        ChangeRule.HEADER_ADDED,
        False,
    ),
    (lambda it: operation(it)["security"][0]["oauth2"].append("more"), ChangeRule.SECURITY_TIGHTENED, True),
    (lambda it: operation(it)["security"][0]["oauth2"].clear(), ChangeRule.SECURITY_LOOSENED, False),
    (lambda it: operation(it).update(security=[]), ChangeRule.SECURITY_LOOSENED, False),
    (lambda it: it["webhooks"].clear(), ChangeRule.WEBHOOK_REMOVED, True),
    (lambda it: it["webhooks"].update({"thing.gone.v1": {"post": {}}}), ChangeRule.WEBHOOK_ADDED, False),
    (lambda it: webhook(it)["parameters"].clear(), ChangeRule.PARAMETER_REMOVED, True),
    (lambda it: webhook(it)["parameters"][0].update(required=False), ChangeRule.PROPERTY_OPTIONAL, True),
    (lambda it: webhook(it)["responses"].pop("410"), ChangeRule.STATUS_REMOVED, True),
    (lambda it: webhook(it).update(operationId="onThing"), ChangeRule.OPERATION_RENAMED, True),
    (lambda it: it["servers"][0].update(url="https://hub.example/v2"), ChangeRule.SERVER_REMOVED, True),
    (lambda it: flows(it)["clientCredentials"].update(tokenUrl="/other"), ChangeRule.LOGIN_CHANGED, True),
    (lambda it: operation(it)["parameters"][0].update(explode=False), ChangeRule.FORM_CHANGED, True),
]
"""An edit of an operation or webhook, what it is, and whether it breaks."""

OF_SCHEMAS: list[tuple[Edit, ChangeRule, bool, bool]] = [
    (lambda it: it["properties"].pop("kind"), ChangeRule.PROPERTY_REMOVED, True, True),
    (property_of("new", type="string"), ChangeRule.PROPERTY_ADDED, False, False),
    (lambda it: it["required"].append("kind"), ChangeRule.PROPERTY_REQUIRED, True, False),
    (lambda it: it["required"].clear(), ChangeRule.PROPERTY_OPTIONAL, False, True),
    (property_of("size", deprecated=True), ChangeRule.DEPRECATED, False, False),
    (property_of("size", type=["integer", "null"]), ChangeRule.TYPE_WIDENED, False, True),
    (property_of("size", type="number"), ChangeRule.TYPE_WIDENED, False, True),
    (property_of("note", anyOf=None, type="string"), ChangeRule.TYPE_NARROWED, True, False),
    (property_of("kind", enum=["a"]), ChangeRule.VALUE_REMOVED, True, False),
    (property_of("kind", enum=["a", "b", "c"]), ChangeRule.VALUE_ADDED, False, True),
    (property_of("kind", enum=None), ChangeRule.LIST_OPENED, False, True),
    (property_of("size", enum=[1, 2]), ChangeRule.LIST_CLOSED, True, False),
    (property_of("state", enum=["on", "off", "broken"]), ChangeRule.VALUE_ADDED, False, False),
    (property_of("size", minimum=2), ChangeRule.BOUND_TIGHTENED, True, False),
    (property_of("size", minimum=None), ChangeRule.BOUND_LOOSENED, False, True),
    (property_of("id", maxLength=40), ChangeRule.BOUND_LOOSENED, False, True),
    (property_of("id", format="uri"), ChangeRule.FORM_CHANGED, True, True),
    (property_of("id", format=None), ChangeRule.FORM_CHANGED, False, True),
    (property_of("id", pattern="^a"), ChangeRule.FORM_CHANGED, True, False),
    (property_of("parts", items={"type": "integer"}), ChangeRule.TYPE_NARROWED, True, False),
    (property_of("parts", uniqueItems=True), ChangeRule.FORM_CHANGED, True, False),
    (property_of("parts", items=None), ChangeRule.TYPE_WIDENED, False, True),
    (property_of("size", multipleOf=5), ChangeRule.FORM_CHANGED, True, False),
    (property_of("kind", enum=None, const="a"), ChangeRule.VALUE_REMOVED, True, False),
    (property_of("kind", enum=None, type=None, const="a"), ChangeRule.VALUE_REMOVED, True, False),
    (property_of("kind", allOf=[{"enum": ["a"]}]), ChangeRule.VALUE_REMOVED, True, False),
    (property_of("kind", allOf=[{"minLength": 1}, {"minLength": 2}]), ChangeRule.BOUND_TIGHTENED, True, False),
    (property_of("size", allOf=[{"minimum": 2}]), ChangeRule.BOUND_TIGHTENED, True, False),
    (property_of("id", allOf=[{"pattern": "^a"}]), ChangeRule.FORM_CHANGED, True, False),
    (lambda it: it.update(additionalProperties=False), ChangeRule.OBJECT_CLOSED, True, False),
    (lambda it: it.update(additionalProperties={"type": "string"}), ChangeRule.TYPE_NARROWED, True, False),
    (lambda it: it["required"].append("not-among-properties"), ChangeRule.PROPERTY_REQUIRED, True, False),
    (lambda it: it.update(allOf=[{"required": ["kind"]}]), ChangeRule.PROPERTY_REQUIRED, True, False),
    (lambda it: it.update(dependentRequired={"kind": ["size"]}), ChangeRule.FORM_CHANGED, True, False),
    (lambda it: it["properties"].update(parts=False), ChangeRule.FORM_CHANGED, True, False),
]
"""An edit of a schema, what it is, and whether it breaks callers, and receivers."""


def of_schema(name: str, edit: Edit) -> list[tuple[ChangeRule, bool]]:
    """Return what :func:`changes` does for an edit of one schema."""
    return changes(lambda it: edit(schema(it, name)))


@pytest.mark.parametrize("name", ["ThingIn", "ThingOut"])
def test_a_change_of_a_schema_breaks_whom_it_breaks(name: str) -> None:
    wrong = [
        (rule, found)
        for edit, rule, of_callers, of_receivers in OF_SCHEMAS
        for found in [of_schema(name, edit)]
        if (rule, of_callers if name == "ThingIn" else of_receivers) not in found
    ]

    assert wrong == []


def test_a_change_of_an_operation_or_webhook_is_found_and_nothing_else() -> None:
    wrong = [
        (rule, is_breaking, changes(edit))
        for edit, rule, is_breaking in OF_OPERATIONS
        if changes(edit) != [(rule, is_breaking)]
    ]

    assert wrong == []


def test_a_union_of_receivers_is_open_if_a_member_tells_its_variants_apart() -> None:
    def add(it: Document) -> None:
        schema(it, "AnyOut")["oneOf"].append({"title": "Other", "type": "object"})

    closed = api()
    del schema(closed, "AnyOut")["discriminator"]
    new = copy.deepcopy(closed)
    add(new)

    assert changes(add) == [(ChangeRule.VARIANT_ADDED, False)]
    assert [(each.rule, each.is_breaking) for each in openapi_changes(closed, new)] == [
        (ChangeRule.VARIANT_ADDED, True)
    ]
    assert [(each.rule, each.is_breaking) for each in openapi_changes(new, closed)] == [
        (ChangeRule.VARIANT_REMOVED, False)
    ]


def test_another_name_of_a_schema_breaks_generated_clients() -> None:
    def rename(it: Document) -> None:
        it["components"]["schemas"]["Thing"] = it["components"]["schemas"].pop("ThingOut")
        answer = operation(it)["responses"]["201"]["content"]["application/json"]
        answer["schema"]["$ref"] = "#/components/schemas/Thing"
        schema(it, "AnyOut")["oneOf"][0]["$ref"] = "#/components/schemas/Thing"

    assert (ChangeRule.SCHEMA_REMOVED, True) in changes(rename)
    assert (ChangeRule.SCHEMA_REPLACED, False) in changes(rename)


def test_every_rule_has_a_pair() -> None:
    paired = {rule for _, rule, *_ in (*OF_OPERATIONS, *OF_SCHEMAS)}

    assert {*ChangeRule} - paired == {
        ChangeRule.DISCRIMINATOR_CHANGED,
        ChangeRule.VARIANT_ADDED,
        ChangeRule.VARIANT_REMOVED,
        ChangeRule.SCHEMA_REMOVED,
        ChangeRule.SCHEMA_REPLACED,
    }


def between(name: str, old: Document, new: Document, **others: Document) -> list[tuple[ChangeRule, bool]]:
    """Return the changes between two forms of a member of a named schema; ``others`` are further named schemas."""
    before, after = api(), api()
    for document, form in ((before, old), (after, new)):
        document["components"]["schemas"].update(copy.deepcopy(others))
        schema(document, name)["properties"]["member"] = form
    return sorted((each.rule, each.is_breaking) for each in openapi_changes(before, after))


REF: Document = {"$ref": "#/components/schemas/Named"}
NULL: Document = {"type": "null"}


def test_what_is_said_besides_a_reference_is_compared_too() -> None:
    named: Document = {"type": "string", "maxLength": 100}
    union: Document = {"oneOf": [{"title": "A", "type": "string"}, {"title": "B", "type": "integer"}]}
    narrower: list[tuple[Document, Document, ChangeRule]] = [
        (REF, REF | {"maxLength": 10}, ChangeRule.BOUND_TIGHTENED),
        ({"allOf": [REF]}, {"allOf": [REF], "maxLength": 10}, ChangeRule.BOUND_TIGHTENED),
        ({"anyOf": [REF, NULL]}, REF, ChangeRule.TYPE_NARROWED),
        ({"anyOf": [REF, NULL]}, {"anyOf": [REF]}, ChangeRule.TYPE_NARROWED),
    ]

    for target in (named, union):
        for old, new, rule in narrower:
            assert between("ThingIn", old, new, Named=target) == [(rule, True)]
            assert between("ThingOut", old, new, Named=target) == [(rule, False)]
    for same in (REF, {"allOf": [REF]}, {"oneOf": [REF]}):
        assert between("ThingIn", REF, same, Named=named) == []


def test_a_union_is_compared_with_what_is_said_besides_its_variants() -> None:
    one, other = {"title": "A", "type": "object"}, {"title": "B", "type": "object"}
    union: Document = {"oneOf": [one, other, NULL], "required": ["a"]}

    assert between("ThingIn", union, union | {"required": ["a", "b"]}) == [(ChangeRule.PROPERTY_REQUIRED, True)]
    assert between("ThingOut", union, union | {"required": []}) == [(ChangeRule.PROPERTY_OPTIONAL, True)]
    assert between("ThingIn", union, union | {"oneOf": [one, other]}) == [(ChangeRule.TYPE_NARROWED, True)]
    assert between("ThingOut", union | {"oneOf": [one, NULL]}, union) == [(ChangeRule.VARIANT_ADDED, True)]


def test_a_member_that_tells_variants_apart_does_not_change() -> None:
    one, other = {"title": "A", "type": "object"}, {"title": "B", "type": "object"}
    kinds: Document = {"propertyName": "kind", "mapping": {"a": "#/x/A", "b": "#/x/B"}}
    union: Document = {"oneOf": [one, other], "discriminator": kinds}
    swapped = kinds | {"mapping": {"a": "#/x/B", "b": "#/x/A"}}

    for name in ("ThingIn", "ThingOut"):
        changed = (ChangeRule.DISCRIMINATOR_CHANGED, True)
        assert between(name, union, union | {"discriminator": kinds | {"propertyName": "type"}}) == [changed]
        assert between(name, union, {"oneOf": [one, other]}) == [changed]
        assert between(name, union, union | {"discriminator": swapped}) == [changed, changed]
        assert between(name, {"oneOf": [one, other]}, union) == [(ChangeRule.DISCRIMINATOR_CHANGED, False)]


def test_a_schema_that_refers_to_itself_is_compared_once() -> None:
    trees: list[Document] = [
        {"anyOf": [REF, NULL]},
        {"type": "array", "items": {"anyOf": [REF, NULL]}},
        {"allOf": [REF, {"required": ["size"]}]},
        {"anyOf": [REF, {"type": "string"}, NULL]},
    ]

    for parent in trees:
        tree: Document = {"type": "object", "properties": {"parent": parent, "size": {"type": "integer"}}}
        assert between("ThingIn", REF, REF, Named=tree) == []
        assert (ChangeRule.BOUND_TIGHTENED, True) in between("ThingIn", REF, REF | {"minimum": 1}, Named=tree)
    for itself in (REF, {"allOf": [REF, {"type": "string"}]}, {"anyOf": [REF, NULL]}, {"oneOf": [REF]}):
        assert between("ThingIn", {"allOf": [{}, {}]}, {"allOf": [{}, {}]}, Named=itself) == []
        between("ThingIn", {"type": "string"}, REF, Named=itself)


def test_a_parameter_of_all_operations_of_a_path_is_one_of_each() -> None:
    def move(it: Document) -> None:
        it["paths"]["/things"]["parameters"] = operation(it).pop("parameters")

    def move_to_header(it: Document) -> None:
        operation(it)["parameters"][0]["in"] = "header"

    def write_alike(it: Document) -> None:
        headers = operation(it)["responses"]["201"]["headers"]
        headers["etag"] = headers.pop("ETag")

    assert changes(move) == []
    assert changes(move_to_header) == [(ChangeRule.PARAMETER_ADDED, False), (ChangeRule.PARAMETER_REMOVED, True)]
    assert changes(write_alike) == []


def test_the_same_documents_have_no_changes() -> None:
    assert list(openapi_changes(api(), api())) == []


def test_a_change_says_where_and_what() -> None:
    new = api()
    schema(new, "ThingOut")["properties"]["parts"]["items"]["type"] = ["string", "null"]

    assert [each.line for each in openapi_changes(api(), new)] == [
        "`ThingOut` in answers and events: `parts[]` is null or string now, and was string"
    ]


def of_contracts(edit: Callable[[dict[str, Any]], object]) -> list[ContractChange]:
    """Return the changes that an edit of today's documents makes."""
    documents, changed = contract_documents(), copy.deepcopy(dict(contract_documents()))
    edit(changed)
    return contract_changes(documents, changed)


def test_the_documents_of_events_are_compared_too() -> None:
    closed = "events/nl.trajecthub.referrals.closed.v1.json"

    def drop_promise(it: dict[str, Any]) -> None:
        it[closed]["required"] = []

    (of_event,) = of_contracts(drop_promise)
    (of_message,) = of_contracts(
        lambda it: it["asyncapi.v1.json"]["components"]["messages"]["referralsClosed"]["headers"]["properties"].pop(
            "webhook-redelivery"
        )
    )

    assert of_event.line == "`ReferralsClosedData` in answers and events: `referral` is no longer required"
    assert of_message.rule is ChangeRule.PROPERTY_REMOVED
    assert of_event.is_breaking
    assert of_message.is_breaking
    assert of_contracts(lambda it: it.pop(closed))[0].rule is ChangeRule.WEBHOOK_REMOVED
    assert of_contracts(lambda it: None) == []


def test_the_page_says_once_what_changed_in_many_operations_alike(tmp_path: Path) -> None:
    older, newer = contract_documents(), copy.deepcopy(dict(contract_documents()))
    for path in ("/code-lists", "/code-lists/{name}", "/organisations", "/referrals"):
        newer["hub.v1.json"]["paths"][path]["get"]["responses"]["418"] = {}
    newer["hub.v1.json"]["paths"]["/referrals"]["get"]["responses"]["200"]["headers"].pop("Link")
    keep_release(tmp_path, "0.9.0", older)
    keep_release(tmp_path, "0.10.0", newer)

    page = changes_page(tmp_path, newer)

    assert "## Unreleased, since 0.10.0\n\nNothing." in page
    assert page.index("## 0.10.0") < page.index("## 0.9.0\n\nThe first release.")
    assert "### Breaking\n\n- `GET /referrals`, answer 200: no longer has the header `Link`" in page
    assert "- 4 times: can be answered with 418 too: `GET /code-lists/{name}`, `GET /code-lists`, " in page


def test_a_release_keeps_the_documents_as_they_were(tmp_path: Path) -> None:
    documents = contract_documents()

    folder = keep_release(tmp_path, "0.1.0", documents)

    assert documents_in(folder) == documents
    with pytest.raises(FileExistsError):
        keep_release(tmp_path, "0.1.0", documents)


def test_a_release_that_cannot_be_read_is_named_in_one_sentence(tmp_path: Path) -> None:
    folder = keep_release(tmp_path, "0.1.0", contract_documents())
    nowhere = {"paths": {"/referrals": {"get": {"responses": {"200": {"$ref": "#/components/none"}}}}}}
    unusable = {
        ("hub.v1.json.gz", b"no gzip"): "its hub.v1.json.gz cannot be read",
        ("hub.v1.json.gz", gzip.compress(b"{}")[:12]): "its hub.v1.json.gz cannot be read",
        ("hub.v1.json.gz", gzip.compress(b"[]")): "its hub.v1.json.gz is no JSON object",
        ("hub.v1.json.gz", gzip.compress(json.dumps(nowhere).encode())): "#/components/none leads nowhere",
        ("asyncapi.v1.json.gz", gzip.compress(b"[" * 100_000)): "its asyncapi.v1.json.gz cannot be read",
        ("asyncapi.v1.json.gz", gzip.compress(b"{}")): "are not as OpenAPI and AsyncAPI ask",
        ("accepted.md", b"\xff"): "its accepted.md cannot be read",
    }

    for (name, content), said in unusable.items():
        kept = (folder / name).read_bytes() if (folder / name).exists() else b""
        (folder / name).write_bytes(content)
        answer = CliRunner().invoke(commands, ["contracts", f"--against={folder}"], env={"COLUMNS": "400"})
        (folder / name).write_bytes(kept)

        assert (answer.exit_code, type(answer.exception)) == (2, SystemExit), name
        assert said in answer.output


def test_a_folder_that_is_no_release_is_named_in_one_sentence(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        answer = CliRunner().invoke(commands, ["contracts", f"--against={folder}"], env={"COLUMNS": "400"})

        assert (answer.exit_code, type(answer.exception)) == (2, SystemExit)
        assert "it has no hub.v1.json" in answer.output
