"""Applications that are built once a session: making the routes ready takes longer than most tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from starlette.types import ASGIApp

from app.api.app import create_api
from app.api.state import AppState

_free: "list[_Stage]" = []


@contextmanager
def api_of(hub: AppState) -> Iterator[ASGIApp]:
    """Return the API over a hub for the length of the block; an application keeps nothing of a hub it served."""
    stage = _free.pop() if _free else _Stage(hub)
    stage.hub = hub
    try:
        yield stage.app
    finally:
        _free.append(stage)


class _Stage:
    """An application, and in the place of its hub the one that it serves now."""

    def __init__(self, hub: AppState) -> None:
        self.hub = hub
        self.app = create_api(cast(AppState, self))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.hub, name)
