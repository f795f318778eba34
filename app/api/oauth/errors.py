"""Errors of the OAuth endpoints: those of RFC 6749, section 5.2, and one wait."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Response
from starlette.types import Scope

from app.api.http.oauth_answers import oauth_answer
from app.api.http.request_record import record_of
from app.domain.details import Said
from app.domain.refusal import RefusalCause


@dataclass(frozen=True, kw_only=True)
class OAuthErrorKind:
    """A kind of refused request: its status, the code that the log has of it, and when it occurs."""

    status: int
    code: str
    description: str


OAUTH_ERRORS: Mapping[str, OAuthErrorKind] = {
    "invalid_request": OAuthErrorKind(
        status=400,
        code="invalid-request",
        description="The form lacks a parameter, has one twice, or cannot be read; the description says which.",
    ),
    "invalid_client": OAuthErrorKind(
        status=400,
        code="invalid-client",
        description="There is no proof of who calls, more than one, or one that is not valid. The status is 401, with "
        "`WWW-Authenticate`, when the request has the header `Authorization`.",
    ),
    "invalid_grant": OAuthErrorKind(
        status=400,
        code="invalid-grant",
        description="The token that is to be revoked was issued to another client.",
    ),
    "invalid_scope": OAuthErrorKind(
        status=400,
        code="invalid-scope",
        description="The client asks for a scope that it was not granted; the description names those that it has.",
    ),
    "unsupported_grant_type": OAuthErrorKind(
        status=400,
        code="unsupported-grant-type",
        description="The hub knows `client_credentials` only.",
    ),
    "temporarily_unavailable": OAuthErrorKind(
        status=429,
        code="too-many-failures",
        description="Requests of this client id from this address, or from this address at all, failed too "
        "often; correct the request, and send it after `Retry-After`. A valid one is answered before that too.",
    ),
}
"""The kind of error for each ``error`` of RFC 6749, section 5.2; the last one is of section 4.1.2.1."""


class OAuthError(Exception):
    """A request of an OAuth client is refused.

    Args:
        error: the code of RFC 6749, section 5.2.
        said: why, and the remedy.
        cause: for the security log; the answer does not say it.
        client_id: of the client that is meant, if there is one; for the log too.
        retry_after_seconds: how long further failures are refused; None when they are not.
    """

    def __init__(
        self,
        error: str,
        said: Said,
        cause: RefusalCause = RefusalCause.FORM,
        client_id: str | None = None,
        *,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(said.english)
        self.error = error
        self.said = said
        self.cause = cause
        self.client_id = client_id
        self.retry_after_seconds = retry_after_seconds


def refusal_of(scope: Scope, error: OAuthError) -> Response:
    """Return the response to a refused request."""
    kind = OAUTH_ERRORS[error.error]
    record_of(scope).problem = kind.code
    status, headers = kind.status, {}
    if error.error == "invalid_client" and any(name == b"authorization" for name, _ in scope["headers"]):
        # With the scheme of the proof that was tried; a 401 needs a challenge, and other proofs have none.
        status, headers = 401, {"WWW-Authenticate": 'Basic realm="trajecthub", charset="UTF-8"'}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    return oauth_answer(status, error.error, error.said.english, headers)
