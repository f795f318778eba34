"""Questions to the referrer: asked once, answered once, and terms are paused as long as one is open."""

from datetime import date, timedelta
from itertools import permutations

import pytest

from app.domain.codes import InformationRequestStatus, InformationTopic, RejectionReason, SignalKind
from app.domain.commands import (
    AnswerInformation,
    AwaitInformation,
    Command,
    GiveSignal,
    InformationReceived,
    RejectReferral,
    RequestInformation,
    WithdrawInformationRequest,
)
from app.domain.errors import NotFound, TransitionNotAllowed
from app.operations.cases.correspondence import MOST_OPEN
from tests.support.hearing import heard_by, names, referred
from tests.support.hub import CONFIRM, NOW, TODAY, InProcessHub, partner_record, refused

ASK = RequestInformation(topic=InformationTopic.HOUSING, question="Kanarie-vraag", reference="V-1")


async def test_a_question_waits_until_it_is_answered_and_names_the_day_of_the_city_s_term(hub: InProcessHub) -> None:
    owner, referral_id = await referred(hub, "welzijnsorganisatie")
    await hub.execute(referral_id, CONFIRM, ASK)
    (asked,) = (await hub.case(referral_id)).information_requests
    awaiting = (await hub.case(referral_id)).referral.flags.awaiting_information

    await hub.execute(referral_id, AnswerInformation(asked.id, "Kanarie-antwoord"))

    case = await hub.case(referral_id)
    (answered,) = case.information_requests
    assert (asked.due_on, awaiting) == (TODAY + timedelta(days=7), True)
    assert (answered.status, answered.answer) == (InformationRequestStatus.ANSWERED, "Kanarie-antwoord")
    assert not case.referral.flags.awaiting_information
    heard = await heard_by(hub, owner)
    assert names(heard)[-1] == "information-requested"
    assert "anarie" not in str(heard)


async def test_the_same_question_answer_and_withdrawal_again_change_nothing(hub: InProcessHub) -> None:
    _, referral_id = await referred(hub, "exit")
    await hub.execute(referral_id, CONFIRM, ASK, ASK, replace_reference(ASK, "V-2"))
    first, second = (await hub.case(referral_id)).information_requests
    await hub.execute(referral_id, AnswerInformation(first.id, "Ja"), WithdrawInformationRequest(reference="V-2"))
    steps = await hub.steps(referral_id)

    await hub.execute(referral_id, AnswerInformation(first.id, "Ja"), WithdrawInformationRequest(reference="V-2"))

    assert await hub.steps(referral_id) == steps
    for late in (AnswerInformation(first.id, "Nee"), AnswerInformation(second.id, "Nee")):
        async with refused(hub, TransitionNotAllowed, "already"):
            await hub.execute(referral_id, late)
    async with refused(hub, NotFound, "no such information request"):
        await hub.execute(referral_id, WithdrawInformationRequest(reference="V-3"))


def replace_reference(asked: RequestInformation, reference: str) -> RequestInformation:
    return RequestInformation(topic=asked.topic, question=asked.question, reference=reference)


async def test_a_case_that_is_over_asks_nothing_and_not_too_much_is_asked_at_a_time(hub: InProcessHub) -> None:
    _, ended = await referred(hub, "exit")
    await hub.execute(ended, RejectReferral(RejectionReason.NOT_ELIGIBLE))
    _, asked = await referred(hub, "wijkteam")
    await hub.execute(asked, CONFIRM)
    await hub.execute(asked, *(RequestInformation(topic=InformationTopic.OTHER) for _ in range(MOST_OPEN)))

    for referral_id, why in ((ended, "ended"), (asked, "withdraw one")):
        async with refused(hub, TransitionNotAllowed, why):
            await hub.execute(referral_id, ASK)


@pytest.mark.parametrize("kind", ["exit", "welzijnsorganisatie"])
async def test_information_is_awaited_as_long_as_anything_is_in_whatever_order(hub: InProcessHub, kind: str) -> None:
    """Of the counsellor's own waiting and a question, the last to end ends it."""
    hub.clock.set(NOW + timedelta(hours=11))
    hours = {"noted": (1, 9), "asked": (2, 8)}
    for order in permutations(["noted", "asked"]):
        _, referral_id = await referred(hub, kind)
        await hub.execute(referral_id, CONFIRM)
        for name in order:
            command: Command = AwaitInformation() if name == "noted" else ASK
            await hub.execute(referral_id, command, occurred_at=NOW + timedelta(hours=hours[name][0]))
        awaited = []
        for name in order:
            (asked,) = (await hub.case(referral_id)).information_requests
            end: Command = InformationReceived() if name == "noted" else AnswerInformation(asked.id, "Ja")
            await hub.execute(referral_id, end, occurred_at=NOW + timedelta(hours=10))
            awaited.append((await hub.case(referral_id)).referral.flags.awaiting_information)

        (pause,) = (await hub.case(referral_id)).term_facts.pauses
        assert awaited == [True, False]
        assert (pause.since, pause.until) == (NOW + timedelta(hours=1), NOW + timedelta(hours=10))


async def test_what_allegro_asks_is_asked_once_and_on_the_day_that_it_names(hub: InProcessHub) -> None:
    referral_id = await hub.known_case()
    asked = RequestInformation(topic=InformationTopic.CONSENT, due_on=date(2026, 4, 1), reference="V-9")
    for number in range(2):
        await hub.pull(partner_record("D-1", asked, external_id=f"m-{number}"), cursor=str(number))

    (found,) = (await hub.case(referral_id)).information_requests
    assert (found.due_on, found.reference) == (date(2026, 4, 1), "V-9")
    assert (await hub.event_names(referral_id)).count("information-requested") == 1


async def test_every_signal_reaches_the_counsellor_and_its_text_no_event(hub: InProcessHub) -> None:
    _, referral_id = await referred(hub, "wijkteam")
    await hub.execute(referral_id, CONFIRM)
    for kind in set(SignalKind) - {SignalKind.CONTACT_RESTORED, SignalKind.CONTACT_NOT_RESTORED}:
        await hub.execute(referral_id, GiveSignal(kind, "Kanarie-toelichting"))

    given = [name for name in await hub.event_names(referral_id) if name == "signal-given"]
    assert len(given) == len(SignalKind) - 2
    assert "anarie" not in str(await hub.steps(referral_id))
