"""Why somebody is refused entry: what the security log says, and answers may not."""

from enum import StrEnum


class RefusalCause(StrEnum):
    """The cause of a refusal, a stable code."""

    FORM = "form"
    NO_PROOF = "no-proof"
    SECRET_OUTSIDE_SANDBOX = "secret-outside-sandbox"  # noqa: S105 - a code
    UNREADABLE = "unreadable"
    UNKNOWN_CLIENT = "unknown-client"
    CLIENT_NOT_ACTIVE = "client-not-active"
    UNKNOWN_KEY = "unknown-key"
    SIGNATURE = "signature"
    WRONG_SECRET = "wrong-secret"  # noqa: S105 - a code
    ANOTHER_CLIENT = "another-client"
    KIND = "kind"
    ALGORITHM = "algorithm"
    INCOMPLETE = "incomplete"
    AUDIENCE = "audience"
    ISSUER = "issuer"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from-the-future"
    LIFETIME = "lifetime"
    ID = "id"
    USED_BEFORE = "used-before"
    REVOKED = "revoked"
    THROTTLED = "throttled"
    SCOPE = "scope"
    ROLE = "role"
    ANOTHERS_RECORD = "anothers-record"
