"""The contract of each partner has an example with everything filled in, and all these examples tell of the full case.

A new field is added to the contract with its example, and to the full case; no test here names it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.adapters.allegro.outgoing import referral_body
from app.adapters.gidso import answers as gidso_answers
from app.adapters.gidso import mapping as gidso_mapping
from app.adapters.rmw import answers as rmw_answers
from app.adapters.rmw import mapping as rmw_mapping
from app.adapters.rmw.schemas import RegistrationList
from app.adapters.rmw.soap import read
from app.domain.codes import Code, ConsentScope, HelpOrganisationKind
from app.domain.commands import AmendReferral, Command, RegisterReferral
from app.domain.errors import UnknownCode
from app.domain.fields import SPECS, Field
from app.domain.ownership import REFERRER_FIELDS, changed_fields, referrer_values
from app.domain.text import without_hidden
from app.privacy.json_values import to_json_value
from tests.support.contracts import (
    OPENAPI,
    XSD,
    Codes,
    Document,
    codes,
    example_of,
    filled_paths,
    validator,
    with_value,
    xsd_codes,
)
from tests.support.full_case import CLIENT, CONTENTS, REFERRAL, VALUES

GIDSO_APART = gidso_answers.LISTS | {"Doorverwijzing"}


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A partner that states referrals.

    Attributes:
        example: the message of its contract with everything filled in.
        codes: of each field of the message, by its path.
        read: what the mapping makes of a message.
        stated: what the example tells.
    """

    mapping: ModuleType
    example: Document
    codes: Codes
    read: Callable[[Document], tuple[Command, ...]]
    stated: RegisterReferral

    def alternatives(self, path: str) -> Iterator[Document]:
        """Return the example with each code of one field."""
        return (with_value(self.example, path, code) for code in sorted(self.codes[path]))

    def code_paths(self) -> list[str]:
        """Return the paths of the fields that hold a code."""
        return [path for path, listed in self.codes.items() if listed]


def full_gidso() -> Incoming:
    whole = example_of("gidso", "lijstAanmeldingen", "200", "laatsteBladzijde")["value"][0]
    # What the worker answers and reports is read as records of its own.
    example = {name: value for name, value in whole.items() if name not in GIDSO_APART}
    listed = codes("gidso", OPENAPI["gidso"]["components"]["schemas"]["Aanmelding"])
    return Incoming(
        mapping=gidso_mapping,
        example=example,
        codes={path: each for path, each in listed.items() if path.split(".")[0] not in GIDSO_APART},
        read=lambda row: gidso_mapping.to_commands(gidso_mapping.Kind.REFERRAL, row),
        stated=RegisterReferral(
            organisation_code="wijkteam-feijenoord",
            client=CLIENT.details,
            contents=replace(CONTENTS, consent=replace(CONTENTS.consent, evidence=None)),
            reference="G-000123",
            received_at=REFERRAL.received_at,
        ),
    )


def full_rmw() -> Incoming:
    answer = read(example_of("rmw", "aanmelding", "200", "lijst").encode())
    assert isinstance(answer, etree._Element)
    (listed,) = RegistrationList.read(answer).registrations
    kind = XSD.find("*[@name='Aanmelding']")
    assert kind is not None
    # What systems write on a registration, and RMW's own counters, are not part of its contents; the kind of a team is
    # known from the hub's own register; and what consultants answer is read as records of its own.
    not_read = {
        "statusregel",
        "tab",
        "mutatienummer",
        "tijdstipMutatie",
        "soortTeam",
        "doorverwijzing",
    } | rmw_answers.LISTS
    return Incoming(
        mapping=rmw_mapping,
        example={name: value for name, value in listed.contents.items() if name not in not_read},
        codes={path: each for path, each in xsd_codes(kind).items() if path.split(".")[0] not in not_read},
        read=lambda contents: rmw_mapping.to_commands(replace(listed, contents=contents)),
        stated=RegisterReferral(
            organisation_code="wi-prematching",
            client=CLIENT.details,
            # Who gets a benefit of the municipality lives there.
            contents=replace(CONTENTS, lives_in_municipality=True, consent=replace(CONTENTS.consent, evidence=None)),
            reference="R000123",
            received_at=datetime(2026, 11, 2, 11, tzinfo=UTC),
        ),
    )


INCOMING = {"gidso": full_gidso(), "rmw": full_rmw()}
CODE_PATHS = [(name, path) for name, partner in INCOMING.items() for path in partner.code_paths()]
REFERRAL_OF_ALLEGRO = OPENAPI["allegro"]["components"]["schemas"]["Verwijzing"]
RELEASED: dict[str, object] = {field: to_json_value(value) for field, value in VALUES.items()}


def said(commands: tuple[Command, ...]) -> AmendReferral:
    """Return what a message says of a referral and its client."""
    (command,) = commands
    assert isinstance(command, RegisterReferral)
    return AmendReferral(command.contents, command.client)


@pytest.mark.parametrize("name", INCOMING)
def test_the_example_of_an_incoming_message_leaves_nothing_out(name: str) -> None:
    assert set(filled_paths(INCOMING[name].example)) == set(INCOMING[name].codes)


@pytest.mark.parametrize("name", INCOMING)
def test_a_message_with_everything_filled_in_is_read_as_the_full_case(name: str) -> None:
    assert INCOMING[name].read(INCOMING[name].example) == (INCOMING[name].stated,)


