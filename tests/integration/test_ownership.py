from dataclasses import replace

import pytest

from app.domain.codes import HelpOrganisationKind, LifeDomain, System
from app.domain.commands import AmendReferral, RegisterReferral
from app.domain.values import HelpOrganisation, Worker
from app.models.cases.client import sealer_of_client
from app.models.partners.field_sync import SealedValues
from app.operations.access.organisations import save_referrer
from app.operations.field_sync.conflict_values import open_values
from app.operations.intake.apply import PageResult
from tests.support.hub import CLIENT, CONFIRM, CONTENTS, DOCK, InProcessHub, dump_of, partner_record
from tests.support.ownership import BY_WIJKTEAM, TwoWriters, conflicts, saying_worker
from tests.support.statements import sent_statements

FIRST = saying_worker(BY_WIJKTEAM, "A. Eerste", "010-5550100")


@pytest.fixture
async def writers(hub: InProcessHub) -> TwoWriters:
    """Return a referral that GIDSO made and owns."""
    writers = TwoWriters(hub=hub)
    await writers.partner_says(FIRST)
    return writers


async def test_what_the_owner_changes_is_taken(writers: TwoWriters) -> None:
    await writers.partner_says(saying_worker(FIRST, "B. Tweede", "010-5550100"))

    assert (await writers.contents()).worker == Worker("B. Tweede", "010-5550100")
    assert await writers.events() == ["received", "amended"]
    assert await writers.reasons() == []


async def test_the_owner_can_change_its_mind_about_the_client(writers: TwoWriters) -> None:
    moved = replace(FIRST, client=replace(FIRST.client, address="Nieuwe straat 2"))

    await writers.partner_says(moved)

    assert (await writers.hub.case(await writers.referral_id())).client.details.address == "Nieuwe straat 2"


async def test_what_the_hub_changed_stands_while_the_partner_says_what_it_said_before(writers: TwoWriters) -> None:
    await writers.api_says(case_lead="C. Regie", life_domains=(LifeDomain.HOUSING,))

    await writers.partner_says(saying_worker(FIRST, "B. Tweede"))

    found = await writers.contents()
    assert (found.case_lead, found.life_domains, found.worker.name) == (
        "C. Regie",
        (LifeDomain.HOUSING,),
        "B. Tweede",
    )
    assert await writers.reasons() == []


async def test_what_is_said_for_the_counsellor_is_merged_field_by_field(writers: TwoWriters) -> None:
    humanitas = HelpOrganisation(HelpOrganisationKind.VOLUNTEERS, "Humanitas")
    await writers.api_says(tried="Trajectplan light", other_organisations=(humanitas,))
    said = replace(FIRST.contents, assessment_reference="BU-1", other_organisations=(replace(humanitas, name="DOCK"),))

    await writers.partner_says(replace(FIRST, contents=said))

    found = await writers.contents()
    assert (found.tried, found.assessment_reference) == ("Trajectplan light", "BU-1")
    assert found.other_organisations == (replace(humanitas, name="DOCK"),)
    assert await writers.reasons() == [("referral.other_organisations", "both-changed")]


async def test_where_both_changed_the_owner_wins_and_the_other_value_is_kept(writers: TwoWriters) -> None:
    await writers.api_says(worker=Worker("C. Hub", "010-5550100"))

    await writers.partner_says(saying_worker(FIRST, "B. Tweede", "010-5550100"))

    assert (await writers.contents()).worker.name == "B. Tweede"
    assert await writers.reasons() == [("worker.name", "both-changed")]
    assert await _values(writers) == ["C. Hub", "B. Tweede", None]


async def test_who_is_not_the_owner_is_refused_once_and_heard(hub: InProcessHub) -> None:
    writers = TwoWriters(hub=hub)
    of_dock = replace(FIRST, organisation_code=DOCK.code)
    # It registered in the partner's system until it got the API.
    await hub.db.write(save_referrer, hub.services, replace(DOCK, system=writers.system))
    await writers.partner_says(of_dock)
    await hub.db.write(save_referrer, hub.services, DOCK)

    await writers.partner_says(saying_worker(of_dock, "B. Tweede", "010-5550100"))
    await writers.partner_says(saying_worker(of_dock, "B. Tweede", "010 555 01 00"))

    assert (await writers.contents()).worker.name == "A. Eerste"
    assert await writers.events() == ["received"]
    assert await writers.reasons() == [("worker.name", "not-the-owner")]
    assert await _values(writers) == ["A. Eerste", "B. Tweede", "A. Eerste"]


