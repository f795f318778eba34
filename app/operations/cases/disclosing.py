"""What each change discloses to the referrer, noted in the transaction of the change and never again afterwards."""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.case import Case
from app.domain.codes import AppointmentStatus, ConsentScope, DisclosureOccasion, ReferralStatus
from app.domain.disclosed import DisclosedFields, DisclosedValue, EventDisclosure, InForce
from app.domain.events import OCCASION_OF, Event, EventType, NewEvent
from app.domain.field_values import appointment_values, feedback_values, fixed_values, stated_facts
from app.domain.fields import (
    CLOSURE_REASONS,
    OF_APPOINTMENT,
    OF_EVENT,
    OF_INFORMATION,
    OF_ONWARD,
    OF_SIGNAL,
    PROGRESS,
    SPECS,
    FactValue,
    Field,
    FieldValues,
    consent_values,
)
from app.domain.lifecycle import Machine
from app.domain.local_time import local_date
from app.events.contract.catalogue import fields_for
from app.events.delivery.routing import referrer_as_receiver
from app.privacy.gate import PrivacyGate, Receiver, Released
from app.privacy.json_values import to_json_value

_CONSENT = frozenset({Field.CONSENT_SCOPES, Field.CONSENT_GIVEN_ON})
_COUNSELLOR = frozenset({Field.COUNSELLOR_NAME, Field.COUNSELLOR_PHONE})
_OF_APPOINTMENT = frozenset(spec.field for spec in OF_APPOINTMENT)
_OF_EVENT = frozenset(spec.field for specs in (OF_EVENT, OF_INFORMATION, OF_ONWARD, OF_SIGNAL) for spec in specs)

_TELLS_THE_END = frozenset({DisclosureOccasion.INTAKE_RESULT, DisclosureOccasion.CLOSED})
_READ_FLAGS = SPECS[Field.REFERRAL_FLAGS].read

_STATUS_FIELD = {
    Machine.REFERRAL: Field.REFERRAL_STATUS,
    Machine.TRAJECTORY: Field.TRAJECTORY_STATUS,
    Machine.KBR_APPLICATION: Field.KBR_STATUS,
}


def note_disclosures(
    gate: PrivacyGate, case: Case, known_events: int, *, is_own_step: bool = False, is_noted: bool = False
) -> None:
    """Note what the events of a change disclose to the referrer, by the rules and the consent of this moment.

    Args:
        gate: decides.
        case: after the change.
        known_events: how many pending events it had before.
        is_own_step: True when the referrer made the change; its events then tell it nothing else of the case.
        is_noted: True when what the change tells the referrer is noted: it knows its own step without any consent.
    """
    noted = tuple(
        _noted(gate, case, new, is_own_step=is_own_step, is_noted=is_noted) for new in case.new_events[known_events:]
    )
    case.new_events = (*case.new_events[:known_events], *noted)


def _noted(gate: PrivacyGate, case: Case, new: NewEvent, *, is_own_step: bool, is_noted: bool) -> NewEvent:
    occasion = OCCASION_OF[new.event.type]
    if occasion is None:
        return new
    facts = _known_facts(case, new.event) if is_own_step else _facts_of(case, new.event)
    disclosure = _disclosure_of(gate, case, facts, new.event, occasion)
    if disclosure.fields and not is_noted:
        _add_to_record(gate, case, new.event, disclosure.fields, is_own_step)
        _mark_history(case, new.event, disclosure.fields)
    return replace(new, disclosure=disclosure)


def _disclosure_of(
    gate: PrivacyGate, case: Case, known: FieldValues, event: Event, occasion: DisclosureOccasion
) -> EventDisclosure:
    """Return what an event discloses to the referrer now; nothing unless it may know the referral that it is about."""
    if event.type is EventType.APPOINTMENT_DUE and event.appointment_id not in case.disclosed.appointments:
        return EventDisclosure({})
    receiver, wanted = referrer_as_receiver(case.referral.organisation), fields_for(event.type, occasion)
    asks = gate.policy.asks
    facts = {name: value for name, value in known.items() if name in wanted or name in asks}
    released = gate.release(receiver, occasion, facts)
    if Field.REFERRAL_ID not in released.fields:
        return EventDisclosure({})
    consents = _consents(gate, receiver, occasion, facts, released)
    fields = {
        name: DisclosedValue(to_json_value(facts[name]) if facts[name] is not None else None, consents.get(name))
        for name in released.fields
        if name in wanted
    }
    asked = {name: to_json_value(facts[name]) for name in asks - _CONSENT if facts.get(name) is not None}
    return EventDisclosure(fields, asked)


def _facts_of(case: Case, event: Event) -> FieldValues:
    # An event that is about the referral alone says nothing of a trajectory, not even that there is one.
    facts = feedback_values(case.referral, case.trajectory if event.trajectory_id else None)
    for each in case.appointments:
        if each.id == event.appointment_id:
            facts |= appointment_values(each)
    for request in case.information_requests:
        if str(request.id) == event.facts.get(Field.INFORMATION_ID):
            facts[Field.INFORMATION_QUESTION] = request.question
    return facts | stated_facts(event)


def _known_facts(case: Case, event: Event) -> FieldValues:
    """Return what the referrer knows, and what its own step states."""
    consent = case.referral.consent
    in_force = InForce.of(consent, local_date(event.recorded_at))
    of_appointment = case.disclosed.read_appointment(event.appointment_id, in_force) if event.appointment_id else {}
    known = fixed_values(case.referral) | consent_values(consent) | case.disclosed.read(in_force)
    return known | of_appointment | stated_facts(event)


