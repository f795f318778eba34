from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.database import Connection
from app.domain.codes import (
    OrganisationRole,
    ReferralStatus,
    RejectionReason,
    SignalKind,
    System,
    WithdrawalReason,
)
from app.domain.commands import (
    AmendReferral,
    AnswerWithdrawal,
    EnterInError,
    ForwardReferral,
    GiveSignal,
    MarkUnreachable,
    RejectReferral,
    WithdrawReferral,
)
from app.domain.errors import (
    DuplicateReference,
    Forbidden,
    HubError,
    InvalidInput,
    NotFound,
    NotTheOwner,
    TransitionNotAllowed,
)
from app.domain.queries import Visibility
from app.domain.values import ReferralContents
from app.operations.access.organisations import read_organisation
from app.operations.cases.execute import register
from app.operations.cases.register import code_to_register_for
from app.operations.cases.unit_of_work import UnitOfWork
from tests.support.hub import (
    CLIENT,
    CONCLUDE,
    CONFIRM,
    CONTENTS,
    COURT,
    DOCK,
    NOW,
    WIJKTEAM,
    InProcessHub,
    context_of,
    referral,
    refused,
)

WITHDRAW = WithdrawReferral(WithdrawalReason.HELPED_ELSEWHERE)
GRANT, REFUSE = AnswerWithdrawal(granted=True), AnswerWithdrawal(granted=False)
REJECT = RejectReferral(RejectionReason.CRISIS)
IN_TWO_DAYS = NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"organisation_code": "nobody"}, "organisationCode", "known-organisation"),
        ({"organisation_code": "kredietbank"}, "organisationCode", "referring-organisation"),
        ({"contents": ReferralContents(area="Atlantis")}, "area", "known-area"),
        ({"client": replace(CLIENT, bsn="999990018")}, "client.bsn", "eleven-test"),
        ({"client": replace(CLIENT, birth_date=date(2026, 3, 3))}, "client.birthDate", "not-in-future"),
        ({"received_at": IN_TWO_DAYS}, "receivedAt", "not-in-future"),
    ],
)
async def test_a_referral_that_breaks_a_rule_names_field_and_rule_and_writes_nothing(
    hub: InProcessHub, changes: dict[str, Any], field: str, rule: str
) -> None:
    before = await hub.dump()

    with pytest.raises(InvalidInput) as refused:
        await hub.refer(**changes)

    [fault] = refused.value.faults
    assert (fault.field, fault.rule) == (field, rule)
    assert await hub.dump() == before


async def test_a_refusal_holds_no_personal_data(hub: InProcessHub) -> None:
    with pytest.raises(InvalidInput) as refused:
        await hub.refer(client=replace(CLIENT, bsn="999990018"))

    assert "999990018" not in str(refused.value)
    assert str(CLIENT.family_name) not in str(refused.value)


async def test_a_reference_cannot_be_used_twice_by_one_organisation(hub: InProcessHub) -> None:
    await hub.refer(reference="D-1")

    async with refused(hub, DuplicateReference):
        await hub.refer(reference="D-1", client=replace(CLIENT, bsn=None))


