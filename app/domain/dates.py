"""Days and moments that callers and partners state."""

from datetime import date, datetime, timedelta

from app.domain.errors import FieldFault, InvalidInput
from app.domain.input_rules import InputRule
from app.domain.local_time import AMSTERDAM

# A partner's clock may run a little ahead of ours.
_AHEAD = timedelta(days=1)


def check_not_future(field: str, given: date | None, now: datetime) -> None:
    """See that something that happened, a date or an aware moment, does not lie in the future; None passes.

    Raises:
        InvalidInput: it lies more than a day ahead; the fault names the field.
    """
    latest = now + _AHEAD
    limit = latest if isinstance(given, datetime) else latest.astimezone(AMSTERDAM).date()
    if given is not None and given > limit:
        raise InvalidInput(FieldFault(field, InputRule.NOT_IN_FUTURE, "Lies in the future; give when it happened."))
