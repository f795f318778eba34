"""seal for one place: what is sealed opens in its own row only, and more is sealed.

Every sealed value is sealed again: until now the name of its column was the associated data of its encryption, from now
on its table, column and row. Sealed too are where an appointment is and who takes part, the reference of a plan's
document, and the addresses of subscriptions, which often contain a secret. In one transaction, so that all is sealed
the old way or all the new way. A database with sealed values needs its master key.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy import RowMapping

from app.models.base import JsonDocument
from app.vault import Sealer, Vault

revision = "20261130_1420"
down_revision = "20261130_1410"
branch_labels = None
depends_on = None

PART = 500

_Row = RowMapping
_Sealers = Callable[[_Row], Sealer]

_CLIENT_TEXTS = ("given_name", "family_name", "birth_date", "sex", "address", "phone", "email", "interpreter_language")
_SUBSCRIPTION_URL, _APPOINTMENT, _PLAN = "url_sealed", "details", "document"


def _table(name: str, **columns: Any) -> sa.TableClause:
    return sa.table(name, *(sa.column(column, type_) for column, type_ in columns.items()))


def _sealed(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, sa.LargeBinary())


_client = _table("client", id=sa.Uuid(), **_sealed("wrapped_key", "bsn"))
_details = _table(
    "client_details", referral_id=sa.Uuid(), client_id=sa.Uuid(), **_sealed(*_CLIENT_TEXTS, "contact_preferences")
)
_referral = _table("referral", id=sa.Uuid(), client_id=sa.Uuid(), **_sealed("contents"))
_trajectory = _table("trajectory", id=sa.Uuid(), client_id=sa.Uuid())
_party = _table("party", id=sa.Uuid(), trajectory_id=sa.Uuid(), **_sealed("contact"))
_conflict = _table(
    "conflict", id=sa.Uuid(), referral_id=sa.Uuid(), **_sealed("hub_value", "partner_value", "base_value")
)
_appointment = _table(
    "appointment",
    id=sa.Uuid(),
    referral_id=sa.Uuid(),
    place=sa.String(),
    participants=JsonDocument(),
    **_sealed(_APPOINTMENT),
)
_plan = _table("plan", trajectory_id=sa.Uuid(), document_reference=sa.String(), **_sealed(_PLAN))
_quarantine = _table("quarantine", id=sa.Uuid(), **_sealed("payload"))
_signing_key = _table("signing_key", kid=sa.String(), **_sealed("private_key"))
_subscription = _table(
    "subscription",
    id=sa.Uuid(),
    url=sa.String(),
    **_sealed("secret_sealed", "previous_secret_sealed", "signing_key_sealed", "auth_sealed", _SUBSCRIPTION_URL),
)
_check = _table("master_key_check", id=sa.SmallInteger(), **_sealed("sealed"))


def upgrade() -> None:
    op.add_column("appointment", sa.Column(_APPOINTMENT, sa.LargeBinary(), nullable=True))
    op.add_column("plan", sa.Column(_PLAN, sa.LargeBinary(), nullable=True))
    op.add_column("subscription", sa.Column(_SUBSCRIPTION_URL, sa.LargeBinary(), nullable=True))
    if _has_sealed_values():
        vault = Vault(_master_key())
        _seal_for_the_hub(vault)
        _seal_for_clients(vault)
    with op.batch_alter_table("appointment") as batch:
        batch.drop_column("place")
        batch.drop_column("participants")
        batch.alter_column(_APPOINTMENT, existing_type=sa.LargeBinary(), nullable=False)
    with op.batch_alter_table("plan") as batch:
        batch.drop_column("document_reference")
    with op.batch_alter_table("subscription") as batch:
        batch.drop_column("url")
        batch.alter_column(_SUBSCRIPTION_URL, existing_type=sa.LargeBinary(), nullable=False)


def downgrade() -> None:
    if _has_sealed_values():
        raise RuntimeError("What is sealed cannot be sealed the old way again; restore a copy from before the upgrade.")
    with op.batch_alter_table("subscription") as batch:
        batch.drop_column(_SUBSCRIPTION_URL)
        batch.add_column(sa.Column("url", sa.String(2000), nullable=False))
    with op.batch_alter_table("plan") as batch:
        batch.drop_column(_PLAN)
        batch.add_column(sa.Column("document_reference", sa.String(200), nullable=True))
    with op.batch_alter_table("appointment") as batch:
        batch.drop_column(_APPOINTMENT)
        batch.add_column(sa.Column("place", sa.String(300), nullable=True))
        batch.add_column(sa.Column("participants", JsonDocument(), nullable=False))


def _has_sealed_values() -> bool:
    tables = (_client, _signing_key, _subscription, _quarantine)
    return any(op.get_bind().execute(sa.select(sa.literal(1)).select_from(each).limit(1)).scalar() for each in tables)


def _master_key() -> bytes:
    config = op.get_context().config
    key: bytes | None = config.attributes.get("master_key") if config else None
    if key is None:
        raise RuntimeError("The database has sealed values; set TRAJECTHUB_MASTER_KEY to its master key.")
    return key


def _seal_for_the_hub(vault: Vault) -> None:
    # Releases without the check found out by these values whether the master key is the right one.
    if op.get_bind().execute(sa.select(_check.c.id)).first() is None:
        op.get_bind().execute(sa.insert(_check), {"id": 1, "sealed": vault.seal(b"", "master_key_check.sealed")})
    _reseal(_client, {"wrapped_key": "client.key"}, lambda _: vault)
    _reseal(_quarantine, {"payload": "quarantine.payload"}, lambda _: vault)
    _reseal(_signing_key, {"private_key": "signing_key.private_key"}, lambda _: vault)
    for rows in _parts(sa.select(_subscription), _subscription.c.id):
        _write(_subscription, [_subscription_columns(vault, row) for row in rows])


def _subscription_columns(vault: Vault, row: _Row) -> dict[str, Any]:
    secret = f"subscription:{row['id']}"
    old = {
        "secret_sealed": secret,
        "previous_secret_sealed": secret,
        "signing_key_sealed": "subscription.signing-key",
        "auth_sealed": "subscription.auth",
    }
    url = vault.seal(row["url"].encode(), _place(_subscription, _SUBSCRIPTION_URL, row["id"]))
    # Emptied first, because on PostgreSQL a column that is dropped stays in its rows.
    return {"row_key": row["id"], "url": "", _SUBSCRIPTION_URL: url, **_resealed(_subscription, row, old, vault)}


def _seal_for_clients(vault: Vault) -> None:
    def sealer(row: _Row) -> Sealer:
        return vault.client_sealer(row["key"], _place(_client, "wrapped_key", row["key_of"]))

    texts = {name: f"client.{name}" for name in (*_CLIENT_TEXTS, "contact_preferences")}
    values = dict.fromkeys(("hub_value", "partner_value", "base_value"), "conflict.value")
    to_client = sa.join(_client, _referral, _client.c.id == _referral.c.client_id)
    to_guided = sa.join(_client, _trajectory, _client.c.id == _trajectory.c.client_id)
    _reseal(_client, {"bsn": "client.bsn"}, sealer, _client)
    _reseal(_details, texts, sealer, sa.join(_details, _client, _client.c.id == _details.c.client_id))
    _reseal(_referral, {"contents": "referral.contents"}, sealer, to_client)
    of_party = sa.join(to_guided, _party, _party.c.trajectory_id == _trajectory.c.id)
    _reseal(_party, {"contact": "party.contact"}, sealer, of_party)
    _reseal(_conflict, values, sealer, sa.join(to_client, _conflict, _conflict.c.referral_id == _referral.c.id))
    of_appointment = sa.join(to_client, _appointment, _appointment.c.referral_id == _referral.c.id)
    for rows in _parts(_with_key(_appointment, of_appointment), _appointment.c.id):
        _write(_appointment, [_appointment_columns(sealer(row), row) for row in rows])
    of_plan = sa.join(to_guided, _plan, _plan.c.trajectory_id == _trajectory.c.id)
    for rows in _parts(_with_key(_plan, of_plan), _plan.c.trajectory_id):
        _write(_plan, [_plan_columns(sealer(row), row) for row in rows])


def _appointment_columns(sealer: Sealer, row: _Row) -> dict[str, Any]:
    text = json.dumps({"place": row["place"], "participants": row["participants"]})
    sealed = sealer.seal_text(text, _place(_appointment, _APPOINTMENT, row["id"]))
    return {"row_key": row["id"], "place": None, "participants": [], _APPOINTMENT: sealed}


def _plan_columns(sealer: Sealer, row: _Row) -> dict[str, Any]:
    sealed = sealer.seal_text(row["document_reference"], _place(_plan, _PLAN, row["trajectory_id"]))
    return {"row_key": row["trajectory_id"], "document_reference": None, _PLAN: sealed}


def _reseal(
    table: sa.TableClause, old: Mapping[str, str], sealer_of: _Sealers, joined: sa.FromClause | None = None
) -> None:
    """Seal columns of every row again, each under the key that opened it; ``old`` has how they were sealed."""
    (key, *_) = table.c
    query = sa.select(table) if joined is None else _with_key(table, joined)
    for rows in _parts(query, key):
        _write(table, [{"row_key": row[key.name], **_resealed(table, row, old, sealer_of(row))} for row in rows])


def _resealed(table: sa.TableClause, row: _Row, old: Mapping[str, str], sealer: Sealer) -> dict[str, bytes | None]:
    (key, *_) = table.c
    return {
        name: sealer.seal(sealer.open(row[name], place), _place(table, name, row[key.name])) if row[name] else None
        for name, place in old.items()
    }


def _with_key(table: sa.TableClause, joined: sa.FromClause) -> sa.Select[Any]:
    return sa.select(table, _client.c.wrapped_key.label("key"), _client.c.id.label("key_of")).select_from(joined)


def _parts(query: sa.Select[Any], key: sa.ColumnElement[Any]) -> Iterator[Sequence[_Row]]:
    """Return the rows of a query in parts, in the order of their key."""
    part = query.order_by(key).limit(PART)
    rows = op.get_bind().execute(part).mappings().all()
    while rows:
        yield rows
        rows = op.get_bind().execute(part.where(key > rows[-1][key.name])).mappings().all()


def _write(table: sa.TableClause, rows: Sequence[Mapping[str, Any]]) -> None:
    (key, *_) = table.c
    names = rows[0].keys() - {"row_key"}
    statement = sa.update(table).where(key == sa.bindparam("row_key"))
    op.get_bind().execute(
        statement.values({name: sa.bindparam(f"new_{name}") for name in names}),
        [{"row_key": row["row_key"], **{f"new_{name}": row[name] for name in names}} for row in rows],
    )


def _place(table: sa.TableClause, column: str, key: UUID | str) -> str:
    return f"{table.name}.{column}/{key.hex if isinstance(key, UUID) else key}"
