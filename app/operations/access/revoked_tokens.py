"""Access tokens that their own clients give up before they expire (RFC 7009)."""

from datetime import datetime

from app.database import Connection
from app.models.access.revoked_token import find_revoked_tokens, insert_revoked_token
from app.operations.access.version import change_access
from app.operations.security_changes import record_change
from app.operations.services import Services
from app.security_log import SecurityEvent

__all__ = ["find_revoked_tokens", "revoke_token"]


def revoke_token(tx: Connection, services: Services, client_id: str, jti: str, expires_at: datetime) -> None:
    """Refuse a token of a client from now on, in every process; ``expires_at`` is when nobody accepts it any more."""
    # One that was revoked before changes nothing: no process is to read everything again for it.
    if insert_revoked_token(tx, jti, expires_at):
        change_access(tx, services)
        record_change(SecurityEvent.TOKEN_REVOKED, client=client_id)
