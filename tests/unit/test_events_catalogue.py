"""The catalogue of events, its schemas, and the agreements it must be able to carry."""

from itertools import product

from app.domain.codes import FEEDBACK_MOMENTS, DisclosureOccasion
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import ADDRESSED, Field, FieldClass
from app.events.contract.catalogue import CATALOGUE, fields_for, only_to_own_system
from app.privacy.classification import CLASS_OF
from app.privacy.policy import REFERRER_KINDS
from app.privacy.wire import to_wire
from tests.support.event_schemas import sent_data
from tests.support.privacy import POLICY, release_for

NEVER_IN_EVENTS = {FieldClass.CARE, FieldClass.FREE_TEXT}


def permitted(occasion: DisclosureOccasion, kind: str) -> set[Field]:
    return {field for field, cell in POLICY.row(kind, occasion).items() if cell.permits}


def test_every_event_type_has_an_entry() -> None:
    assert set(CATALOGUE) == set(EventType)


def test_no_event_can_carry_care_or_free_text() -> None:
    carried = [
        (event_type, field)
        for event_type, occasion in product(EventType, (DisclosureOccasion.RECEIVED, DisclosureOccasion.HANDLING))
        for field in fields_for(event_type, occasion)
        if CLASS_OF[field] in NEVER_IN_EVENTS
    ]

    assert carried == []


def test_no_event_to_a_referrer_can_carry_what_was_said_for_the_counsellor() -> None:
    carried = {field for event_type in EventType for field in fields_for(event_type, DisclosureOccasion.RECEIVED)}

    assert [field for field in carried if CLASS_OF[field] is FieldClass.FOR_COUNSELLOR] == []


def test_the_finance_team_is_sent_all_that_was_said_for_the_counsellor_at_once_and_after_each_change() -> None:
    said = {field for field in Field if CLASS_OF[field] is FieldClass.FOR_COUNSELLOR}

    assert said <= fields_for(EventType.REFERRAL_RECEIVED, DisclosureOccasion.HANDLING)
    assert said <= fields_for(EventType.REFERRAL_AMENDED, DisclosureOccasion.HANDLING)


def test_no_event_by_webhook_or_polling_can_carry_who_the_client_is() -> None:
    carried = [
        (event_type, field)
        for event_type in EventType
        for field in fields_for(event_type, DisclosureOccasion.RECEIVED) - only_to_own_system(event_type)
        if field.startswith("client.")
    ]

    assert carried == []


def test_whatever_is_agreed_for_a_moment_fits_in_its_events() -> None:
    left_out = {
        (kind, occasion): permitted(occasion, kind) - carried_at(occasion)
        for kind, occasion in product(sorted(REFERRER_KINDS), FEEDBACK_MOMENTS)
        # No event belongs to it yet.
        if occasion is not DisclosureOccasion.OTHER_HELP
    }

    assert {cell: fields for cell, fields in left_out.items() if fields} == {}


def carried_at(occasion: DisclosureOccasion) -> frozenset[Field]:
    """Return the fields that the events of a moment can carry."""
    types = [event_type for event_type, its_occasion in OCCASION_OF.items() if its_occasion is occasion]
    return frozenset[Field]().union(*(fields_for(event_type, occasion) for event_type in types))


def test_whatever_is_released_is_documented() -> None:
    invalid = [
        (kind, event_type, error.message)
        for event_type, occasion in OCCASION_OF.items()
        if occasion
        for validator in [sent_data(event_type)]
        for kind in sorted(REFERRER_KINDS)
        # Without a released field no event is sent.
        if (released := released_in(event_type, occasion, kind))
        for error in validator.iter_errors(to_wire(released))
    ]

    assert invalid == []


def released_in(event_type: EventType, occasion: DisclosureOccasion, kind: str) -> dict[Field, object]:
    """Return what an event carries to this kind of referrer."""
    # What goes to a partner's system only is no part of the schema.
    carried = fields_for(event_type, occasion) - ADDRESSED
    return {field: value for field, value in release_for(kind, occasion).fields.items() if field in carried}
