import json
import tomllib
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app
from app.domain.codes import HelpOrganisationKind, System, Threat
from app.domain.commands import AmendReferral
from app.domain.fields import SPECS, Field
from app.domain.ownership import (
    NOTHING_NEW,
    REFERRER_FIELDS,
    ConflictReason,
    Owner,
    Resolution,
    changed_fields,
    json_form,
    normalise,
    referrer_values,
    resolve,
    with_values,
)
from app.domain.values import ClientDetails, HelpOrganisation, ReferralContents
from app.privacy.json_values import to_json_value
from app.reference import FaultyReference, load_reference, read_reference
from tests.support.full_case import CLIENT, CONTENTS

APP, EXECUTE = Path(app.__file__).parent, "operations/cases/execute.py"
CITY = tomllib.loads((APP / "reference" / "rotterdam.toml").read_text(encoding="utf-8"))
ROTTERDAM = load_reference("rotterdam").ownership
EVERYTHING = {"name": "all", "owner": "hub", "fields": [field.value for field in Field]}

FULL = AmendReferral(CONTENTS, CLIENT.details)
BARE = AmendReferral(
    ReferralContents(area="Charlois"),
    ClientDetails(given_name="Noor", family_name="Ander", birth_date=date(1980, 1, 1)),
)


def helping(name: str | None, kind: HelpOrganisationKind = HelpOrganisationKind.UNKNOWN) -> HelpOrganisation:
    return HelpOrganisation(kind, name)


