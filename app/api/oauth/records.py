"""What the security log has of token requests."""

from collections.abc import Collection

from starlette.types import Scope

from app.api.http.peer import peer_of
from app.api.oauth.errors import OAuthError
from app.line_budget import LineBudget
from app.security_log import SecurityEvent, record_event


def record_refused_request(lines: LineBudget, scope: Scope, error: OAuthError) -> None:
    """Record a refused token request; the client is named only if there is one with the id that was given."""
    facts = {"cause": error.cause, "client": error.client_id, "peer": peer_of(scope)}
    is_throttled = error.retry_after_seconds is not None
    lines.write(record_event, SecurityEvent.TOKEN_THROTTLED if is_throttled else SecurityEvent.TOKEN_REFUSED, facts)


def record_issued_token(scope: Scope, client_id: str, scopes: Collection[str]) -> None:
    """Record that a client got a token."""
    record_event(SecurityEvent.TOKEN_ISSUED, client=client_id, scopes=sorted(scopes), peer=peer_of(scope))
