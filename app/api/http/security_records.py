"""What the security log has of requests: refused access tokens, and what clients were refused."""

from collections.abc import Callable

from starlette.types import Scope

from app.api.http.peer import peer_of
from app.api.http.request_record import RequestRecord
from app.security_log import SecurityEvent, record_event


def record_refusal(write: Callable[..., None], scope: Scope, route: str, record: RequestRecord) -> None:
    """Record a request that was refused entry: for its access token, or because of what its client may do.

    ``write`` is that of a budget for lines, or writes each line.
    """
    event = SecurityEvent.ACCESS_TOKEN_REFUSED if record.status == 401 else SecurityEvent.ACCESS_REFUSED
    facts = {
        "cause": record.cause,
        "client": record.client,
        "method": scope["method"],
        "route": route,
        "peer": peer_of(scope),
    }
    write(record_event, event, facts, correlation_id=record.id)