def test_every_field_has_exactly_one_owner() -> None:
    named = [field for group in ROTTERDAM.groups for field in group.fields]

    assert sorted(named) == sorted(Field)
    assert {ROTTERDAM.owner_of(field) for field in Field} == set(Owner)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ([EVERYTHING | {"fields": EVERYTHING["fields"][1:]}], "no owner: referral.id"),
        ([EVERYTHING, EVERYTHING | {"name": "twice", "fields": ["kbr.status"]}], "more than one owner: kbr.status"),
        (
            [EVERYTHING | {"fields": [*EVERYTHING["fields"], "kbr.colour"]}],
            rf"row 1 \(all\), fields, item {len(Field) + 1}: 'kbr.colour' is not known; mind the spelling",
        ),
        (
            [EVERYTHING | {"owner": "rdd"}],
            r"field_groups, row 1 \(all\), owner: 'rdd' is not known; use one of: referrer, allegro, hub",
        ),
    ],
)
def test_reference_data_with_a_gap_in_it_is_refused(groups: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(FaultyReference, match=words):
        read_reference(CITY | {"field_groups": groups})


@pytest.mark.parametrize(
    ("field", "owner"),
    [
        (Field.REFERRAL_REASON, Owner.REFERRER),
        (Field.WORKER_PHONE, Owner.REFERRER),
        (Field.ASSESSMENT_LIFE_DOMAINS, Owner.REFERRER),
        (Field.CLIENT_PHONE, Owner.REFERRER),
        (Field.COUNSELLOR_NAME, Owner.ALLEGRO),
        (Field.APPOINTMENT_STARTS_AT, Owner.ALLEGRO),
        (Field.INTAKE_RESULT, Owner.ALLEGRO),
        (Field.PLAN_SIGNED_ON, Owner.ALLEGRO),
        (Field.KBR_STATUS, Owner.ALLEGRO),
        (Field.REFERRAL_ID, Owner.HUB),
    ],
)
def test_owners_are_those_of_the_systems_of_record(field: Field, owner: Owner) -> None:
    assert ROTTERDAM.owner_of(field) is owner


@pytest.mark.parametrize("referrer_system", System)
@pytest.mark.parametrize("system", System)
def test_what_the_referrer_owns_belongs_to_the_system_in_which_it_registers(
    system: System, referrer_system: System
) -> None:
    assert ROTTERDAM.owns(system, Field.WORKER_PHONE, referrer_system) == (system is referrer_system)
    assert ROTTERDAM.owns(system, Field.KBR_STATUS, referrer_system) == (system is System.ALLEGRO)
    assert not ROTTERDAM.owns(system, Field.REFERRAL_ID, referrer_system)


@pytest.mark.parametrize(
    ("three", "owns", "settled"),
    [
        ((b"old", b"new", b"new"), False, NOTHING_NEW),
        ((b"old", b"new", b"old"), True, NOTHING_NEW),
        ((b"old", b"old", b"new"), True, Resolution(take=True)),
        ((b"old", b"old", b"new"), False, Resolution(reason=ConflictReason.NOT_THE_OWNER)),
        ((b"old", b"hub", b"new"), True, Resolution(take=True, reason=ConflictReason.BOTH_CHANGED)),
        ((b"old", b"hub", b"new"), False, Resolution(take=False, reason=ConflictReason.BOTH_CHANGED)),
    ],
)
def test_three_values_settle_a_field(three: tuple[bytes, bytes, bytes], owns: bool, settled: Resolution) -> None:
    assert resolve(*three, owns=owns) == settled


VALUES = st.sampled_from([b"a", b"b", b"c"])


@given(base=VALUES, hub=VALUES, partner=VALUES, owns=st.booleans())
def test_no_value_is_lost_without_a_conflict(base: bytes, hub: bytes, partner: bytes, owns: bool) -> None:
    settled = resolve(base, hub, partner, owns=owns)

    refused = partner not in (base, hub) and not settled.take
    overwritten = settled.take and hub != base
    assert (settled.reason is not None) == (refused or overwritten)
    assert owns or not settled.take


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        (Field.CLIENT_PHONE, "06 12 34 56 78", "06-12345678"),
        (Field.WORKER_PHONE, "+31 10 555 01 00", "010-5550100"),
        (Field.WORKER_PHONE, "0031 (0)10 5550100", "0105550100"),
        (Field.CLIENT_EMAIL, "Yara@Example.nl", "yara@example.nl "),
        (Field.WORKER_EMAIL, "Werker@Example.nl", "werker@example.nl"),
        (Field.REFERRAL_REASON, "Huur  achter\nstand", " Huur achter stand"),
        (Field.REFERRAL_THREATS, (Threat.SEIZURE, Threat.EVICTION), ["eviction", "seizure"]),
        (Field.CLIENT_BIRTH_DATE, date(1990, 5, 17), "1990-05-17"),
        (Field.WORKER_NAME, None, ""),
        (Field.REFERRAL_OTHER_ORGANISATIONS, (), None),
    ],
)
def test_the_same_in_another_form_is_the_same(field: Field, one: object, other: object) -> None:
    assert normalise(field, one) == normalise(field, other)


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        (Field.CLIENT_PHONE, "0612345678", "0612345679"),
        (Field.REFERRAL_REASON, "huur", "Huur"),
        (Field.REFERRAL_RUNNING_WSNP, False, None),
        (Field.REFERRAL_RUNNING_WSNP, False, True),
        (Field.REFERRAL_THREATS, (Threat.SEIZURE,), ()),
        (Field.REFERRAL_OTHER_ORGANISATIONS, (helping("a"), helping("b")), (helping("a, b"),)),
        (Field.REFERRAL_OTHER_ORGANISATIONS, (helping("a"),), (helping("a", HelpOrganisationKind.CARE),)),
        (
            Field.REFERRAL_OTHER_ORGANISATIONS,
            (helping("a", HelpOrganisationKind.WELFARE),),
            (helping("a", HelpOrganisationKind.CARE),),
        ),
        (Field.REFERRAL_OTHER_ORGANISATIONS, (helping(None, HelpOrganisationKind.CARE),), ()),
    ],
)
def test_another_value_stays_another_value(field: Field, one: object, other: object) -> None:
    assert normalise(field, one) != normalise(field, other)


