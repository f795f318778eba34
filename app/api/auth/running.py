"""The requests that are being answered, so that those of a caller who is cut off end too."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.api.auth.access_tokens import Claims
from app.domain.errors import HubError


@dataclass(kw_only=True, eq=False)
class RunningRequest:
    """A request of a caller who was allowed to make it.

    Attributes:
        task: answers it.
        claims: of its token.
        scopes: that it needs.
        refusal: why it is broken off; None when it is not.
    """

    task: asyncio.Task[object]
    claims: Claims
    scopes: Sequence[str]
    refusal: HubError | None = None

    def refuse(self, refusal: HubError) -> None:
        """Break it off, to be answered with the refusal; a change that it is making may be committed already."""
        self.refusal = refusal
        self.task.cancel()


class RunningRequests:
    """The requests that this process is answering, each by a task of its own."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[object] | None, RunningRequest] = {}

    def begin(self, claims: Claims, scopes: Sequence[str]) -> None:
        """Note that the present task answers a request whose caller may make it."""
        if (task := asyncio.current_task()) is not None:
            self._running[task] = RunningRequest(task=task, claims=claims, scopes=scopes)

    def end(self) -> HubError | None:
        """Note that the present task answers it no more; return why it was broken off, None when it was not."""
        running = self._running.pop(asyncio.current_task(), None)
        return running.refusal if running else None

    def present(self) -> list[RunningRequest]:
        """Return the requests of this moment that are not broken off."""
        return [each for each in self._running.values() if each.refusal is None]
