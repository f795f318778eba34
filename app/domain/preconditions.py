"""Optimistic locking: an entity tag for each state of a record, and the If-Match that a change needs (RFC 9110)."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from app.domain.details import Detail
from app.domain.errors import PreconditionFailed, PreconditionRequired

__all__ = ["check_precondition", "etag_of", "revision_etag"]


def etag_of(*parts: str) -> str:
    """Return a strong entity tag over texts that together determine what the caller reads."""
    digest = sha256("\x00".join(parts).encode()).digest()
    return f'"{urlsafe_b64encode(digest).rstrip(b"=").decode()}"'


def revision_etag(revision: int) -> str:
    """Return the strong entity tag of a record that counts its changes."""
    return f'"r{revision}"'


def check_precondition(if_match: str | None, etag: str) -> None:
    """Allow a change only when the caller read the present record. Source: RFC 9110, section 13.1.1.

    The header is ``*``, or entity tags, one of them the record's. A tag that was made weak on the way matches too: a
    proxy that compresses an answer does that (RFC 9110, section 8.8.1), and a tag here is the hash of what was read, or
    the number of its revision, so that its record is the same whatever its bytes on the way.

    Raises:
        PreconditionRequired: the header is absent.
        PreconditionFailed: the record changed since, or the header holds no entity tag.
    """
    if if_match is None:
        raise PreconditionRequired(Detail.NO_PRECONDITION())
    tags = {tag.strip().removeprefix("W/") for tag in if_match.split(",")}
    if if_match.strip() != "*" and etag not in tags:
        raise PreconditionFailed(Detail.RECORD_CHANGED() if '"' in if_match else Detail.NO_ENTITY_TAG())
