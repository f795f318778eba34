"""A caller of the API that repeats a request until it is answered, and a change under one Idempotency-Key."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import uuid4

import aiohttp

__all__ = ["PersistentCaller", "WrongAnswer", "caller_session"]

ANSWER_SECONDS = 5.0
REPEAT_SECONDS = 0.05


class WrongAnswer(RuntimeError):
    """An answer that is neither a success nor asks to repeat the request."""


@dataclass(frozen=True)
class PersistentCaller:
    """A client of the API.

    Attributes:
        http: sends its requests; see :func:`caller_session`.
        urls: the base URLs of the processes of the API: a request goes to any of them, and repetitions go around.
        token: its access token.
    """

    http: aiohttp.ClientSession
    urls: Sequence[str]
    token: str

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Post until it is accepted. Return the body of the answer."""
        return await self.change("POST", path, body)

    async def change(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Make a change. Return the body of the answer.

        Raises:
            WrongAnswer: an answer was neither a success nor 503.
        """
        return await self._call(method, path, json=body, headers={"if-match": "*", "idempotency-key": str(uuid4())})

    async def read(self, path: str) -> Any:
        """Return the body of the answer to a GET.

        Raises:
            WrongAnswer: an answer was neither a success nor 503.
        """
        return await self._call("GET", path, headers={})

    async def _call(self, method: str, path: str, *, headers: Mapping[str, str], **options: Any) -> Any:
        sent = {**headers, "authorization": f"Bearer {self.token}"}
        for url in cycle(random.sample(self.urls, len(self.urls))):
            try:
                async with self.http.request(method, url + path, headers=sent, **options) as response:
                    if response.status < 300:
                        return await response.json()
                    if response.status != 503:
                        raise WrongAnswer(f"{path} was answered with {response.status}: {await response.text()}")
            except (aiohttp.ClientError, TimeoutError):
                # No process listens, or it was killed before it answered; the key makes the repetition safe.
                pass
            await asyncio.sleep(REPEAT_SECONDS)
        raise AssertionError("there is no URL")


def caller_session() -> aiohttp.ClientSession:
    """Return a session whose requests are given up after a while."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))