@pytest.mark.parametrize(
    ("field", "value", "form"),
    [
        (Field.REFERRAL_REASON, " Huur\nachterstand", "Huur achterstand"),
        (Field.CLIENT_PHONE, "+31 (0)10 555 01 00", "0105550100"),
        (Field.CLIENT_EMAIL, "Yara@Example.nl", "yara@example.nl"),
        (Field.CLIENT_BIRTH_DATE, date(1990, 5, 17), "1990-05-17"),
        (Field.REFERRAL_RUNNING_WSNP, True, "true"),
        (Field.REFERRAL_THREATS, (Threat.SEIZURE, Threat.EVICTION), '["eviction", "seizure"]'),
        (Field.WORKER_NAME, None, ""),
        # As names alone were compared.
        (Field.REFERRAL_OTHER_ORGANISATIONS, (helping("Humanitas"), helping("DOCK")), '["DOCK", "Humanitas"]'),
        (Field.REFERRAL_OTHER_ORGANISATIONS, (helping("Antes", HelpOrganisationKind.CARE),), '["care: Antes"]'),
    ],
)
def test_the_form_of_comparison_does_not_change_between_versions(field: Field, value: object, form: str) -> None:
    # Fingerprints of this form are stored: another form would make every field look changed.
    assert normalise(field, value) == form


def test_a_value_as_it_is_sent_is_compared_as_the_value_itself() -> None:
    several = (
        helping("Antes", HelpOrganisationKind.CARE),
        helping(None, HelpOrganisationKind.SHELTER),
        helping("DOCK"),
    )
    values = referrer_values(FULL) | {Field.REFERRAL_OTHER_ORGANISATIONS: several}

    sent = {field: normalise(field, to_json_value(value)) for field, value in values.items()}

    assert sent == {field: normalise(field, value) for field, value in values.items()}


def test_organisations_are_read_back_as_they_are_stored_and_names_alone_as_of_an_unknown_kind() -> None:
    stored = SPECS[Field.REFERRAL_OTHER_ORGANISATIONS].type
    helped = (helping("Antes", HelpOrganisationKind.CARE), helping(None, HelpOrganisationKind.SOCIAL_WORK))

    assert stored.decode(json_form(helped)) == helped
    assert stored.decode(["Humanitas"]) == (helping("Humanitas"),)


def _leaves(record: Any) -> int:
    values = [getattr(record, each.name) for each in fields(record)]
    return sum(_leaves(value) if is_dataclass(value) else 1 for value in values)


def test_everything_that_can_be_amended_is_settled_but_the_bsn_and_who_recorded_the_consent_when() -> None:
    assert len(REFERRER_FIELDS) == _leaves(FULL) - 3


def test_what_is_said_can_be_said_again_field_by_field() -> None:
    again = with_values(BARE, referrer_values(FULL))

    assert again.client
    assert replace(again, client=replace(again.client, bsn=CLIENT.details.bsn)) == FULL


def test_only_what_is_said_otherwise_than_before_is_a_change() -> None:
    after = with_values(FULL, {Field.WORKER_PHONE: "0101234567", Field.CLIENT_SEX: None})

    assert changed_fields(FULL, FULL) == {}
    assert changed_fields(FULL, after) == {Field.WORKER_PHONE: "0101234567", Field.CLIENT_SEX: None}


def test_a_client_that_was_not_known_before_is_no_change() -> None:
    assert changed_fields(replace(FULL, client=None), FULL) == {}
    assert changed_fields(FULL, replace(FULL, client=None)) == {}


def test_of_a_client_that_is_left_alone_nothing_is_said() -> None:
    assert not {field for field in referrer_values(replace(FULL, client=None)) if field.startswith("client.")}


@pytest.mark.parametrize("field", REFERRER_FIELDS)
def test_a_value_is_read_back_from_its_stored_form(field: Field) -> None:
    value = referrer_values(FULL)[field]

    assert REFERRER_FIELDS[field].type.decode(json.loads(json.dumps(json_form(value)))) == value


def test_what_was_said_is_changed_by_execute_alone_which_records_what_partners_know() -> None:
    texts = {path.relative_to(APP).as_posix(): path.read_text(encoding="utf-8") for path in APP.rglob("*.py")}

    assert [name for name, text in texts.items() if "amend_referral" in text] == ["operations/cases/referrals.py"]
    assert [name for name, text in texts.items() if "referrals.HANDLERS" in text or "HANDLERS[" in text] == [EXECUTE]
    assert [name for name, text in texts.items() if ".known_values.record(" in text] == [EXECUTE]
