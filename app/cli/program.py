"""What every command shares: its output, an event loop, and errors that the user can fix in one line."""

import json
import os
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import typer
import uvloop
from rich.console import Console
from rich.markup import escape

from app.cli.garbage import search_new_objects_seldom
from app.domain.errors import HubError, PartnerError
from app.stopping import Terminated, unless_terminated

T = TypeVar("T")

console = Console()
"""The output for people."""

_errors = Console(stderr=True)
_USER_ERRORS = (HubError, PartnerError, json.JSONDecodeError, OSError, RuntimeError)
_INTERRUPTED, _TERMINATED = 130, 143
"""Exit codes, as shells count them."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on an event loop of its own and return its result.

    SIGTERM ends it as Ctrl+C does, unless it handles the signal: what it opened is closed, and programs that it started
    end with it.
    """
    search_new_objects_seldom()
    with friendly_errors():
        return uvloop.run(unless_terminated(work))


@contextmanager
def friendly_errors(*more: type[Exception]) -> Iterator[None]:
    """Report errors that the user can fix, and those of these types, in one line instead of a traceback."""
    known: tuple[type[Exception], ...] = (*_USER_ERRORS, *more)
    try:
        yield
    except* typer.Exit as group:
        # It is a RuntimeError, and what it ends with was said.
        raise next(_leaves(group)) from None
    except* BrokenPipeError:
        raise _unread() from None
    except* known as group:
        raise stopped_with("; ".join(str(error) for error in _leaves(group))) from group
    except* KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None
    except* Terminated:
        raise typer.Exit(_TERMINATED) from None


def _unread() -> typer.Exit:
    """Return what ends a command when nobody reads its output any more, as ``| head`` does: without a message."""
    # What is left in the buffer is written once more at the end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return typer.Exit(1)


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    """Yield the errors of a group and of the groups in it."""
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from _leaves(each)
        else:
            yield each


def stopped_with(message: str) -> typer.Exit:
    """Show why the command ends. Return what ends it with exit code 1."""
    _errors.print(f"[red]{escape(message)}")
    return typer.Exit(1)
