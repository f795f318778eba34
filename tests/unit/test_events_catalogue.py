"""The catalogue of events, its schemas, and the agreements it must be able to carry."""

import pytest
from jsonschema import Draft202012Validator

from app.domain.codes import FEEDBACK_MOMENTS, DisclosureOccasion
from app.domain.events import OCCASION_OF, EventType
from app.domain.fields import Field, FieldClass
from app.events.contract.catalogue import CATALOGUE, fields_for, schema_for
from app.privacy.classification import CLASS_OF
from app.privacy.policy import REFERRER_KINDS
from app.privacy.wire import to_wire
from tests.support.privacy import POLICY, release_for

NEVER_IN_EVENTS = {FieldClass.CARE, FieldClass.FREE_TEXT}


def permitted(occasion: DisclosureOccasion, kind: str) -> set[Field]:
    return {field for field, cell in POLICY.row(kind, occasion).items() if cell.permits}


def test_every_event_type_has_an_entry() -> None:
    assert set(CATALOGUE) == set(EventType)


@pytest.mark.parametrize("event_type", EventType)
def test_schema_is_valid(event_type: EventType) -> None:
    Draft202012Validator.check_schema(schema_for(event_type))


@pytest.mark.parametrize("event_type", EventType)
def test_event_cannot_carry_care_or_free_text(event_type: EventType) -> None:
    carried = fields_for(event_type, DisclosureOccasion.RECEIVED) | fields_for(event_type, DisclosureOccasion.HANDLING)

    assert not {field for field in carried if CLASS_OF[field] in NEVER_IN_EVENTS}


@pytest.mark.parametrize("event_type", EventType)
def test_event_to_a_referrer_cannot_carry_who_the_client_is(event_type: EventType) -> None:
    assert not {field for field in fields_for(event_type, DisclosureOccasion.RECEIVED) if field.startswith("client.")}


@pytest.mark.parametrize("kind", sorted(REFERRER_KINDS))
@pytest.mark.parametrize(
    "occasion", [occasion for occasion in FEEDBACK_MOMENTS if occasion is not DisclosureOccasion.OTHER_HELP]
)
def test_whatever_is_agreed_for_a_moment_fits_in_its_events(kind: str, occasion: DisclosureOccasion) -> None:
    types = [event_type for event_type, its_occasion in OCCASION_OF.items() if its_occasion is occasion]

    carried = frozenset[Field]().union(*(fields_for(event_type, occasion) for event_type in types))

    assert permitted(occasion, kind) - carried == set()


@pytest.mark.parametrize("kind", sorted(REFERRER_KINDS))
@pytest.mark.parametrize("event_type", [event_type for event_type, moment in OCCASION_OF.items() if moment])
def test_whatever_is_released_is_valid_by_the_schema(kind: str, event_type: EventType) -> None:
    moment = OCCASION_OF[event_type]
    assert moment is not None
    occasion = moment
    released = release_for(kind, occasion)

    fields = {field: value for field, value in released.fields.items() if field in fields_for(event_type, occasion)}

    Draft202012Validator(schema_for(event_type)).validate(to_wire(fields))
