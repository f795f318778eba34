"""Writes one marked test message to a partner, and finds it there by its id."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from app.adapters.common.adapter import Adapter
from app.domain.codes import DisclosureOccasion, System
from app.domain.errors import PartnerError, PartnerUnreachable
from app.domain.events import EventType
from app.domain.fields import Field
from app.domain.ports import PartnerMessage
from app.kit.judgement import Judgement, Verdict
from app.kit.partner.reading import PartnerReading

__all__ = ["judged_write"]

_MARK = "TEST trajecthub verify"


async def judged_write(adapter: Adapter, reading: PartnerReading, now: datetime, contract: str) -> Judgement:
    """Return what came of writing one message twice; the second time it must be found instead of written.

    In Allegro it is a new referral without a person, elsewhere a line at the first case that was read.
    """
    message = _message(adapter.system, reading, now)
    if message is None:
        return Judgement(check="write", verdict=Verdict.SKIPPED, sent="nothing", came="there is no case to write to")
    sent = f"a message marked as a test ({message.id}), and the same once more"
    lost = await _write(adapter, message)
    try:
        again = await adapter.sink.deliver(replace(message, attempt=2))
    except PartnerError as error:
        return Judgement(
            check="write",
            verdict=Verdict.WRONG,
            sent=sent,
            came=str(lost or error),
            mend="Accept the message, and answer a look-up by the id of the hub, as the contract says.",
            docs=contract,
        )
    if not again.already_there:
        return Judgement(
            check="write",
            verdict=Verdict.WRONG,
            sent=sent,
            came=f"{lost or 'stored'}; the look-up did not find it, so it was written twice",
            mend="Return what was stored at a look-up by the id of the hub: after a lost answer the hub looks there.",
            docs=contract,
        )
    came = f"stored, though its answer was lost ({lost}); found by its id" if lost else "stored, and found by its id"
    return Judgement(
        check="write",
        verdict=Verdict.ADVICE if lost else Verdict.OK,
        sent=sent,
        came=came,
        mend="Answer after storing; the hub looks a message up when the answer is lost." if lost else None,
        docs=contract if lost else None,
    )


async def _write(adapter: Adapter, message: PartnerMessage) -> PartnerError | None:
    try:
        await adapter.sink.deliver(message)
    except PartnerUnreachable as error:
        return error
    except PartnerError:
        # The second attempt raises it again, and is judged.
        return None
    return None


def _message(system: System, reading: PartnerReading, now: datetime) -> PartnerMessage | None:
    referral_id = uuid4()
    if system is System.ALLEGRO:
        reference = {Field.REFERRAL_REFERENCE.value: _MARK}
        return PartnerMessage(
            id=uuid4(),
            event_type=EventType.REFERRAL_RECEIVED,
            moment=None,
            referral_id=referral_id,
            external_id=None,
            occurred_at=now,
            fields=reference,
        )
    case = next((each.case_id for each in reading.records if each.unread is None), None)
    if case is None:
        return None
    return PartnerMessage(
        id=uuid4(),
        event_type=EventType.REFERRAL_CONFIRMED,
        moment=DisclosureOccasion.CONFIRMED,
        referral_id=referral_id,
        external_id=case,
        occurred_at=now,
        fields={Field.COUNSELLOR_NAME.value: _MARK},
    )
