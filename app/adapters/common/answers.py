"""Judging what a partner answered: a success, a refusal of this message, or anything else, which is tried again.

A partner is reached through proxies, gateways and login pages, which answer with any status and any body. An answer
counts as the partner's own only when it has the status and the form of the contract.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from app.adapters.common.waits import wait_in_seconds, wait_until
from app.domain.errors import PartnerError, PartnerRefused, PartnerUnreachable

Model = TypeVar("Model", bound=BaseModel)

LOGIN_REFUSED = "login-refused"
REDIRECTED = "redirected"
UNEXPECTED_ANSWER = "unexpected-answer"


class UnclearAnswer(PartnerUnreachable):
    """The answer says success and is not the contract's: whether the message was stored, a look-up finds out."""


class ErrorMessage(BaseModel):
    """A partner's own error; each adapter says in which fields of the contract its code is."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    code: str


@dataclass(frozen=True, kw_only=True)
class AnswerRules:
    """How a partner refuses, by its contract.

    Attributes:
        partner: the partner's name, for the text of errors.
        credentials: what the operator has to check when the login is refused.
        error: the partner's own error.
        refusals: by status, the codes that say that this message will never be accepted.
        login_refused: the statuses by which the partner refuses a login.
    """

    partner: str
    credentials: str
    error: type[ErrorMessage]
    refusals: Mapping[int, Set[str]]
    login_refused: Set[int] = field(default=frozenset({HTTPStatus.UNAUTHORIZED}))

    def checked(self, response: httpx.Response, *successes: int) -> httpx.Response:
        """Return a response with one of the statuses that are a success by the contract.

        Raises:
            PartnerRefused: the partner itself refuses this message, by a code of its contract.
            UnclearAnswer: another status that says success.
            PartnerUnreachable: any other answer: a refused login, an error of a server in between, a redirect to a
                login page. None of them is about the message, which has to wait.
        """
        if response.status_code in successes:
            return response
        raise self._error_of(response)

    def says(self, response: httpx.Response, status: int, *codes: str) -> bool:
        """Return whether the partner itself answers this status with one of these codes of its contract."""
        return response.status_code == status and self._code_of(response) in codes

    def read(self, model: type[Model], response: httpx.Response) -> Model:
        """Return the message in a success; raises UnclearAnswer when it has another form."""
        return parse_response(model, response, self.partner)

    def _error_of(self, response: httpx.Response) -> PartnerError:
        status, code = response.status_code, self._code_of(response)
        if code in self.refusals.get(status, ()):
            return PartnerRefused(f"{self.partner} refuses the message ({code})", status=status)
        if status in self.login_refused:
            return login_refused_by(self.partner, self.credentials, status)
        return unexpected_status(response, self.partner)

    def _code_of(self, response: httpx.Response) -> str | None:
        try:
            return self.error.model_validate_json(response.content).code
        except ValidationError:
            return None


def parse_response(model: type[Model], response: httpx.Response, partner: str) -> Model:
    """Return the message in a response.

    Raises:
        UnclearAnswer: it is not as the contract says, for example a proxy's page with status 200: nothing of it is
            stored, and the next attempt or pull tries again.
    """
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        # Without the cause: it repeats what was sent.
        raise unclear_answer(partner, response.status_code) from None


def unclear_answer(partner: str, status: int) -> UnclearAnswer:
    """Return the error of an answer that says success and has not the form of the contract."""
    text = f"{partner} gave an answer that is not in its contract ({status}); trying again later"
    return UnclearAnswer(text, code=UNEXPECTED_ANSWER, status=status)


def unexpected_status(response: httpx.Response, partner: str) -> PartnerUnreachable:
    """Return the error of a status that is neither a success nor a refusal of the contract."""
    status = response.status_code
    if response.is_success:
        return unclear_answer(partner, status)
    if response.is_redirect:
        text = f"{partner} answered {status}, a redirect such as to a login page; check its address"
        return PartnerUnreachable(text, code=REDIRECTED, status=status)
    text, wait = f"{partner} answered {status}; trying again later", _retry_after_seconds(response)
    return PartnerUnreachable(text, wait, code=f"status-{status // 100}xx", status=status)


def login_refused_by(partner: str, credentials: str, status: int | None = None) -> PartnerUnreachable:
    """Return the error of a login that a partner refuses; ``credentials`` names what the operator has to check.

    That is about the hub's credentials and not about the message, which has to wait until an operator corrects them,
    and must not be given up.
    """
    text = f"{partner} refuses the hub's credentials; check {credentials}"
    return PartnerUnreachable(text, code=LOGIN_REFUSED, status=status)


def _retry_after_seconds(response: httpx.Response) -> float | None:
    stated = response.headers.get("retry-after", "")
    seconds = wait_in_seconds(stated)
    return wait_until(stated, response.headers.get("date", "")) if seconds is None else seconds
