"""What follows a commit outside the store, such as a line in the log: done once, and only if there is a commit."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from sqlalchemy import Connection

T = TypeVar("T")

Effect = Callable[[], None]

_collected: ContextVar[list[Effect] | None] = ContextVar("collected", default=None)


def after_commit(effect: Effect) -> None:
    """Have something done once the unit of work that calls this is committed; at once outside ``Database.write``."""
    collected = _collected.get()
    if collected is None:
        effect()
    else:
        collected.append(effect)


def collecting(work: Callable[[Connection], T], effects: list[Effect]) -> Callable[[Connection], T]:
    """Return work that puts its effects into a list, which a second run of it begins anew."""

    def collect(tx: Connection) -> T:
        effects.clear()
        before = _collected.set(effects)
        try:
            return work(tx)
        finally:
            _collected.reset(before)

    return collect
