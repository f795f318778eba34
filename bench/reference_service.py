"""The bare unit of work: a service of the same stack that validates, inserts three rows and answers; nothing else.

No token, no idempotency, no encryption, no gate. Run: ``python -m bench.reference_service DATABASE_URL PORT``.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel
from sqlalchemy import Column, Index, MetaData, String, Table, bindparam, insert, select

from app.database import Connection, Database
from app.models.base import Id, JsonDocument, UtcDateTime

__all__ = ["Contents", "create_unit", "set_up_unit", "store_unit"]

_tables = MetaData()
_TEXTS = tuple(f"text_{number}" for number in range(12))
_referral = Table(
    "bare_referral",
    _tables,
    Column("id", Id, primary_key=True),
    Column("received_at", UtcDateTime, nullable=False),
    *(Column(name, String(200)) for name in _TEXTS),
    Column("contents", JsonDocument, nullable=False),
    Index("ix_bare_referral", "received_at", "id"),
)
_history = Table(
    "bare_history",
    _tables,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, nullable=False, index=True),
    Column("action", String(40), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)
_event = Table(
    "bare_event",
    _tables,
    Column("id", Id, primary_key=True),
    Column("referral_id", Id, nullable=False),
    Column("facts", JsonDocument, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)
_NEW, _STEP, _TOLD = insert(_referral).inline(), insert(_history).inline(), insert(_event).inline()
_BY_ID = select(_referral).where(_referral.c.id == bindparam("wanted"))
_STEPS = select(_history).where(_history.c.referral_id == bindparam("wanted")).order_by(_history.c.recorded_at)
_PAGE = select(_referral).order_by(_referral.c.received_at.desc(), _referral.c.id).limit(50)


class Person(BaseModel):
    """The one who is referred, as a real referral has it."""

    givenName: str  # noqa: N815 - as in the API
    familyName: str  # noqa: N815
    birthDate: str  # noqa: N815
    phone: str | None = None


class Worker(BaseModel):
    """The referrer's worker."""

    name: str


class Contents(BaseModel):
    """The body of a referral, of the same size as the API's."""

    client: Person
    area: str
    worker: Worker


class Representation(BaseModel):
    """A stored referral."""

    id: UUID
    received_at: datetime
    texts: list[str | None]
    contents: Contents
    history: list[str] = []


class Page(BaseModel):
    """Fifty of them."""

    items: list[Representation]


def store_unit(tx: Connection, contents: dict[str, object]) -> UUID:
    """Insert the three rows; returns the new id."""
    now, id = datetime.now(UTC), uuid4()
    tx.execute(_NEW, {"id": id, "received_at": now, "contents": contents} | dict.fromkeys(_TEXTS, "Voorbeeld"))
    tx.execute(_STEP, {"id": uuid4(), "referral_id": id, "action": "received", "recorded_at": now})
    tx.execute(_TOLD, {"id": uuid4(), "referral_id": id, "facts": {"status": "received"}, "recorded_at": now})
    return id


def set_up_unit(tx: Connection) -> None:
    """Make the three tables."""
    _tables.create_all(tx)


def create_unit(db: Database) -> FastAPI:
    """Return the application over a database."""

    @asynccontextmanager
    async def open_tables(_: FastAPI) -> AsyncIterator[None]:
        await db.write(set_up_unit)
        yield
        await db.close()

    app = FastAPI(lifespan=open_tables)

    @app.post("/v1/referrals", status_code=201)
    async def post(contents: Contents) -> Response:
        stored = contents.model_dump()
        id = await db.write(store_unit, stored)
        shown = Representation(
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


def _read(tx: Connection, id: UUID) -> Representation:
    row = tx.execute(_BY_ID, {"wanted": id}).one()
    return _shown(row, [step.action for step in tx.execute(_STEPS, {"wanted": id})])


def _page(tx: Connection) -> Page:
    return Page(items=[_shown(row, []) for row in tx.execute(_PAGE)])


def _shown(row: object, history: list[str]) -> Representation:
    values = row._mapping  # type: ignore[attr-defined]
    texts = [values[name] for name in _TEXTS]
    return Representation(
        id=values["id"], received_at=values["received_at"], texts=texts, contents=values["contents"], history=history
    )


if __name__ == "__main__":
    uvicorn.run(create_unit(Database.open(sys.argv[1])), port=int(sys.argv[2]), access_log=False, log_level="error")
