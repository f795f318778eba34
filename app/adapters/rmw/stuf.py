"""Days and moments as StUF writes them: digits without separators, in Dutch time."""

from datetime import UTC, date, datetime
from typing import Final

from app.adapters.common.parsing import birth_date_of, plausible
from app.domain.birth_date import BirthDate
from app.domain.errors import PartnerUnreadable
from app.domain.local_time import AMSTERDAM

_DAY: Final = 8
_MOMENT: Final = 14


def stuf_moment(moment: datetime) -> str:
    """Return a moment as in StUF: jjjjmmdduummss, Dutch time."""
    return f"{moment.astimezone(AMSTERDAM):%Y%m%d%H%M%S}"


def read_moment(value: str, field: str) -> datetime:
    """Return a StUF moment in UTC.

    Raises:
        PartnerUnreadable: it is no moment.
    """
    digits = _digits(value, _MOMENT, field)
    try:
        # StUF has no offset; of the hour that comes twice in autumn the first is taken.
        local = plausible(datetime.fromisoformat(f"{digits[:_DAY]}T{digits[_DAY:]}")).replace(tzinfo=AMSTERDAM)
    except ValueError:
        raise PartnerUnreadable(field, f"{field} is not a moment (jjjjmmdduummss)") from None
    return local.astimezone(UTC)


def read_day(value: str, field: str) -> date:
    """Return a StUF date.

    Raises:
        PartnerUnreadable: it is no date.
    """
    try:
        return plausible(date.fromisoformat(_digits(value, _DAY, field)))
    except ValueError:
        raise PartnerUnreadable(field, f"{field} is not a date (jjjjmmdd)") from None


def read_birth_day(value: str, field: str) -> BirthDate:
    """Return a date of birth, with zeros for a day or month that is not known.

    Raises:
        PartnerUnreadable: it is none.
    """
    digits = _digits(value, _DAY, field)
    try:
        return birth_date_of(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except ValueError:
        message = f"{field} is not a date (jjjjmmdd, with zeros for a day or month that is not known)"
        raise PartnerUnreadable(field, message) from None


def _digits(value: str, length: int, field: str) -> str:
    if len(value) == length and value.isascii() and value.isdigit():
        return value
    raise PartnerUnreadable(field, f"{field} does not consist of {length} digits")
