import json
from dataclasses import replace
from uuid import UUID

from app.domain.codes import (
    ReferralStatus,
    System,
    WithdrawalReason,
)
from app.domain.commands import (
    MarkUnreachable,
    PauseTrajectory,
    WithdrawReferral,
)
from app.domain.values import Counsellor
from app.models.partners.quarantine import quarantine
from app.models.sealed import place_of
from app.operations.intake.apply import PageResult
from tests.support.hub import (
    AT_WIJKTEAM,
    ATTEND,
    CONFIRM,
    CONTENTS,
    SCHEDULE,
    SIGN,
    InProcessHub,
    partner_record,
    unreadable,
    without_volatile,
)

TAKE_BACK = WithdrawReferral(WithdrawalReason.SUPPORT_STOPPED)


async def test_a_record_with_an_unknown_code_is_sealed_in_quarantine(hub: InProcessHub) -> None:
    await hub.known_case()

    await hub.pull(unreadable("D-1", "m-7", soort="nieuw", naam="Voorbeeld"))

    [entry] = await hub.quarantine()
    assert (entry.field, entry.reason, entry.case_id, entry.external_id) == ("soort", "unknown-code", "D-1", "m-7")
    assert b"Voorbeeld" not in entry.payload
    opened = hub.services.vault.open(entry.payload, place_of(quarantine.c.payload, entry.id))
    assert json.loads(opened) == {"soort": "nieuw", "naam": "Voorbeeld"}


async def test_a_record_that_cannot_be_applied_affects_no_other_case(hub: InProcessHub) -> None:
    one, other = await hub.known_case("D-1"), await hub.known_case("D-2")

    result = await hub.pull(unreadable("D-1"), partner_record("D-2", SCHEDULE), cursor="9")

    assert result == PageResult(applied=1, quarantined=1)
    assert await hub.status(one) is ReferralStatus.CONFIRMED
    assert await hub.status(other) is ReferralStatus.SCHEDULED
    assert await hub.cursor() == "9"


async def test_a_value_that_the_store_refuses_affects_no_other_case(hub: InProcessHub) -> None:
    too_long = replace(SCHEDULE, counsellor=Counsellor("n" * 201))
    await hub.known_case("D-1")
    other = await hub.known_case("D-2")

    result = await hub.pull(partner_record("D-1", too_long), partner_record("D-2", SCHEDULE))

    assert await hub.status(other) is ReferralStatus.SCHEDULED
    if hub.db.dialect == "postgresql":
        assert result == PageResult(applied=1, quarantined=1)
        [entry] = await hub.quarantine()
        assert entry.reason == "refused-by-store"
        assert "nnn" not in entry.message


