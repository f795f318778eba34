"""The contracts with the partners are valid and described, have examples, and are what the simulators serve."""

import json

import pytest
import schemathesis
from lxml import etree
from starlette.applications import Starlette

from app.domain.codes import System
from app.sandbox.allegro.faults import AllegroFaults
from app.sandbox.gidso.faults import GidsoFaults
from app.sandbox.runtime import SettableClock, Store
from app.sandbox.simulate import SIMULATORS
from tests.support.contracts import (
    JSON_CONTRACTS,
    OPENAPI,
    XS,
    XSD,
    contents_of,
    described_operations,
    examples_of,
    operations,
    resolved,
    served_operations,
    unlimited,
    validator,
)
from tests.support.rmw_env import SOAP

RMW_OPERATIONS = {"lijstAanmeldingen", "geefAanmelding", "wijzigAanmeldcodeStatus", "meldDoorverwijzing", "sluitTab"}


@pytest.mark.parametrize("name", OPENAPI)
def test_the_contract_is_an_openapi_document(name: str) -> None:
    schemathesis.openapi.from_dict(OPENAPI[name]).validate()


@pytest.mark.parametrize("name", OPENAPI)
def test_every_operation_is_explained_and_says_how_it_fails(name: str) -> None:
    for path, method, operation in operations(name):
        answers = operation["responses"]

        assert operation["summary"], path
        assert operation["description"], path
        assert operation["operationId"], path
        # A token is requested without a token, and RMW refuses by a fault.
        if name != "rmw" and path != "/oauth/token":
            assert {"401", "429", "503"} <= set(answers), (path, method)


@pytest.mark.parametrize("name", OPENAPI)
def test_waiting_times_are_announced_in_a_header(name: str) -> None:
    for path, _, operation in operations(name):
        for status in {"429", "503"} & set(operation["responses"]):
            assert "Retry-After" in resolved(name, operation["responses"][status])["headers"], path


@pytest.mark.parametrize("name", OPENAPI)
def test_every_body_and_every_answer_has_an_example(name: str) -> None:
    without = [
        (path, method, what)
        for path, method, operation in operations(name)
        for what, content in contents_of(name, operation)
        if not examples_of(content)
    ]

    assert without == []


@pytest.mark.parametrize("name", JSON_CONTRACTS)
def test_every_example_is_by_its_schema(name: str) -> None:
    for _, _, operation in operations(name):
        for _, content in contents_of(name, operation):
            for example in examples_of(content):
                validator(name, content["schema"]).validate(example)
        for parameter in operation.get("parameters", ()):
            for example in examples_of(resolved(name, parameter)):
                validator(name, resolved(name, parameter)["schema"]).validate(example)


@pytest.mark.parametrize("name", OPENAPI)
def test_every_parameter_is_described(name: str) -> None:
    shared = [each for path in OPENAPI[name]["paths"].values() for each in path.get("parameters", ())]
    own = [each for _, _, operation in operations(name) for each in operation.get("parameters", ())]

    assert [each for each in (*shared, *own) if not resolved(name, each).get("description")] == []


@pytest.mark.parametrize("name", JSON_CONTRACTS)
def test_no_text_is_without_a_longest_length(name: str) -> None:
    schemas = OPENAPI[name]["components"]["schemas"]

    assert [path for kind, schema in schemas.items() for path in unlimited(name, schema, kind)] == []


def test_everything_in_the_schema_of_rmw_is_described() -> None:
    named = [each for kind in ("element", "complexType", "simpleType", "group") for each in XSD.iter(f"{XS}{kind}")]
    listed = [*named, *XSD.iter(f"{XS}enumeration")]

    silent = [
        each.get("name") or each.get("value")
        for each in listed
        if (each.get("name") or each.get("value"))
        and not each.findtext(f"{XS}annotation/{XS}documentation", "").strip()
    ]

    assert silent == []


def test_no_element_of_rmw_is_a_text_without_a_longest_length() -> None:
    assert [each.get("name") for each in XSD.iter(f"{XS}element") if each.get("type") == "xs:string"] == []


def test_every_message_and_fault_of_rmw_has_an_example_by_its_schema() -> None:
    schema, seen = etree.XMLSchema(XSD), set()
    ((_, _, operation),) = operations("rmw")

    for what, content in contents_of("rmw", operation):
        for example in examples_of(content) if what in ("body", "200", "500") else ():
            (inside,) = etree.fromstring(example).findall(f"{SOAP}Body/*")
            shown = inside[-1][0] if inside.tag == f"{SOAP}Fault" else inside
            schema.assertValid(shown)
            seen.add(shown.findtext("{*}code") or etree.QName(shown).localname)

    codes = {str(each.get("value")) for each in XSD.iterfind(f"{XS}element[@name='fout']//{XS}enumeration")}
    assert seen == RMW_OPERATIONS | {f"{name}Response" for name in RMW_OPERATIONS} | codes


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("name", "kind", "form"),
    [
        ("allegro", "Foutmelding", AllegroFaults(lambda: None, lambda _: None)),
        ("gidso", "Fout", GidsoFaults(lambda: None, lambda _: None)),
    ],
)
def test_a_simulator_that_makes_faults_refuses_as_its_contract_says(
    name: str, kind: str, form: AllegroFaults | GidsoFaults, status: int
) -> None:
    refusal = form.refusal(status, 30)

    assert refusal.status_code == status
    validator(name, {"$ref": f"#/components/schemas/{kind}"}).validate(json.loads(bytes(refusal.body)))


@pytest.mark.parametrize("system", SIMULATORS)
def test_contract_and_simulator_have_the_same_operations(system: System) -> None:
    assert served_operations(_simulator(system)) == described_operations(system.value)


def _simulator(system: System) -> Starlette:
    proxy = SIMULATORS[system](Store(), SettableClock())
    # Behind the proxy that makes the faults; the proxy itself answers /_faults only.
    return next(each for each in vars(proxy).values() if isinstance(each, Starlette))
