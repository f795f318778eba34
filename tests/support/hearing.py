"""What the referrer of each kind hears of a case, as it reads it from its feed of events."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.domain.codes import ConsentScope, ReferrerKind
from app.domain.commands import Command
from app.domain.fields import PROGRESS, Field
from app.domain.values import Consent, Organisation
from app.operations.access.organisations import ReferrerDetails, read_organisation, save_referrer
from app.operations.cases.caller_scope import CallerScope
from app.operations.cases.queries import read_referral
from tests.support.hub import CONTENTS, TODAY, InProcessHub
from tests.support.lives import feed_of
from tests.support.privacy_canaries import SYSTEMS

FEEDBACK = Consent(frozenset({ConsentScope.FEEDBACK_TO_REFERRER}), TODAY)

CHAIN = (
    "vraagwijzer",
    "wijkteam",
    "jongerenloket",
    "werk_en_inkomen",
    "exit",
    "statushouders",
    "detentie_reintegratie",
    "prestatie010",
    "welzijnsorganisatie",
    "reclassering",
)
"""The kinds of referrer that hear how a case goes, and not only that it is over."""

Heard = list[tuple[str, dict[str, Any]]]
"""Events by the last part of their type, with their data."""


async def referred(hub: InProcessHub, kind: str, **contents: Any) -> tuple[Organisation, UUID]:
    """Register a referrer of a kind and its referral; returns both."""
    code = f"proof-{kind.replace('_', '-')}"
    details = ReferrerDetails(code=code, name=f"Proef {kind}", kind=ReferrerKind(kind), system=SYSTEMS[kind])
    await hub.db.write(save_referrer, hub.services, details)
    referral_id = await hub.refer(organisation_code=code, contents=replace(CONTENTS, **contents))
    return await hub.db.read(read_organisation, code), referral_id


async def heard(hub: InProcessHub, kind: str, steps: Sequence[Command], **contents: Any) -> Heard:
    """Return the events that a referrer of a kind gets of a case in which these steps were taken."""
    owner, referral_id = await referred(hub, kind, **contents)
    for each in steps:
        await hub.execute(referral_id, each)
    found = await heard_by(hub, owner)
    newest = found[-1][1]
    return [(name, data) for name, data in found if data["referral"]["id"] == newest["referral"]["id"]]


async def heard_by(hub: InProcessHub, owner: Organisation) -> Heard:
    """Return every event that a referrer gets."""
    page = await hub.db.write(feed_of(hub, owner).next_page, 0, 200)
    events = [json.loads(body) for body in page.events]
    return [(each["type"].split(".")[3], each["data"]) for each in events]


def names(events: Heard) -> list[str]:
    """Return the types of events, in their order."""
    return [name for name, _ in events]


async def of_type(hub: InProcessHub, kind: str, name: str, steps: Sequence[Command], **contents: Any) -> list[Any]:
    """Return the data of the events of one type that a referrer of a kind gets."""
    return [data for each, data in await heard(hub, kind, steps, **contents) if each == name]


async def progress_read(hub: InProcessHub, reader: Organisation, referral_id: UUID) -> dict[Field, object]:
    """Return what an organisation reads of progress; what is absent or empty is left out."""
    read = await hub.db.read(read_referral, hub.services, CallerScope(reader), referral_id)
    return {field: value for field, value in read.fields.items() if field in PROGRESS and value is not None}