def _consents(
    gate: PrivacyGate,
    receiver: Receiver,
    occasion: DisclosureOccasion,
    facts: Mapping[Field, object],
    released: Released,
) -> Mapping[Field, ConsentScope | None]:
    """Return the consent without which fields would not be released, by field; others are left out."""
    if not facts.get(Field.CONSENT_SCOPES):
        return {}
    without = gate.release(receiver, occasion, {name: facts[name] for name in facts if name not in _CONSENT})
    return {
        each.field: gate.policy.consent_of(each.rule_id)
        for each in released.decisions
        if each.effect is not None and each.field not in without.fields
    }


def _add_to_record(gate: PrivacyGate, case: Case, event: Event, fields: DisclosedFields, is_own_step: bool) -> None:
    consent = fields[Field.REFERRAL_ID].consent
    lasting = {name: value for name, value in fields.items() if name not in _OF_EVENT}
    lasting |= _progress(case, event, fields, consent)
    if status := lasting.get(Field.REFERRAL_STATUS):
        lasting[Field.REFERRAL_DISCLOSED_STATUS] = status
    if not is_own_step:
        lasting |= {name: DisclosedValue(value, consent) for name, value in _states(gate, case, event).items()}
    if event.type is EventType.CONTACT_RESTORED:
        lasting |= {name: DisclosedValue(value, consent) for name, value in _reopened(case, event).items()}
    of_case = {name: value for name, value in lasting.items() if name not in _OF_APPOINTMENT}
    case.disclosed = case.disclosed.adding(of_case)
    # The referrer knows what its own step makes of an appointment.
    if event.appointment_id and not is_own_step:
        _add_appointment(case, event, lasting, consent)


def _progress(case: Case, event: Event, fields: DisclosedFields, consent: ConsentScope | None) -> DisclosedFields:
    """Return where the case is as the event tells it; nothing any more once it tells that the case ended."""
    if Field.PROGRESS_STATE in fields:
        reported_on = DisclosedValue(local_date(event.occurred_at).isoformat(), consent)
        told = {name: fields[name] for name in PROGRESS if name in fields} | {Field.PROGRESS_REPORTED_ON: reported_on}
    elif OCCASION_OF[event.type] in _TELLS_THE_END and not case.goes_on:
        told = {}
    else:
        return {}
    before = dict.fromkeys((name for name in PROGRESS if name in case.disclosed.values), DisclosedValue(None, consent))
    return before | told


def _reopened(case: Case, event: Event) -> Mapping[Field, FactValue]:
    """Return what restored contact makes of an end that was disclosed: neither its reason nor its status holds."""
    present = feedback_values(case.referral, case.trajectory)
    reopened: dict[Field, FactValue] = {
        name: None for name in CLOSURE_REASONS if name in case.disclosed.values and present.get(name) is None
    }
    known = case.disclosed.read(InForce.of(case.referral.consent, local_date(event.recorded_at)))
    if known.get(Field.REFERRAL_DISCLOSED_STATUS) == ReferralStatus.UNREACHABLE:
        reopened[Field.REFERRAL_DISCLOSED_STATUS] = case.referral.status.value
    return reopened


def _states(gate: PrivacyGate, case: Case, event: Event) -> Mapping[Field, FactValue]:
    """Return the states that the referrer may read by a rule of its own, as they are now."""
    kind = referrer_as_receiver(case.referral.organisation).kind
    states: dict[Field, FactValue] = {}
    if gate.policy.reads(kind, Field.REFERRAL_FLAGS):
        states[Field.REFERRAL_FLAGS] = to_json_value(_READ_FLAGS(case.referral))
    if Field.TRAJECTORY_STATUS in event.facts and gate.policy.reads(kind, Field.TRAJECTORY_STATUS):
        states[Field.TRAJECTORY_STATUS] = event.facts[Field.TRAJECTORY_STATUS]
    return states


def _add_appointment(case: Case, event: Event, lasting: DisclosedFields, consent: ConsentScope | None) -> None:
    # Whoever knows an appointment by its id is shown what becomes of it.
    if Field.APPOINTMENT_ID in lasting or event.appointment_id in case.disclosed.appointments:
        of_appointment = {
            name: value for name, value in lasting.items() if name in _OF_APPOINTMENT or name in _COUNSELLOR
        }
        case.disclosed = case.disclosed.adding(of_appointment, event.appointment_id)
    for each in case.appointments:
        is_replaced = each.status is AppointmentStatus.REPLACED
        if each.id in case.disclosed.appointments and (each.id == event.appointment_id or is_replaced):
            status = {Field.APPOINTMENT_STATUS: DisclosedValue(each.status.value, consent)}
            case.disclosed = case.disclosed.adding(status, each.id)


def _mark_history(case: Case, event: Event, fields: DisclosedFields) -> None:
    """Mark the step that the event reports as disclosed, with the status that it disclosed."""
    entries = list(case.new_history)
    for index in reversed(range(len(entries))):
        entry = entries[index]
        if (entry.event_type, entry.recorded_at) != (event.type, event.recorded_at):
            continue
        status_field = _STATUS_FIELD[Machine(entry.machine)]
        # Every step of an application to the credit bank names its status.
        needed = fields.get(Field.KBR_STATUS if status_field is Field.KBR_STATUS else Field.REFERRAL_ID)
        # Whoever made the step knows where it leads, with or without consent.
        if needed is not None and entry.disclosed_status is None:
            status = fields.get(status_field)
            entries[index] = replace(
                entry,
                disclosed_status=str(status.value) if status else "",
                disclosed_consent=status.consent if status else needed.consent,
            )
        break
    case.new_history = tuple(entries)
