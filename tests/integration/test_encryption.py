from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.codes import ContactCaution, ContactChannel, HelpOrganisationKind, PartyRole, ReferralStatus, System
from app.domain.commands import AddParty, AmendReferral
from app.domain.values import ClientDetails, Consent, HelpOrganisation, ReferralContents, Worker
from tests.support.hub import DOCK, WIJKTEAM, InProcessHub, partner_record, referral, unreadable

CLIENT = ClientDetails(
    given_name="Kanarie-Voornaam",
    family_name="Kanarie-Achternaam",
    birth_date=date(1971, 8, 23),
    bsn="999990020",
    sex="Kanarie-Geslacht",
    address="Kanariestraat 17",
    phone="+31600004711",
    email="kanarie@example.nl",
    preferred_channel=ContactChannel.LETTER,
    interpreter_language="Kanarisch",
    contact_cautions=(ContactCaution.NEVER_ALONE,),
)
CONTENTS = ReferralContents(
    area="Charlois",
    worker=Worker("Kanarie-Werker", "+31600004712", "werker@example.nl"),
    reason="Kanarie-Reden",
    motivation="Kanarie-Motivatie",
    tried="Kanarie-Poging",
    meeting_place="Kanarie-Plaats",
    assessment_done_by="Kanarie-Uitvraag",
    assessment_reference="Kanarie-Kenmerk",
    other_organisations=(HelpOrganisation(HelpOrganisationKind.CARE, "Kanarie-Instelling"),),
    case_lead="Kanarie-Regisseur",
    consent=Consent(evidence="Kanarie-Toestemming"),
)
CANARIES = (
    "kanari",
    "999990020",
    "1971-08-23",
    "+3160000471",
    "4711",
    "werker@example",
    "letter",
    "never_alone",
)


def as_text(value: object) -> Iterator[str]:
    """Return a stored value in every way in which it could be read."""
    if isinstance(value, bytes):
        yield value.decode("utf-8", "ignore")
        yield value.decode("utf-16-le", "ignore")
    else:
        yield str(value)


def in_clear(dump: dict[str, list[tuple[Any, ...]]]) -> list[tuple[str, str]]:
    return [
        (table, canary)
        for table, rows in dump.items()
        for row in rows
        for value in row
        for text in as_text(value)
        for canary in CANARIES
        if canary in text.lower()
    ]


def test_the_search_finds_what_is_in_clear() -> None:
    assert in_clear({"client": [(b"Kanarie",)], "event": [({"a": ["999990020"]},)]}) == [
        ("client", "kanari"),
        ("event", "999990020"),
    ]


@pytest.mark.parametrize("status", [ReferralStatus.CONCLUDED, ReferralStatus.MISSED])
async def test_what_says_who_the_client_is_stands_in_no_column_in_clear(
    hub: InProcessHub, status: ReferralStatus
) -> None:
    referral_id = await hub.refer_until(status, client=CLIENT, contents=CONTENTS, organisation_code=DOCK.code)
    await hub.execute(referral_id, AmendReferral(replace(CONTENTS, reason="Kanarie-Reden 2"), CLIENT))
    if status is ReferralStatus.CONCLUDED:
        await hub.execute(
            referral_id, AddParty(organisation="Humanitas", role=PartyRole.SUPPORT, contact="Kanarie-Contact")
        )

    dump = await hub.dump()

    assert in_clear(dump) == []
    assert (await hub.case(referral_id)).client.details == CLIENT


async def test_what_a_partner_tells_stands_in_no_column_in_clear(hub: InProcessHub) -> None:
    told = referral(client=CLIENT, contents=CONTENTS, organisation_code=WIJKTEAM.code)
    refused = replace(told, contents=replace(CONTENTS, area="Atlantis"))
    wrong_bsn = replace(told, client=replace(CLIENT, bsn="999990021"))

    await hub.pull(
        partner_record("G-1", told),
        partner_record("G-2", refused),
        partner_record("G-3", wrong_bsn),
        unreadable("G-4", naam="Kanarie-Achternaam", bsn="999990020"),
        system=System.GIDSO,
    )

    dump = await hub.dump()
    assert (len(dump["referral"]), len(dump["quarantine"])) == (1, 3)
    assert in_clear(dump) == []


async def test_a_bsn_is_found_by_a_keyed_hash_and_not_by_a_plain_one(hub: InProcessHub) -> None:
    first = await hub.case(await hub.refer(client=CLIENT))

    second = await hub.case(await hub.refer(client=CLIENT))

    assert first.client.id == second.client.id
    [row] = (await hub.dump())["client"]
    assert hub.services.vault.index("999990020", "bsn") in row
