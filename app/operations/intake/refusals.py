"""Why the hub refuses a record: what is wrong with its content, as opposed to trouble that is not about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.database import StoreError, is_conflict, is_refused_value
from app.domain.errors import HubError, InvalidInput
from app.domain.ports import ReadError

_ODD_VALUES = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
"""What a value raises that no rule foresaw; the record is refused, and its neighbours are applied."""

_LONGEST_FIELD, _LONGEST_MESSAGE = 100, 500


class RecordRefused(Exception):
    """A record cannot be applied as it is.

    Attributes:
        reason: what is wrong with it; no values.
        is_conflict: the store has another row that excludes it, which may have been stored at that moment.
    """

    def __init__(self, reason: ReadError, *, is_conflict: bool = False) -> None:
        super().__init__(reason.reason)
        self.reason = reason
        self.is_conflict = is_conflict


@contextmanager
def record_refusals() -> Iterator[None]:
    """Raise as :class:`RecordRefused` what is raised about the content of a record; trouble of the store passes."""
    try:
        yield
    except HubError as error:
        raise RecordRefused(_broken_rule(error)) from error
    except StoreError as error:
        if not is_refused_value(error):
            raise
        message = "The database takes no value like one of this record's, such as one so long."
        raise RecordRefused(ReadError("record", "refused-by-store", message), is_conflict=is_conflict(error)) from error
    except _ODD_VALUES as error:
        # Without the text of the error, which may repeat a value.
        message = f"The hub cannot work with a value of this record ({type(error).__name__}); have it corrected there."
        raise RecordRefused(ReadError("record", "unusable-value", message)) from error


def _broken_rule(error: HubError) -> ReadError:
    message = str(error)[:_LONGEST_MESSAGE]
    if not isinstance(error, InvalidInput):
        return ReadError("record", error.code, message)
    fields = ", ".join(dict.fromkeys(fault.field for fault in error.faults))
    return ReadError(fields[:_LONGEST_FIELD], error.code, message)
