"""Structured logging: one event per line, with the correlation id and without personal data."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

import structlog
from pydantic_core import to_json

REMOVED = "[removed]"

# Words in the name of a field whose value must not be logged. A safety net: no code should log such fields.
PERSONAL_WORDS = frozenset(
    {
        *("bsn", "name", "surname", "initials", "birth", "birthdate", "email", "mail", "phone", "telephone", "mobile"),
        *("address", "street", "postcode", "iban"),
        *("token", "secret", "password", "authorization", "cookie", "key"),
    }
)
WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

_correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)


def correlation_id() -> str | None:
    """Return the id shared by everything that one request, or one round of a loop, causes; None outside both."""
    return _correlation_id.get()


@contextmanager
def correlated(identifier: str) -> Iterator[None]:
    """Log everything done inside the block with this correlation id, tasks started there included."""
    before = _correlation_id.set(identifier)
    try:
        yield
    finally:
        _correlation_id.reset(before)


def configure_logging(level: str, log_format: Literal["json", "console"]) -> None:
    """Send the log of the hub and of its libraries to standard error.

    Args:
        level: least serious level that is logged, such as ``INFO``.
        log_format: ``json`` for machines, one object per line; ``console`` for people.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_correlation_id,
        remove_personal_values,
    ]
    structlog.configure(
        processors=[*shared, *_renderers(log_format)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    without_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[without_meta, *_renderers(log_format)],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # It logs every URL that is called, and URLs contain tokens and numbers of cases.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def add_correlation_id(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the correlation id if there is one."""
    if (identifier := correlation_id()) is not None:
        event["correlation_id"] = identifier
    return event


def remove_personal_values(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every field, at any depth, whose name contains one of ``PERSONAL_WORDS``."""
    return {name: _cleaned(name, value) for name, value in event.items()}


def _cleaned(name: object, value: object) -> object:
    if _is_personal(str(name)):
        return REMOVED
    if isinstance(value, Mapping):
        return {inner: _cleaned(inner, item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned("", item) for item in value]
    return value


def _is_personal(name: str) -> bool:
    words = [word.lower() for word in WORD.findall(name)]
    # "e-mail" and "e_mail" are split into two words; the second is on the list.
    return not PERSONAL_WORDS.isdisjoint(words)


def _renderers(log_format: Literal["json", "console"]) -> list[structlog.typing.Processor]:
    if log_format == "console":
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    # The plain traceback, because the structured one shows local variables.
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_dumped)]


def _dumped(event: Mapping[str, object], **_options: object) -> str:
    return to_json(event, fallback=repr).decode()
