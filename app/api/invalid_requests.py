"""Requests of the wrong form, answered with every fault of theirs: of form, and of the rules of their body."""

from collections.abc import Iterable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from app.api.body_rules import Asked, rule_faults
from app.api.context import ReadContext
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
    read: ReadContext | None = getattr(request.state, "context", None)
    model = _model_of(request)
    if read is None or model is None:
        return ()
    return await rule_faults(model, Asked(read=read, path=request.path_params, stated=read_stated(model, document)))


def _model_of(request: Request) -> type[BaseModel] | None:
    """Return the model of the body that the endpoint reads; None without one."""
    field = request.scope["route"].body_field
    model = field.field_info.annotation if field else None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None
