"""Requests of the wrong form, answered with every fault of theirs: of form, and of the rules of their body."""

from collections.abc import Iterable, Iterator, Mapping

from fastapi import FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from app.api.body_rules import Asked, rule_faults
from app.api.context import ReadContext
from app.api.dependencies import authenticate, hub_of
from app.api.http.problems import problem_of
from app.api.http.validation_errors import invalid_input
from app.api.readable import read_stated
from app.domain.errors import FieldFault, HubError


def install_form_handler(app: FastAPI) -> None:
    """Make an application answer a request of the wrong form with every fault of it."""
    app.add_exception_handler(RequestValidationError, _on_invalid_request)


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    try:
        broken = await _broken_rules(request, error.body)
    except HubError as refusal:
        return problem_of(request.scope, refusal)
    return problem_of(request.scope, invalid_input(error.errors(), broken))


async def _broken_rules(request: Request, document: object) -> Iterable[FieldFault]:
    model, read = _model_of(request), await _caller_of(request)
    if model is None or read is None or not isinstance(document, Mapping):
        return ()
    return await rule_faults(model, Asked(read=read, path=request.path_params, stated=read_stated(model, document)))


def _model_of(request: Request) -> type[BaseModel] | None:
    """Return the model of the body that the endpoint reads; None without one."""
    field = request.scope["route"].body_field
    model = field.field_info.annotation if field else None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


async def _caller_of(request: Request) -> ReadContext | None:
    """Return who calls; None where anybody may.

    FastAPI asks for no token when another header has the wrong form.

    Raises:
        Unauthenticated: there is no valid token.
        Forbidden: a scope is missing.
    """
    read: ReadContext | None = getattr(request.state, "context", None)
    tokens = list(_tokens_of(request.scope["route"].dependant))
    if read is not None or not tokens:
        return read
    hub = await hub_of(request)
    scopes = [scope for each in tokens for scope in each.own_oauth_scopes or ()]
    return ReadContext(hub, await authenticate(hub, request, scopes))


def _tokens_of(dependant: Dependant) -> Iterator[Dependant]:
    """Return where an endpoint, or what it depends on, asks for a token."""
    for each in dependant.dependencies:
        if each.security_scopes_param_name:
            yield each
        yield from _tokens_of(each)