REFUSED: list[tuple[str, ReferralStatus, Any, dict[str, Any], type[HubError]]] = [
    ("confirming twice", ReferralStatus.CONFIRMED, CONFIRM, {}, TransitionNotAllowed),
    ("confirming by the referrer", ReferralStatus.RECEIVED, CONFIRM, {"role": OrganisationRole.REFERRER}, NotTheOwner),
    ("rejecting after planning", ReferralStatus.SCHEDULED, REJECT, {}, TransitionNotAllowed),
    ("rejecting by the bank", ReferralStatus.RECEIVED, REJECT, {"role": OrganisationRole.CREDIT_BANK}, NotTheOwner),
    ("forwarding to nobody", ReferralStatus.RECEIVED, ForwardReferral("nobody"), {}, InvalidInput),
    ("forwarding too late", ReferralStatus.ATTENDED, ForwardReferral(WIJKTEAM.code), {}, TransitionNotAllowed),
    ("withdrawing what ended", ReferralStatus.CONCLUDED, WITHDRAW, {}, TransitionNotAllowed),
    (
        "withdrawing by the team",
        ReferralStatus.RECEIVED,
        WITHDRAW,
        {"role": OrganisationRole.FINANCE_TEAM},
        NotTheOwner,
    ),
    ("granting what nobody asked", ReferralStatus.CONFIRMED, GRANT, {}, TransitionNotAllowed),
    ("refusing what nobody asked", ReferralStatus.CONFIRMED, REFUSE, {}, TransitionNotAllowed),
    (
        "amending a mistake",
        ReferralStatus.ENTERED_IN_ERROR,
        AmendReferral(replace(CONTENTS, reason="another")),
        {},
        TransitionNotAllowed,
    ),
    (
        "amending by the team",
        ReferralStatus.CONFIRMED,
        AmendReferral(replace(CONTENTS, reason="another")),
        {"role": OrganisationRole.FINANCE_TEAM},
        NotTheOwner,
    ),
    (
        "amending to nowhere",
        ReferralStatus.RECEIVED,
        AmendReferral(ReferralContents(area="Atlantis")),
        {},
        InvalidInput,
    ),
    (
        "amending to another person",
        ReferralStatus.RECEIVED,
        AmendReferral(CONTENTS, replace(CLIENT, bsn="999990020")),
        {},
        InvalidInput,
    ),
    (
        "signalling on what ended",
        ReferralStatus.ENTERED_IN_ERROR,
        GiveSignal(SignalKind.CONTACT_RESTORED),
        {},
        TransitionNotAllowed,
    ),
    ("giving up before confirming", ReferralStatus.RECEIVED, MarkUnreachable(), {}, TransitionNotAllowed),
    ("concluding before the intake", ReferralStatus.SCHEDULED, CONCLUDE, {}, TransitionNotAllowed),
    ("opening a trajectory for who was missed", ReferralStatus.MISSED, CONCLUDE, {}, TransitionNotAllowed),
    ("concluding twice", ReferralStatus.CONCLUDED, CONCLUDE, {}, TransitionNotAllowed),
    (
        "concluding in the future",
        ReferralStatus.ATTENDED,
        replace(CONCLUDE, concluded_on=date(2026, 3, 5)),
        {},
        InvalidInput,
    ),
    ("calling an end a mistake", ReferralStatus.CONCLUDED, EnterInError(), {}, TransitionNotAllowed),
]


@pytest.mark.parametrize(
    ("status", "fact", "context", "error"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
async def test_what_is_refused_writes_nothing(
    sqlite_hub: InProcessHub, status: ReferralStatus, fact: Any, context: dict[str, Any], error: type[HubError]
) -> None:
    hub = sqlite_hub
    referral_id = await hub.refer_until(status)

    async with refused(hub, error):
        await hub.execute(referral_id, fact, **context)


async def test_a_refusal_takes_along_what_was_told_in_the_same_transaction(hub: InProcessHub) -> None:
    referral_id = await hub.refer()

    async with refused(hub, TransitionNotAllowed):
        await hub.execute(referral_id, CONFIRM, CONFIRM)


async def test_an_unknown_referral_is_not_found(hub: InProcessHub) -> None:
    with pytest.raises(NotFound):
        await hub.execute(UUID(int=1), CONFIRM)


@pytest.mark.parametrize("see", ["organisation", "system"])
async def test_somebody_elses_referral_is_not_found(hub: InProcessHub, see: str) -> None:
    referral_id = await hub.refer()
    court = await hub.db.read(read_organisation, COURT.code)
    visibility = Visibility(organisation_id=court.id) if see == "organisation" else Visibility(system=System.GIDSO)

    with pytest.raises(NotFound):
        await hub.execute(referral_id, CONFIRM, visibility=visibility)


async def referred_for(hub: InProcessHub, code: str, given: str | None) -> str:
    """Return the code of the organisation for which a caller's referral was registered."""
    caller = await hub.db.read(read_organisation, code)
    command = referral(organisation_code=code_to_register_for(caller, given), client=replace(CLIENT, bsn=None))

    def work(tx: Connection) -> str:
        uow = UnitOfWork(tx, hub.services)
        case = register(uow, command, context_of(command, role=caller.role, system=caller.system))
        uow.flush()
        return case.referral.organisation.code

    return await hub.db.write(work)


async def test_a_referrer_refers_for_itself(hub: InProcessHub) -> None:
    assert await referred_for(hub, DOCK.code, None) == DOCK.code
    assert await referred_for(hub, DOCK.code, DOCK.code) == DOCK.code


async def test_a_system_refers_for_the_organisations_that_work_in_it(hub: InProcessHub) -> None:
    assert await referred_for(hub, "gidso", WIJKTEAM.code) == WIJKTEAM.code


@pytest.mark.parametrize(
    ("caller", "given", "error"),
    [
        (DOCK.code, COURT.code, Forbidden),
        ("gidso", None, InvalidInput),
        ("gidso", "nobody", InvalidInput),
        ("gidso", DOCK.code, Forbidden),
        ("kredietbank", None, Forbidden),
        ("expertiseteam-financien", DOCK.code, Forbidden),
    ],
)
async def test_nobody_refers_for_whom_it_may_not(
    hub: InProcessHub, caller: str, given: str | None, error: type[HubError]
) -> None:
    with pytest.raises(error):
        await referred_for(hub, caller, given)
