"""What is known of a request while it is handled, for the log and the figures; no values, no query, no body."""

from dataclasses import dataclass

from starlette.types import Scope

from app.domain.refusal import RefusalCause

_KEY = "request_record"


@dataclass(slots=True, kw_only=True)
class RequestRecord:
    """What became of a request.

    Attributes:
        hub_url: the public address of the hub that answers, without a slash at its end.
        id: the X-Request-ID of its answer.
        route: the template of its address; None until it is known.
        client: the client that proved who it is.
        status: of the answer; None while there is none.
        problem: the code of the problem in the answer.
        cause: why the caller was refused entry.
        error: the type of an error that nobody expected.
        frames: where that error was raised.
    """

    hub_url: str = ""
    id: str | None = None
    route: str | None = None
    client: str | None = None
    status: int | None = None
    problem: str | None = None
    cause: RefusalCause | None = None
    error: str | None = None
    frames: str | None = None


def record_of(scope: Scope) -> RequestRecord:
    """Return the record of a request, which all copies of its scope share."""
    state = scope.setdefault("state", {})
    record: RequestRecord | None = state.get(_KEY)
    if record is None:
        record = state[_KEY] = RequestRecord()
    return record