@pytest.mark.parametrize(
    ("name", "path", "value", "field"),
    [
        ("gidso", "Bewind", False, Field.REFERRAL_PROTECTIVE_ADMINISTRATION),
        ("gidso", "Wsnp", False, Field.REFERRAL_RUNNING_WSNP),
        ("gidso", "Wmo", False, Field.REFERRAL_WMO_INDICATION),
        ("gidso", "WoontInGemeente", True, Field.REFERRAL_LIVES_IN_MUNICIPALITY),
        ("gidso", "Driegesprek.Gewenst", False, Field.REFERRAL_THREE_WAY_MEETING),
        ("rmw", "indBewind", "N", Field.REFERRAL_PROTECTIVE_ADMINISTRATION),
        ("rmw", "indWsnp", "N", Field.REFERRAL_RUNNING_WSNP),
        ("rmw", "indWmo", "N", Field.REFERRAL_WMO_INDICATION),
        ("rmw", "driegesprek", "N", Field.REFERRAL_THREE_WAY_MEETING),
    ],
)
def test_yes_and_no_are_read_into_the_field_that_they_are_about(
    name: str, path: str, value: object, field: Field
) -> None:
    partner = INCOMING[name]

    other = said(partner.read(with_value(partner.example, path, value)))

    assert changed_fields(said((partner.stated,)), other) == {field: value is True}


@pytest.mark.parametrize(("name", "path"), CODE_PATHS)
def test_every_code_of_a_contract_is_read(name: str, path: str) -> None:
    read = [INCOMING[name].read(message) for message in INCOMING[name].alternatives(path)]

    assert [len(commands) for commands in read] == [1] * len(INCOMING[name].codes[path])


@pytest.mark.parametrize("name", INCOMING)
def test_the_tables_of_a_mapping_are_the_code_lists_of_the_contract(name: str) -> None:
    tables = [
        frozenset(table)
        for constant, table in vars(INCOMING[name].mapping).items()
        if constant.isupper() and isinstance(table, Mapping) and all(type(code) is str for code in table)
    ]

    assert set(tables) == {listed for listed in INCOMING[name].codes.values() if listed}


@pytest.mark.parametrize("name", INCOMING)
def test_every_code_of_the_hub_can_be_said_by_who_says_anything_of_the_field(name: str) -> None:
    partner, states = INCOMING[name], states_with_each_code(INCOMING[name])
    stated = {
        field: (spec.type.codes, {code for values in states for code in _codes_in(values[field])})
        for field, spec in REFERRER_FIELDS.items()
        # Consent is yes or no at partners.
        if spec.type.codes not in (None, ConsentScope) and referrer_values(said((partner.stated,)))[field]
    }

    assert {field for field, (listed, found) in stated.items() if found - {None} != set(listed or ())} == set()
    assert stated


@pytest.mark.parametrize("name", INCOMING)
def test_every_kind_of_organisation_that_helps_can_be_said(name: str) -> None:
    said = [values[Field.REFERRAL_OTHER_ORGANISATIONS] for values in states_with_each_code(INCOMING[name])]

    assert {each.kind for listed in said for each in listed} == set(HelpOrganisationKind)


def states_with_each_code(partner: Incoming) -> list[dict[Field, Any]]:
    """Return what a partner says in its example with each code of each field."""
    messages = [message for path in partner.code_paths() for message in partner.alternatives(path)]
    read = [partner.read(message) for message in messages]
    return [referrer_values(said(commands)) for commands in read if isinstance(commands[0], RegisterReferral)]


def _codes_in(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


@pytest.mark.parametrize(("name", "path"), CODE_PATHS)
@given(code=st.text(max_size=20))
def test_a_code_outside_the_list_is_named_and_never_guessed(name: str, path: str, code: str) -> None:
    # Hidden characters are copied by mistake, and are left out of what is read.
    if without_hidden(code) in INCOMING[name].codes[path]:
        return

    with pytest.raises(UnknownCode) as refused:
        INCOMING[name].read(with_value(INCOMING[name].example, path, code))

    assert refused.value.field == path


def test_the_example_of_a_referral_to_allegro_leaves_nothing_out() -> None:
    example = example_of("allegro", "zetVerwijzing", "body")

    assert set(filled_paths(example)) == set(codes("allegro", REFERRAL_OF_ALLEGRO))


def test_the_full_case_is_sent_to_allegro_as_the_example_of_its_contract() -> None:
    body = referral_body(RELEASED)

    validator("allegro", REFERRAL_OF_ALLEGRO).validate(body)
    assert body == example_of("allegro", "zetVerwijzing", "body")


@pytest.mark.parametrize(
    "field", [field for field, spec in SPECS.items() if spec.type.codes and referral_body({field: RELEASED[field]})]
)
def test_every_code_of_the_hub_is_in_the_contract_of_allegro(field: Field) -> None:
    for code in SPECS[field].type.codes or ():
        body = referral_body({field: _in_place(code, RELEASED[field])})

        validator("allegro", REFERRAL_OF_ALLEGRO).validate(body)
        assert code.label in str(body)


def test_every_kind_of_organisation_that_helps_is_in_the_contract_of_allegro() -> None:
    for name, shown in (({"name": "Antes"}, {"naam": "Antes"}), ({}, {})):
        helping = [{"kind": kind.value} | name for kind in HelpOrganisationKind]

        body = referral_body({Field.REFERRAL_OTHER_ORGANISATIONS: helping})

        validator("allegro", REFERRAL_OF_ALLEGRO).validate(body)
        assert body == {"betrokkenOrganisaties": [{"soort": kind.label} | shown for kind in HelpOrganisationKind]}


def _in_place(code: Code, value: object) -> object:
    return [code.value] if isinstance(value, list) else code.value
