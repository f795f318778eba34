"""The examples of answers in the OpenAPI document; ``python -m tests.support.example_recording`` writes them."""

import asyncio
import json
import re
import tempfile
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from app.api.openapi import examples
from app.database import Database
from app.database.migrations import upgrade_schema
from tests.support.example_operators import (
    tell_access,
    tell_any_request,
    tell_damage,
    tell_partners,
    tell_reference,
    tell_subscriptions,
)
from tests.support.example_run import ExampleRun, example_run
from tests.support.example_stories import (
    tell_appointments,
    tell_correspondence,
    tell_onward_referrals,
    tell_referrals,
    tell_trajectories,
    tell_work_lists,
)

Recording = Mapping[str, Mapping[str, Any]]

ANSWERS = Path(examples.__file__).parent / "answers"

_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_DERIVED = re.compile(r'(?<="kid": ")[\w-]{43}|(?<="nextCursor": ")[\w-]+|(?<="digest": ")[0-9a-f]+')
_MOMENT = re.compile(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_RANDOM = (
    (re.compile(r'"secret": "whsec_[^"]+"'), '"secret": "whsec_bm90IGEgcmVhbCBzZWNyZXQgYnV0IGFuIGV4YW1wbGU="'),
    (re.compile(r'"publicKey": "whpk_[^"]+"'), '"publicKey": "whpk_bm90IGEgcmVhbCBrZXkgYnV0IGFuIGV4YW1wbGU="'),
    (re.compile(r'"durationMs": \d+'), '"durationMs": 38'),
)
"""What is another one in every run, and what examples have in its place."""

_TELLS = (
    tell_referrals,
    tell_appointments,
    tell_correspondence,
    tell_onward_referrals,
    tell_trajectories,
    tell_work_lists,
    tell_subscriptions,
    tell_reference,
    tell_partners,
    tell_any_request,
    tell_access,
    tell_damage,
)


async def run_every_example(database: Database) -> ExampleRun:
    """Send every example to a hub over an empty database; return what was sent and what it answered."""
    async with example_run(database) as run:
        for tell in _TELLS:
            await tell(run)
    return run


def recording_of(run: ExampleRun) -> Recording:
    """Return the answers of a run as they are written down."""
    text = json.dumps(run.recorded, ensure_ascii=False)
    for random, written in _RANDOM:
        text = random.sub(written, text)
    recording: Recording = json.loads(text)
    return recording


def written_recording() -> Recording:
    """Return the answers that are part of the document."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(ANSWERS.glob("*.json"))}


def without_ids_and_moments(recording: Recording) -> Recording:
    """Return answers in which ids are numbered in the order in which they appear, and moments do not differ."""
    numbers, names = count(1), dict[str, str]()

    def number(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"id-{next(numbers)}")

    text = json.dumps(recording, sort_keys=True)
    for pattern in (_ID, _DERIVED):
        text = pattern.sub(number, text)
    compared: Recording = json.loads(_MOMENT.sub("moment", text))
    return compared


def _write(recording: Recording) -> None:
    if without_ids_and_moments(recording) == without_ids_and_moments(written_recording()):
        return
    ANSWERS.mkdir(exist_ok=True)
    for tag, operations in recording.items():
        text = json.dumps(operations, ensure_ascii=False, indent=1)
        (ANSWERS / f"{tag}.json").write_text(text + "\n", encoding="utf-8")


async def _record() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/hub.db"
        upgrade_schema(url)
        database = Database.open(url)
        _write(recording_of(await run_every_example(database)))
        await database.close()


if __name__ == "__main__":
    asyncio.run(_record())
