"""What kind of information each field is, and which less precise form it has."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from app.domain.codes import RejectionReason, RoutingAdvice
from app.domain.fields import IDENTIFIER, OF_CONTENTS, SPECS, Field, FieldClass
from app.domain.local_time import local_date

CLASS_OF: Mapping[Field, FieldClass] = {field: spec.privacy_class for field, spec in SPECS.items()}
"""The one class of every field of the canonical record."""

ID_FIELDS = frozenset(field for field, spec in SPECS.items() if spec.type is IDENTIFIER)
"""The hub's own ids: a receiver outside the three systems gets its own pseudonyms instead."""

INSIDE_ONLY = frozenset({Field.CLIENT_BSN})
"""Fields that never leave to a receiver outside the three systems, whatever a rule permits."""

SUPPLIED_BY_REFERRER = frozenset(
    {
        Field.REFERRAL_REFERENCE,
        *(spec.field for spec in OF_CONTENTS if spec.privacy_class is not FieldClass.CONTACT),
    }
)
"""The referral's contents: the referrer supplied them and may read them back (domain.md section 9)."""


def _local_date(value: object) -> date:
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(time, datetime) or time.tzinfo is None:
        raise TypeError("a time with a time zone is needed")
    return local_date(time)


def _year(value: object) -> int:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(day, date):
        raise TypeError("a date is needed")
    return day.year


def _without(*secrets: str) -> Callable[[object], object]:
    def coarsened(values: object) -> object:
        if not isinstance(values, list | tuple | set | frozenset):
            raise TypeError("a list of codes is needed")
        return type(values)(value for value in values if value not in secrets)

    return coarsened


# These two reasons come from what others reported about the client, not from this referrer.
_REASONS_FROM_OTHERS = frozenset({RejectionReason.ALREADY_KNOWN, RejectionReason.WMO_INDICATION})


def _general_reason(value: object) -> object:
    return RejectionReason.NOT_ELIGIBLE if value in _REASONS_FROM_OTHERS else value


_COARSENERS: Mapping[Field, Callable[[object], object]] = {
    Field.CLIENT_BIRTH_DATE: _year,
    Field.REFERRAL_RECEIVED_AT: _local_date,
    Field.APPOINTMENT_STARTS_AT: _local_date,
    Field.OCCURRED_AT: _local_date,
    Field.REFERRAL_ADVICE: _without(RoutingAdvice.ALREADY_OPEN),
    Field.REFERRAL_FLAGS: _without("contact_lost", "closed_unasked"),
    Field.REFERRAL_REJECTION_REASON: _general_reason,
}

COARSENABLE = frozenset(_COARSENERS)
"""The fields that have a less precise form."""


def coarsen(field: Field, value: object) -> object:
    """Return a less precise value of a field; None stays None.

    A birth date becomes its year, a time its date in local time; routing advice loses ``already_open``, flags lose
    ``contact_lost``, a reason of rejection that comes from what others reported becomes ``not_eligible``.

    Raises:
        KeyError: the field is not in ``COARSENABLE``.
        TypeError, ValueError: the value is not of the field's type.
    """
    coarsener = _COARSENERS[field]
    return None if value is None else coarsener(value)