async def test_a_refused_field_does_not_hold_up_the_others(hub: InProcessHub) -> None:
    writers = TwoWriters(hub=hub)
    await writers.partner_says(FIRST)
    of_allegro = TwoWriters(hub=hub, system=System.ALLEGRO, case_id="A-1")
    await hub.pull(partner_record("A-1", CONFIRM, referral_id=await writers.referral_id()))

    await of_allegro.partner_says(AmendReferral(replace(FIRST.contents, area="Noord")))
    await writers.partner_says(replace(FIRST, contents=replace(FIRST.contents, reason="Huur")))

    found = await writers.contents()
    assert (found.area, found.reason) == ("Charlois", "Huur")
    assert await writers.reasons() == [("referral.area", "not-the-owner")]


async def test_two_records_on_one_page_are_settled_one_after_the_other(writers: TwoWriters) -> None:
    await writers.api_says(case_lead="C. Hub")
    second = replace(FIRST, contents=replace(FIRST.contents, case_lead="P. Partner"))
    third = replace(second, contents=replace(second.contents, motivation="Rust"))

    tally = await writers.hub.pull(
        partner_record("G-1", second, external_id="b"),
        partner_record("G-1", third, external_id="c"),
        system=writers.system,
    )

    found = await writers.contents()
    assert tally == PageResult(applied=2)
    assert (found.case_lead, found.motivation) == ("P. Partner", "Rust")
    assert await writers.reasons() == [("referral.case_lead", "both-changed")]


async def test_what_one_partner_changes_is_no_word_of_another(writers: TwoWriters) -> None:
    allegro = TwoWriters(hub=writers.hub, system=System.ALLEGRO, case_id="A-1")
    await writers.hub.pull(partner_record("A-1", CONFIRM, referral_id=await writers.referral_id()))
    await writers.partner_says(replace(FIRST, contents=replace(FIRST.contents, area="Noord")))

    await allegro.partner_says(AmendReferral(FIRST.contents))

    assert (await writers.contents()).area == "Noord"
    assert await writers.reasons() == []


async def test_another_bsn_is_refused_as_before_and_leaves_no_conflict(writers: TwoWriters) -> None:
    other = replace(FIRST, client=replace(CLIENT, bsn="999990019"), contents=replace(CONTENTS, area="Noord"))

    tally = await writers.partner_says(other)

    assert tally == PageResult(quarantined=1)
    assert (await writers.contents()).area == "Charlois"
    assert await writers.reasons() == []


async def test_no_value_of_a_conflict_is_stored_as_plain_text(writers: TwoWriters) -> None:
    await writers.api_says(reason="Zeer persoonlijk")
    await writers.partner_says(replace(FIRST, contents=replace(FIRST.contents, reason="Ook persoonlijk")))

    stored = repr(await writers.hub.db.read(dump_of)).casefold()

    assert await writers.reasons() == [("referral.reason", "both-changed")]
    assert "persoonlijk" not in stored


async def test_a_page_without_news_costs_as_many_statements_for_many_referrals_as_for_few(hub: InProcessHub) -> None:
    facts = {f"G-{number}": replace(FIRST, reference=f"G-{number}") for number in range(12)}
    for case_id, fact in facts.items():
        writers = TwoWriters(hub=hub, case_id=case_id)
        await writers.partner_says(fact)
        await writers.api_says(case_lead="C. Regie")

    with sent_statements() as few:
        await _say_again(hub, dict(list(facts.items())[:2]))
    with sent_statements() as many:
        await _say_again(hub, dict(list(facts.items())[2:]))

    assert few
    assert len(many) == len(few)
    assert (await writers.contents()).case_lead == "C. Regie"
    assert await writers.reasons() == []


async def _say_again(hub: InProcessHub, facts: dict[str, RegisterReferral]) -> None:
    records = [
        partner_record(case_id, fact, external_id=case_id, payload={"saved": "again"})
        for case_id, fact in facts.items()
    ]
    assert await hub.pull(*records, system=System.GIDSO) == PageResult(applied=len(facts))


async def _values(writers: TwoWriters) -> list[object]:
    (row,) = await conflicts(writers.hub.db)
    client_id = (await writers.hub.case(row.referral_id)).client.id
    sealer = await writers.hub.db.read(sealer_of_client, writers.hub.services.vault, client_id)
    opened = open_values(sealer, row.id, SealedValues(row.hub_value, row.partner_value, row.base_value))
    return [opened.hub, opened.partner, opened.base]