async def test_later_records_of_a_case_wait_for_a_quarantined_one(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()

    same_page = await hub.pull(unreadable("D-1"), partner_record("D-1", SCHEDULE))
    next_page = await hub.pull(partner_record("D-1", ATTEND))

    assert (same_page.quarantined, next_page.quarantined) == (2, 1)
    assert await hub.status(referral_id) is ReferralStatus.CONFIRMED
    assert [row.reason for row in await hub.quarantine()] == [
        "unknown-code",
        "waits-for-earlier",
        "waits-for-earlier",
    ]


async def test_a_quarantined_record_that_comes_again_is_not_stored_twice(hub: InProcessHub) -> None:
    await hub.pull(unreadable("D-1"))

    again = await hub.pull(unreadable("D-1"), unreadable("D-1"))

    assert again == PageResult(unchanged=2)
    assert len(await hub.quarantine()) == 1


async def test_a_corrected_record_replaces_the_quarantined_one(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"))

    result = await hub.pull(partner_record("D-1", SCHEDULE, external_id="m-7", version="2"))

    assert result == PageResult(applied=1)
    assert await hub.status(referral_id) is ReferralStatus.SCHEDULED
    assert await hub.quarantine() == []
    [overtaken] = await hub.quarantine("overtaken")
    assert overtaken.payload is None


async def test_a_waiting_record_is_applied_when_it_comes_again_after_the_correction(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    await hub.pull(unreadable("D-1", "m-7"), partner_record("D-1", ATTEND))

    await hub.pull(partner_record("D-1", SCHEDULE, external_id="m-7"), partner_record("D-1", ATTEND))

    assert await hub.status(referral_id) is ReferralStatus.ATTENDED
    assert await hub.quarantine() == []


async def test_a_correction_that_cannot_be_read_either_replaces_the_first(hub: InProcessHub) -> None:
    await hub.pull(unreadable("D-1", "m-7", soort="nieuw"))

    result = await hub.pull(unreadable("D-1", "m-7", soort="nieuwer"))

    assert result == PageResult(quarantined=1)
    assert len(await hub.quarantine()) == 1


async def test_a_refused_record_leaves_nothing_behind(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    before = without_volatile(await hub.dump())

    result = await hub.pull(partner_record("D-1", SCHEDULE, PauseTrajectory()))

    assert result == PageResult(quarantined=1)
    after = without_volatile(await hub.dump())
    assert {name for name, rows in after.items() if rows != before[name]} == {"quarantine"}
    assert await hub.status(referral_id) is ReferralStatus.CONFIRMED
    assert (await hub.quarantine())[0].reason == "transition-not-allowed"


async def test_a_refused_registration_can_be_corrected_on_the_same_page(hub: InProcessHub) -> None:
    wrong = replace(AT_WIJKTEAM, contents=replace(CONTENTS, area="Atlantis"))

    result = await hub.pull(
        partner_record("G-1", wrong, external_id="G-1"),
        partner_record("G-1", AT_WIJKTEAM, external_id="G-1"),
        partner_record("G-1", TAKE_BACK, external_id="G-1 stop"),
        system=System.GIDSO,
    )

    assert result == PageResult(applied=2, quarantined=1)
    assert await hub.quarantine(system=System.GIDSO) == []


async def test_a_registration_that_fails_halfway_is_rolled_back_as_a_whole(hub: InProcessHub) -> None:
    result = await hub.pull(
        partner_record("G-1", AT_WIJKTEAM, SIGN, external_id="G-1"),
        partner_record("G-1", AT_WIJKTEAM, external_id="G-1"),
        system=System.GIDSO,
    )

    assert result == PageResult(applied=1, quarantined=1)
    assert len((await hub.dump())["referral"]) == 1


async def test_a_record_of_an_unknown_case_is_quarantined(hub: InProcessHub) -> None:
    result = await hub.pull(partner_record("D-404", CONFIRM))

    assert result == PageResult(quarantined=1)
    assert [row.reason for row in await hub.quarantine()] == ["not-found"]


async def test_an_unknown_referral_id_affects_no_other_case(hub: InProcessHub) -> None:
    one = await hub.known_case("D-1")

    result = await hub.pull(
        partner_record("D-404", CONFIRM, referral_id=UUID(int=1)), partner_record("D-1", SCHEDULE), cursor="9"
    )

    assert result == PageResult(applied=1, quarantined=1)
    assert await hub.status(one) is ReferralStatus.SCHEDULED
    assert await hub.cursor() == "9"


async def test_a_second_number_for_a_known_case_affects_no_other_case(hub: InProcessHub) -> None:
    one, other = await hub.known_case("D-1"), await hub.known_case("D-2")

    result = await hub.pull(partner_record("D-1-again", SCHEDULE, referral_id=one), partner_record("D-2", SCHEDULE))

    assert result == PageResult(applied=1, quarantined=1)
    assert await hub.status(one) is ReferralStatus.CONFIRMED
    assert await hub.status(other) is ReferralStatus.SCHEDULED


async def test_a_withdrawal_of_an_unknown_referral_is_filtered(hub: InProcessHub) -> None:
    result = await hub.pull(partner_record("G-404", TAKE_BACK), system=System.GIDSO)

    assert result == PageResult(filtered=1)
    assert await hub.quarantine(system=System.GIDSO) == []


async def test_a_state_without_a_legal_path_is_quarantined(hub: InProcessHub) -> None:
    await hub.known_case("D-1", MarkUnreachable())

    result = await hub.pull(partner_record("D-1", ATTEND))

    assert result == PageResult(quarantined=1)
    assert "No legal path" in (await hub.quarantine())[0].message
