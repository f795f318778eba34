"""What was disclosed of cases from before it was kept, worked out from their events; done once, by the upgrade."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from app.database import Connection
from app.domain.case import Case
from app.domain.disclosed import DisclosedValue, EventDisclosure, InForce
from app.domain.events import OCCASION_OF, NewEvent
from app.domain.fields import Field
from app.domain.local_time import local_date
from app.domain.values import HistoryEntry
from app.models.cases.disclosed_filling import store_filled
from app.models.cases.history import list_history
from app.models.cases.referral import unfilled_referrals
from app.models.delivery.outbox import StoredEvent, chain_events
from app.operations.cases.disclosing import note_disclosures
from app.operations.cases.known_case import REFERRER_ROLES, note_known
from app.operations.cases.unit_of_work import UnitOfWork
from app.operations.services import Services
from app.privacy.gate import PrivacyGate

BATCH = 200


def fill_disclosed(tx: Connection, services: Services, most: int = BATCH) -> int:
    """Store what was disclosed of cases that have no record of it yet, at most ``most``; return how many.

    Each event counts as disclosed by the rules of today, with what it states; what it does not state is as the case is
    now. Consent counts for the events since its day. The status that was disclosed is known, and stays.
    """
    uow = UnitOfWork(tx, services)
    ids = unfilled_referrals(tx, most)
    uow.cases.prefetch(ids)
    for id in ids:
        if case := uow.cases.lock(id):
            filled, disclosures, entries = _filled(tx, services.gate, case, local_date(uow.rules.now))
            store_filled(tx, uow.cases.sealer_of(id), filled, disclosures, entries)
    return len(ids)


def _filled(
    tx: Connection, gate: PrivacyGate, case: Case, today: date
) -> tuple[Case, dict[UUID, EventDisclosure], list[HistoryEntry]]:
    work = replace(case, new_history=tuple(list_history(tx, case.id)), new_events=())
    disclosures: dict[UUID, EventDisclosure] = {}
    for stored in chain_events(tx, case.id):
        if OCCASION_OF[stored.event.type] is not None:
            disclosures[stored.event.id] = _note(gate, work, stored)
    _add_own(work)
    status = work.disclosed.read(InForce.of(case.referral.consent, today)).get(Field.REFERRAL_DISCLOSED_STATUS)
    if status != case.referral.disclosed_status:
        known = {Field.REFERRAL_DISCLOSED_STATUS: DisclosedValue(case.referral.disclosed_status.value)}
        work.disclosed = work.disclosed.adding(known)
    note_known(work, today)
    return work, disclosures, list(_disclosed(work.new_history))


def _note(gate: PrivacyGate, case: Case, stored: StoredEvent) -> EventDisclosure:
    consent = case.referral.consent
    given_by_then = InForce.of(consent, local_date(stored.event.recorded_at)).scopes
    case.referral = replace(case.referral, consent=replace(consent, scopes=given_by_then))
    case.new_events = (NewEvent(stored.event, stored.source_system),)
    note_disclosures(gate, case, 0)
    case.referral = replace(case.referral, consent=consent)
    return case.new_events[0].disclosure or EventDisclosure({})


def _add_own(case: Case) -> None:
    """Add what the referrer did itself, which no event disclosed to it."""
    if reason := case.referral.withdrawal_reason:
        own = {Field.REFERRAL_WITHDRAWAL_REASON: DisclosedValue(reason.value)}
        case.disclosed = case.disclosed.adding(own)
    for each in case.appointments:
        if each.id in case.disclosed.appointments:
            times = [moment.isoformat() for moment in each.other_times]
            answer = {
                Field.APPOINTMENT_RESPONSE: DisclosedValue(each.response.value),
                Field.APPOINTMENT_OTHER_TIMES: DisclosedValue(times),
            }
            case.disclosed = case.disclosed.adding(answer, each.id)
    case.new_history = tuple(
        replace(entry, disclosed_status=entry.to_status)
        if entry.role in REFERRER_ROLES and entry.disclosed_status is None and entry.from_status != entry.to_status
        else entry
        for entry in case.new_history
    )


def _disclosed(entries: Iterable[HistoryEntry]) -> Iterable[HistoryEntry]:
    return (entry for entry in entries if entry.disclosed_status is not None)
