"""Refusals of the token endpoint: RFC 6749's errors inside a problem, because the API Design Rules want one."""

from fastapi import Response
from starlette.types import Scope

from app.api.http.problems import HttpError, problem_of

_TITLES = {
    "invalid_request": ("The token request is incomplete", "Het tokenverzoek is onvolledig"),
    "invalid_client": ("The client could not be authenticated", "De client kon niet worden geauthenticeerd"),
    "invalid_scope": ("A scope that this client does not have", "Een scope die deze client niet heeft"),
    "unsupported_grant_type": ("Not a grant type of this hub", "Geen grant type van deze hub"),
}


class OAuthError(Exception):
    """A token request is refused.

    Args:
        error: the code of RFC 6749, section 5.2.
        description: why, and the way out.
    """

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


def refusal_of(scope: Scope, error: OAuthError) -> Response:
    """Return the answer to a refused token request."""
    status = 401 if error.error == "invalid_client" else 400
    problem = HttpError(status, error.error.replace("_", "-"), _TITLES[error.error], str(error))
    response = problem_of(scope, problem, {"error": error.error, "error_description": str(error)})
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="trajecthub"'
    return response
