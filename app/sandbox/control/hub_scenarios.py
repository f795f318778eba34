"""Scenarios about the hub itself: its API answers 503, 429 or 500, until it has done so often enough."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NoReturn

from app.sandbox.control.rehearsal import Rehearsal
from app.sandbox.hub_trouble import Trouble, be_faulty, be_in_use, be_out_of_reach
from app.sandbox.roles import REFERRER

_ANSWERS, _MOST_ANSWERS = 3, 1000
_SECONDS, _MOST_SECONDS = 60, 600

PARAMETERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "answers": f"after how many of these answers it ends, 1 to {_MOST_ANSWERS}; without it {_ANSWERS}",
        "seconds": f"after how many seconds it ends at the latest, 1 to {_MOST_SECONDS}; without it {_SECONDS}",
    }
)


async def unavailable(rehearsal: Rehearsal) -> None:
    """Let the API be without its database."""
    await _trouble(rehearsal, "its database is out of reach", 503, be_out_of_reach)


async def busy(rehearsal: Rehearsal) -> None:
    """Let the database work on as many requests of each client as one client may have."""
    await _trouble(rehearsal, "its database works on enough requests of each client", 429, be_in_use, below="/v1/")


async def failing(rehearsal: Rehearsal) -> None:
    """Let the API have a fault."""
    await _trouble(rehearsal, "it has a fault", 500, be_faulty)


async def up(rehearsal: Rehearsal) -> None:
    """Let the API answer as it should."""
    rehearsal.env.running.end_trouble()
    rehearsal.says("The hub answers as it should.")
    rehearsal.points_at("An answer", "GET /referrals", REFERRER)


async def _trouble(rehearsal: Rehearsal, why: str, status: int, fail: Callable[[], NoReturn], below: str = "/") -> None:
    answers = rehearsal.number("answers", _ANSWERS, most=_MOST_ANSWERS)
    seconds = rehearsal.number("seconds", _SECONDS, most=_MOST_SECONDS)
    trouble = Trouble(status=status, fail=fail, below=below, answers=answers, seconds=seconds)
    rehearsal.env.running.begin_trouble(trouble)
    rehearsal.says(f"The hub answers {status}, as if {why}.")
    rehearsal.says(f"It ends when it has done so as often as this: {answers}; after {seconds} seconds at the latest.")
    rehearsal.says("What needs no database, such as the documentation, is answered as usual. The worker goes on.")
    rehearsal.points_at(f"{status}", "GET /referrals", REFERRER)
