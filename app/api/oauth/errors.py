"""Errors of the token endpoint: those of RFC 6749 in a problem, because the API Design Rules require one."""

from collections.abc import Mapping

from fastapi import Response
from starlette.types import Scope

from app.api.http.problems import problem_of
from app.api.http.protocol_errors import HttpError, ProblemKind
from app.domain.details import Said
from app.domain.refusal import RefusalCause

OAUTH_PROBLEMS: Mapping[str, ProblemKind] = {
    "invalid_request": ProblemKind(
        status=400,
        code="invalid-request",
        title="The token request is incomplete",
        title_nl="Het tokenverzoek is onvolledig",
        description="The form lacks a parameter, has one twice, or cannot be read; the detail says which.",
    ),
    "invalid_client": ProblemKind(
        status=401,
        code="invalid-client",
        title="The client could not be authenticated",
        title_nl="De client kon niet worden geauthenticeerd",
        description="There is no proof of who calls, more than one, or one that is not valid: unknown or deactivated "
        "client, wrong key or secret, expired, or used before. Outside the sandbox a shared secret is none.",
    ),
    "invalid_scope": ProblemKind(
        status=400,
        code="invalid-scope",
        title="A scope that this client does not have",
        title_nl="Een scope die deze client niet heeft",
        description="The client asks for a scope that it was not granted; the detail names those that it has.",
    ),
    "unsupported_grant_type": ProblemKind(
        status=400,
        code="unsupported-grant-type",
        title="Not a grant type of this hub",
        title_nl="Geen grant type van deze hub",
        description="The hub knows `client_credentials` only.",
    ),
    "temporarily_unavailable": ProblemKind(
        status=429,
        code="too-many-failures",
        title="Too many failed token requests",
        title_nl="Te veel mislukte tokenverzoeken",
        description="Token requests of this client id from this address, or from this address at all, failed too "
        "often; correct the request, and send it after `Retry-After`. A valid one gets a token before that too.",
    ),
}
"""The kind of problem for each error code of RFC 6749, section 5.2; the last one is of section 4.1.2.1."""


class OAuthError(Exception):
    """A token request is refused.

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
    """Return the response to a refused token request."""
    kind = OAUTH_PROBLEMS[error.error]
    # In English: RFC 6749, section 5.2, allows ASCII only.
    more = {"error": error.error, "error_description": error.said.english}
    response = problem_of(scope, HttpError(kind, error.said), more)
    if kind.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="trajecthub"'
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response
