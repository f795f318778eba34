"""Structured logging: one event per line, with the correlation id and without personal data. Logging never raises."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, Literal, TextIO

import structlog
from pydantic_core import PydanticSerializationError, to_json
from typing_extensions import override

from app.log_output import occupy_standard_streams, open_standard_error

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


def configure_logging(
    level: str, log_format: Literal["json", "console"], *, left_out: frozenset[str] = frozenset()
) -> None:
    """Send the log of the hub and of its libraries to the standard error of the process.

    An event that cannot be rendered is logged by its name; a line that cannot be written is counted as lost.

    Args:
        level: least serious level that is logged, such as ``INFO``.
        log_format: ``json`` for machines, one object per line; ``console`` for people.
        left_out: channels whose lines are not written.
    """
    occupy_standard_streams()
    output = open_standard_error()
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_correlation_id,
        remove_personal_values,
    ]
    structlog.configure(
        processors=[partial(_leave_out, left_out), _Guarded([*shared, *_renderers(log_format)])],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(output),
    )
    handler = _LibraryHandler(output)
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


def _leave_out(
    channels: frozenset[str], _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if event.get("channel") in channels:
        raise structlog.DropEvent
    return event


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
    try:
        return to_json(event, fallback=repr).decode()
    except PydanticSerializationError:
        # Text with half a character, bytes that are no text, an object that cannot describe itself, or a circle.
        return to_json({_described(name): _described(value) for name, value in event.items()}).decode()


def _described(value: object) -> str:
    try:
        text = str(value)
    except Exception:  # noqa: BLE001 - whatever an object does that is asked for its text
        text = f"<{type(value).__name__}>"
    return text.encode("ascii", "backslashreplace").decode()


class _Guarded:
    """Processors that do not raise: an event that one of them cannot process is logged by its name only."""

    def __init__(self, processors: Sequence[structlog.typing.Processor]) -> None:
        self._processors = processors

    def __call__(self, logger: object, method: str, event: MutableMapping[str, Any]) -> Any:  # as a processor returns
        name = event["event"]
        try:
            for process in self._processors:
                event = process(logger, method, event)  # type: ignore[assignment]  # the last returns text
        except Exception as error:  # noqa: BLE001 - a log line is never a reason to stop
            return _unloggable(name, method, error)
        return event


class _LibraryHandler(logging.StreamHandler[TextIO]):
    @override
    def handleError(self, record: logging.LogRecord) -> None:
        """Log which library had a line that cannot be logged, instead of printing it with its values."""
        error = sys.exc_info()[1] or Exception()
        self.stream.write(_unloggable(record.name, record.levelname.lower(), error) + self.terminator)


def _unloggable(name: object, level: str, error: BaseException) -> str:
    return _dumped({"event": _described(name), "level": level, "log_error": type(error).__name__})
