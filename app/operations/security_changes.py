"""Lines of the security log about changes: written once the change is committed, with the client that made it."""

from app.database import after_commit
from app.security_log import SecurityEvent, present_actor, record_event


def record_change(event: SecurityEvent, **facts: object) -> None:
    """Record a change that the present unit of work makes; without its commit nothing is recorded."""
    after_commit(lambda: record_event(event, **facts, by=present_actor()))
