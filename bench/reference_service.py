"""The baseline of requests: a service of the same stack that validates, inserts three rows and answers.

It has no tokens, idempotency, encryption or privacy gate. Run: ``python -m bench.reference_service DATABASE_URL PORT``.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel
from sqlalchemy import Column, Index, MetaData, Row, String, Table, bindparam, insert, select

from app.database import Connection, Database
from app.models.base import Id, JsonDocument, UtcDateTime

__all__ = ["create_service", "create_tables", "store_referral"]

_tables = MetaData()
_TEXTS = tuple(f"text_{number}" for number in range(12))
_referral = Table(
    "reference_referral",
    _tables,
    Column("id", Id, primary_key=True),
    Column("received_at", UtcDateTime, nullable=False),
    *(Column(name, String(200)) for name in _TEXTS),
    Column("contents", JsonDocument, nullable=False),
    Index("ix_reference_referral", "received_at", "id"),
)
_history = Table(
    "reference_history",
    _tables,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, nullable=False, index=True),
    Column("action", String(40), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)
_event = Table(
    "reference_event",
    _tables,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, nullable=False),
    Column("facts", JsonDocument, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)
_INSERT_REFERRAL = insert(_referral).inline()
_INSERT_STEP = insert(_history).inline()
_INSERT_EVENT = insert(_event).inline()
_BY_ID = select(_referral).where(_referral.c.id == bindparam("wanted"))
_STEPS = select(_history).where(_history.c.referral_id == bindparam("wanted")).order_by(_history.c.recorded_at)
_PAGE = select(_referral).order_by(_referral.c.received_at.desc(), _referral.c.id).limit(50)


class ReferredPerson(BaseModel):
    """The referred client, with the fields of a real referral."""

    givenName: str  # noqa: N815 - as in the API
    familyName: str  # noqa: N815
    birthDate: str  # noqa: N815
    phone: str | None = None


class ReferringWorker(BaseModel):
    """The referrer's worker."""

    name: str


class NewReferral(BaseModel):
    """The body of a referral, as large as in the API."""

    client: ReferredPerson
    area: str
    worker: ReferringWorker


class ReferenceReferral(BaseModel):
    """A stored referral."""

    id: UUID
    received_at: datetime
    texts: list[str | None]
    contents: NewReferral
    history: list[str] = []


class ReferralPage(BaseModel):
    """Fifty stored referrals."""

    items: list[ReferenceReferral]


def store_referral(tx: Connection, contents: dict[str, object]) -> UUID:
    """Insert the three rows. Return the id of the referral."""
    now, id = datetime.now(UTC), uuid4()
    tx.execute(
        _INSERT_REFERRAL, {"id": id, "received_at": now, "contents": contents} | dict.fromkeys(_TEXTS, "Voorbeeld")
    )
    tx.execute(_INSERT_STEP, {"id": uuid4(), "referral_id": id, "action": "received", "recorded_at": now})
    tx.execute(_INSERT_EVENT, {"id": uuid4(), "referral_id": id, "facts": {"status": "received"}, "recorded_at": now})
    return id


def create_tables(tx: Connection) -> None:
    """Create the three tables."""
    _tables.create_all(tx)


def create_service(db: Database) -> FastAPI:
    """Return the application over a database."""

    @asynccontextmanager
    async def open_tables(_: FastAPI) -> AsyncIterator[None]:
        await db.write(create_tables)
        yield
        await db.close()

    app = FastAPI(lifespan=open_tables)

    @app.post("/v1/referrals", status_code=201)
    async def post(contents: NewReferral) -> Response:
        stored = contents.model_dump()
        id = await db.write(store_referral, stored)
        shown = ReferenceReferral(
            id=id, received_at=datetime.now(UTC), texts=["Voorbeeld"] * len(_TEXTS), contents=contents
        )
        return Response(shown.model_dump_json(), 201, media_type="application/json")

    @app.get("/v1/referrals/{id}")
    async def get(id: UUID) -> Response:
        return Response((await db.read(_read, id)).model_dump_json(), media_type="application/json")

    @app.get("/v1/referrals")
    async def page() -> Response:
        return Response((await db.read(_page)).model_dump_json(), media_type="application/json")

    return app


def _read(tx: Connection, id: UUID) -> ReferenceReferral:
    row = tx.execute(_BY_ID, {"wanted": id}).one()
    return _shown(row, [step.action for step in tx.execute(_STEPS, {"wanted": id})])


def _page(tx: Connection) -> ReferralPage:
    return ReferralPage(items=[_shown(row, []) for row in tx.execute(_PAGE)])


def _shown(row: Row[Any], history: list[str]) -> ReferenceReferral:
    values = row._mapping
    texts = [values[name] for name in _TEXTS]
    return ReferenceReferral(
        id=values["id"], received_at=values["received_at"], texts=texts, contents=values["contents"], history=history
    )


if __name__ == "__main__":
    uvicorn.run(create_service(Database.open(sys.argv[1])), port=int(sys.argv[2]), access_log=False, log_level="error")
