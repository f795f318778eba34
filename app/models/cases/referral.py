"""Referrals, with what the referrer said in one sealed document."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    false,
    or_,
    select,
    true,
    tuple_,
    update,
)

from app.domain.codes import (
    ClosureReason,
    ConsentForm,
    ConsentScope,
    IntakeResult,
    LifeDomain,
    ReferralStatus,
    RejectionReason,
    RoutingAdvice,
    TrajectoryResult,
    WithdrawalReason,
)
from app.domain.fields import OF_CONTENTS, Field
from app.domain.ownership import json_form
from app.domain.queries import ReferralQuery, Visibility
from app.domain.values import (
    Consent,
    Counsellor,
    Organisation,
    Referral,
    ReferralContents,
    ReferralFlags,
    ReferralSummary,
    Worker,
)
from app.models.access.organisation import COLUMNS as ORGANISATION_COLUMNS
from app.models.access.organisation import organisation, organisation_of, to_organisation
from app.models.base import Columns, Id, JsonDocument, UtcDateTime, is_older, metadata
from app.models.bulk import is_any_of
from app.models.cases.client import client
from app.models.cases.term_facts import facts_document, to_facts
from app.models.cases.trajectory_tables import kbr_application, trajectory, trajectory_result
from app.models.sealed import Sealed, SealedBy, place_of
from app.vault import Sealer, Vault

referral = Table(
    "referral",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", Id, ForeignKey("client.id"), nullable=False, index=True),
    Column("organisation_id", Id, ForeignKey("organisation.id"), nullable=False),
    Column("reference", String(100)),
    Column("area", String(80), nullable=False),
    Column("status", String(30), nullable=False),
    Column("told_status", String(30), nullable=False),
    Column("awaiting_information", Boolean, nullable=False, default=False),
    Column("withdrawal_requested", Boolean, nullable=False, default=False),
    Column("contact_lost", Boolean, nullable=False, default=False),
    Column("closed_unasked", Boolean, nullable=False, default=False, server_default=false()),
    Column("received_at", UtcDateTime, nullable=False),
    Column("age", Integer, nullable=False),
    Column("advice", JsonDocument, nullable=False),
    Column("consent_scopes", JsonDocument, nullable=False),
    Column("consent_given_on", Date),
    # Everything else the referrer said (worker, reason, assessment …) in one sealed document.
    Column("contents", Sealed(SealedBy.CLIENT), nullable=False),
    # Keyed hash of the worker's e-mail, by which a subscription to one's own clients finds it.
    Column("worker_index", LargeBinary(32)),
    # What was disclosed to the referrer, sealed; and of that what lists show and filter by.
    Column("disclosed", Sealed(SealedBy.CLIENT)),
    Column("disclosed_counsellor", String(200)),
    Column("disclosed_result", String(30)),
    Column("shows_consented", Boolean, nullable=False, default=False, server_default=false()),
    Column("counsellor_name", String(200)),
    Column("counsellor_phone", String(40)),
    Column("missed_count", Integer, nullable=False, default=0),
    Column("question_count", Integer, nullable=False, default=0, server_default="0"),
    Column("onward_count", Integer, nullable=False, default=0, server_default="0"),
    # Null in rows from before it was kept.
    Column("contact_attempts", JsonDocument),
    Column("in_contact_at", UtcDateTime),
    Column("contact_changed_at", UtcDateTime),
    # Null in rows from before it was kept.
    Column("other_help", JsonDocument),
    Column("intake_held_on", Date),
    Column("intake_result", String(30)),
    Column("intake_concluded_on", Date),
    Column("rejection_reason", String(40)),
    Column("withdrawal_reason", String(40)),
    Column("closure_reason", String(40)),
    Column("previous_id", Id, ForeignKey("referral.id")),
    # What its terms depend on; NULL until it is worked out for a case of before there were terms.
    Column("term_facts", JsonDocument),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("organisation_id", "reference"),
    Index("ix_referral_received", "received_at", "id"),
    Index("ix_referral_organisation", "organisation_id", "received_at", "id"),
    Index("ix_referral_status", "status", "received_at", "id"),
    Index("ix_referral_area", "area", "received_at", "id"),
    Index("ix_referral_counsellor", "counsellor_name", "received_at", "id"),
)

_IS_UNFILLED = referral.c.disclosed.is_(None)
Index("ix_referral_unfilled", referral.c.id, sqlite_where=_IS_UNFILLED, postgresql_where=_IS_UNFILLED)

_IS_UNCLOCKED = referral.c.term_facts.is_(None)
Index("ix_referral_unclocked", referral.c.id, sqlite_where=_IS_UNCLOCKED, postgresql_where=_IS_UNCLOCKED)

_SEALED_COLUMNS = (referral.c.contents, referral.c.disclosed)

_SUMMARY = (
    referral.c.id,
    referral.c.reference,
    referral.c.area,
    referral.c.status,
    referral.c.told_status,
    referral.c.received_at,
    referral.c.consent_scopes,
    referral.c.consent_given_on,
    referral.c.counsellor_name,
    referral.c.counsellor_phone,
    referral.c.intake_result,
    referral.c.disclosed_counsellor,
    referral.c.disclosed_result,
    referral.c.shows_consented,
)


def find_by_references(tx: Connection, references: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], UUID]:
    """Return the referrals for which organisations used these references, by organisation id and reference."""
    rows = tx.execute(_BY_REFERENCE, {"references": list(references)}) if references else ()
    return {(row.organisation_id, row.reference): row.id for row in rows}


def unfilled_referrals(tx: Connection, most: int) -> list[UUID]:
    """Return referrals without a record of what was disclosed, oldest first, at most ``most``."""
    return list(tx.scalars(_UNFILLED, {"most": most}))


def unclocked_referrals(tx: Connection, most: int) -> list[UUID]:
    """Return referrals for which it was not worked out what their terms depend on, oldest first, at most ``most``."""
    return list(tx.scalars(_UNCLOCKED, {"most": most}))


def load_referral_rows(tx: Connection, ids: Collection[UUID], visibility: Visibility) -> list[Row[Any]]:
    """Return rows with their organisation, for ``to_referral``; what is sealed stays unread."""
    return rows_by_id(tx, _UNSEALED, ids, visibility)


def rows_by_id(tx: Connection, statement: Select[Any], ids: Collection[UUID], visibility: Visibility) -> list[Row[Any]]:
    """Return those rows of a query over referrals and their organisations that have these ids and are visible."""
    if not ids:
        return []
    asked: Columns = {"wanted_id": next(iter(ids))} if len(ids) == 1 else {"wanted_ids": ids}
    wanted = visible(_with_ids(statement, is_one=len(ids) == 1), visibility)
    return list(tx.execute(wanted, {**asked, **visibility_values(visibility)}))


@dataclass(frozen=True)
class RoutedReferral:
    """What decides which receivers the events about a referral concern.

    Attributes:
        referrer: the organisation that referred.
        area: where the client lives (*gebied*).
        worker_index: keyed hash of the e-mail of the referrer's worker; None when it gave none.
    """

    referrer: Organisation
    area: str
    worker_index: bytes | None = None


def routed_referrals(tx: Connection, ids: Collection[UUID]) -> dict[UUID, RoutedReferral]:
    """Return what routing reads of referrals, by id; erased ones are left out."""
    rows = tx.execute(_ROUTED, {"ids": ids})
    return {row.id: RoutedReferral(to_organisation(row), row.area, row.worker_index) for row in rows}


def list_referrals(tx: Connection, query: ReferralQuery) -> list[ReferralSummary]:
    """Return a page of summaries, newest first; one more than the limit shows that there is a next page."""
    values = {
        "status": query.status,
        "organisation_code": query.organisation_code,
        "referrer_kind": query.referrer_kind,
        "area": query.area,
        "counsellor": query.counsellor,
        "reference": query.reference,
        "received_from": query.received_from,
        "received_until": query.received_until,
        "bsn_index": query.bsn_index,
        "after_moment": query.after.moment if query.after else None,
        "after_id": query.after.id if query.after else None,
    }
    given = {name: value for name, value in values.items() if value is not None}
    statement = visible(_page_of(frozenset(given), query.as_disclosed), query.visibility)
    rows = tx.execute(statement, {**given, **visibility_values(query.visibility), "most": query.limit + 1})
    return [_to_summary(row) for row in rows]


_UNSEALED = select(*(each for each in referral.c if each not in set(_SEALED_COLUMNS)), *ORGANISATION_COLUMNS).join(
    organisation, organisation.c.id == referral.c.organisation_id
)
WITH_ORGANISATION = _UNSEALED.add_columns(*_SEALED_COLUMNS)
"""Referrals with their organisation; see :func:`rows_by_id`."""

_ROUTED = (
    select(referral.c.id, referral.c.area, referral.c.worker_index, *ORGANISATION_COLUMNS)
    .join(organisation, organisation.c.id == referral.c.organisation_id)
    .where(is_any_of(referral.c.id, "ids"))
)

CHANGED_STATE = update(referral).where(referral.c.id == bindparam("row_id"))
"""Writes the columns of :func:`state_columns` of the referral ``row_id``."""

_UNFILLED = select(referral.c.id).where(_IS_UNFILLED).order_by(referral.c.id).limit(bindparam("most", type_=Integer))

_UNCLOCKED = select(referral.c.id).where(_IS_UNCLOCKED).order_by(referral.c.id).limit(bindparam("most", type_=Integer))

CHANGED_DISCLOSED = CHANGED_STATE.where(true(), true())
"""Writes what was disclosed of the referral ``row_id``."""

CHANGED_CONTENTS = CHANGED_STATE.where(true())
"""Writes the columns of :func:`contents_columns` of the referral ``row_id``."""

_BY_REFERENCE = select(referral.c.id, referral.c.organisation_id, referral.c.reference).where(
    tuple_(referral.c.organisation_id, referral.c.reference).in_(bindparam("references", expanding=True))
)


def _followed_by(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a referral's trajectory has a row in a table."""
    found = select(table.c.id).join(trajectory, trajectory.c.id == table.c.trajectory_id)
    return found.where(trajectory.c.referral_id == referral.c.id, *conditions).correlate(referral).exists()


# What app.domain.queries.concerns_credit_bank says, of stored rows.
_CONCERNS_CREDIT_BANK = or_(
    referral.c.intake_result.in_([each for each in IntakeResult if each.leads_to_credit_bank]),
    _followed_by(kbr_application),
    _followed_by(
        trajectory_result,
        trajectory_result.c.code.in_([each for each in TrajectoryResult if each.leads_to_credit_bank]),
    ),
)


def visible(statement: Select[Any], visibility: Visibility) -> Select[Any]:
    """Return a query over referrals and their organisations that is narrowed to what a caller may see.

    It takes the parameters of :func:`visibility_values`.
    """
    by_organisation, by_system = visibility.organisation_id is not None, visibility.system is not None
    return _narrowed(statement, by_organisation, by_system, visibility.at_credit_bank)


def visibility_values(visibility: Visibility) -> Columns:
    """Return the parameters of a query that is narrowed by :func:`visible`."""
    values = {"visible_organisation": visibility.organisation_id, "visible_system": visibility.system}
    return {name: value for name, value in values.items() if value is not None}


# Statements are built once for each combination of conditions: building one costs more than running it.
@lru_cache(maxsize=1024)
def _narrowed(statement: Select[Any], by_organisation: bool, by_system: bool, at_credit_bank: bool) -> Select[Any]:
    if by_organisation:
        statement = statement.where(referral.c.organisation_id == bindparam("visible_organisation"))
    if by_system:
        statement = statement.where(organisation.c.system == bindparam("visible_system"))
    if at_credit_bank:
        statement = statement.where(_CONCERNS_CREDIT_BANK)
    return statement


@lru_cache(maxsize=64)
def _with_ids(statement: Select[Any], *, is_one: bool) -> Select[Any]:
    # PostgreSQL makes the plan for one id once. For an array it makes one each time, which costs more than running it.
    one, several = referral.c.id == bindparam("wanted_id"), is_any_of(referral.c.id, "wanted_ids")
    return statement.where(one if is_one else several)


@lru_cache(maxsize=512)
def _page_of(given: frozenset[str], as_disclosed: bool) -> Select[Any]:
    same_client = select(client.c.id).where(client.c.bsn_index == bindparam("bsn_index")).scalar_subquery()
    moment, id = bindparam("after_moment", type_=UtcDateTime), bindparam("after_id", type_=Id)
    conditions = {
        "status": (referral.c.told_status if as_disclosed else referral.c.status) == bindparam("status"),
        "organisation_code": organisation.c.code == bindparam("organisation_code"),
        "referrer_kind": organisation.c.kind == bindparam("referrer_kind"),
        "area": referral.c.area == bindparam("area"),
        "counsellor": (referral.c.disclosed_counsellor if as_disclosed else referral.c.counsellor_name)
        == bindparam("counsellor"),
        "reference": referral.c.reference == bindparam("reference"),
        "received_from": referral.c.received_at >= bindparam("received_from"),
        "received_until": referral.c.received_at < bindparam("received_until"),
        "bsn_index": referral.c.client_id == same_client,
        "after_moment": is_older(referral.c.received_at, referral.c.id, moment, id),
    }
    return (
        select(*_SUMMARY, *ORGANISATION_COLUMNS)
        .join(organisation, organisation.c.id == referral.c.organisation_id)
        .where(*(condition for name, condition in conditions.items() if name in given))
        .order_by(referral.c.received_at.desc(), referral.c.id.desc())
        .limit(bindparam("most", type_=Integer))
    )


def disclosed_columns(stored: Referral) -> Columns:
    """Return the columns with what lists show to the referrer."""
    return {
        "told_status": stored.disclosed_status,
        "disclosed_counsellor": stored.disclosed_counsellor,
        "disclosed_result": stored.disclosed_result,
        "shows_consented": stored.shows_consented,
    }


def state_columns(stored: Referral, now: datetime) -> Columns:
    """Return the columns that a change of a referral can write, except what the referrer says."""
    counsellor, flags = stored.counsellor, stored.flags
    return {
        "status": stored.status,
        **disclosed_columns(stored),
        "awaiting_information": flags.awaiting_information,
        "withdrawal_requested": flags.withdrawal_requested,
        "contact_lost": flags.contact_lost,
        "closed_unasked": flags.closed_unasked,
        "counsellor_name": counsellor.name if counsellor else None,
        "counsellor_phone": counsellor.phone if counsellor else None,
        "missed_count": stored.missed_count,
        "question_count": stored.question_count,
        "onward_count": stored.onward_count,
        "contact_attempts": [each.isoformat() for each in stored.contact_attempts],
        "in_contact_at": stored.in_contact_at,
        "contact_changed_at": stored.contact_changed_at,
        "other_help": list(stored.other_help),
        "intake_held_on": stored.intake_held_on,
        "intake_result": stored.intake_result,
        "intake_concluded_on": stored.intake_concluded_on,
        "rejection_reason": stored.rejection_reason,
        "withdrawal_reason": stored.withdrawal_reason,
        "closure_reason": stored.closure_reason,
        "term_facts": facts_document(stored.term_facts),
        "changed_at": now,
    }


def fixed_columns(new: Referral) -> Columns:
    """Return the columns that never change after the registration."""
    return {
        "id": new.id,
        "client_id": new.client_id,
        "organisation_id": new.organisation.id,
        "reference": new.reference,
        "received_at": new.received_at,
        "age": new.age,
        "advice": list(new.advice),
        "previous_id": new.previous_id,
    }


def contents_columns(
    sealer: Sealer, referral_id: UUID, contents: ReferralContents, worker_index: bytes | None
) -> Columns:
    """Return the columns that hold what the referrer says.

    Args:
        sealer: of the client.
        referral_id: of the referral.
        contents: what is said.
        worker_index: keyed hash of the worker's e-mail, None without one.
    """
    consent, worker = contents.consent, contents.worker
    document = {
        **{name: json_form(spec.read(contents)) for name, spec in _SEALED.items()},
        "worker": [worker.name, worker.phone, worker.email],
        "consent_evidence": consent.evidence,
        "consent_form": consent.form,
        "consent_recorded": [consent.recorded_by, json_form(consent.recorded_at)],
    }
    return {
        "area": contents.area,
        "consent_scopes": sorted(consent.scopes),
        "consent_given_on": consent.given_on,
        "contents": sealer.seal_text(json.dumps(document), place_of(referral.c.contents, referral_id)),
        "worker_index": worker_index,
    }


def worker_index_of(vault: Vault, email: str | None) -> bytes | None:
    """Return the keyed hash by which a worker's e-mail is found, regardless of case; None without one."""
    return vault.index(email.strip().lower(), "worker.email") if email else None


def open_contents(sealer: Sealer, row: Row[Any]) -> ReferralContents:
    """Read what the referrer said."""
    document = json.loads(sealer.open(row.contents, place_of(referral.c.contents, row.id)))
    # A field that is newer than the row is absent, and has its default.
    sealed = {
        name: spec.type.decode(document[name]) for name, spec in _SEALED.items() if document.get(name) is not None
    }
    return ReferralContents(
        area=row.area,
        worker=Worker(*document["worker"]),
        consent=_open_consent(row, document),
        **sealed,
    )


def _open_consent(row: Row[Any], document: Mapping[str, Any]) -> Consent:
    # Documents from before these were kept lack them.
    form, (by, at) = document.get("consent_form"), document.get("consent_recorded") or (None, None)
    return replace(
        to_consent(row),
        evidence=document["consent_evidence"],
        form=ConsentForm(form) if form else None,
        recorded_by=by,
        recorded_at=datetime.fromisoformat(at) if at else None,
    )


# What is encrypted of the contents, by the name under which it is stored; worker and consent have forms of their own.
_IN_CLEAR = frozenset({Field.REFERRAL_AREA})
_NAMES = {
    Field.ASSESSMENT_DONE_BY: "assessment_done_by",
    Field.ASSESSMENT_REFERENCE: "assessment_reference",
}
_SEALED = {
    _NAMES.get(spec.field, spec.field.split(".")[1]): spec
    for spec in OF_CONTENTS
    if spec.field not in _IN_CLEAR and not spec.field.startswith(("worker.", "consent."))
}


def to_referral(row: Row[Any]) -> Referral:
    """Read a referral from its row with the columns of its organisation."""
    return Referral(
        id=row.id,
        client_id=row.client_id,
        organisation=to_organisation(row),
        reference=row.reference,
        area=row.area,
        consent=_to_consent(row.consent_scopes, row.consent_given_on),
        status=ReferralStatus(row.status),
        disclosed_status=ReferralStatus(row.told_status),
        flags=ReferralFlags(
            awaiting_information=row.awaiting_information,
            withdrawal_requested=row.withdrawal_requested,
            contact_lost=row.contact_lost,
            closed_unasked=row.closed_unasked,
        ),
        received_at=row.received_at,
        age=row.age,
        advice=tuple(map(RoutingAdvice, row.advice)),
        counsellor=to_counsellor(row),
        disclosed_counsellor=row.disclosed_counsellor,
        disclosed_result=IntakeResult(row.disclosed_result) if row.disclosed_result else None,
        shows_consented=row.shows_consented,
        missed_count=row.missed_count,
        question_count=row.question_count,
        onward_count=row.onward_count,
        contact_attempts=tuple(map(datetime.fromisoformat, row.contact_attempts or ())),
        in_contact_at=row.in_contact_at,
        contact_changed_at=row.contact_changed_at,
        other_help=tuple(map(LifeDomain, row.other_help or ())),
        intake_held_on=row.intake_held_on,
        intake_result=IntakeResult(row.intake_result) if row.intake_result else None,
        intake_concluded_on=row.intake_concluded_on,
        rejection_reason=RejectionReason(row.rejection_reason) if row.rejection_reason else None,
        withdrawal_reason=WithdrawalReason(row.withdrawal_reason) if row.withdrawal_reason else None,
        closure_reason=ClosureReason(row.closure_reason) if row.closure_reason else None,
        previous_id=row.previous_id,
        term_facts=to_facts(row.term_facts),
    )


def to_counsellor(row: Row[Any]) -> Counsellor | None:
    """Read the counsellor from a row with ``counsellor_name`` and ``counsellor_phone``."""
    return _counsellor(row.counsellor_name, row.counsellor_phone)


def _counsellor(name: str | None, phone: str | None) -> Counsellor | None:
    return Counsellor(name, phone) if name else None


def to_consent(row: Row[Any]) -> Consent:
    """Read the consent that rules ask about, without its evidence."""
    return _to_consent(row.consent_scopes, row.consent_given_on)


def _to_consent(scopes: Sequence[str], given_on: date | None) -> Consent:
    return Consent(_scopes(tuple(scopes)), given_on)


@lru_cache
def _scopes(names: tuple[str, ...]) -> frozenset[ConsentScope]:
    return frozenset(map(ConsentScope, names))


def _to_summary(row: Sequence[Any]) -> ReferralSummary:
    # The columns of _SUMMARY and of the organisation, by position: finding them by name is a tenth of a page's cost.
    id, reference, area, status, told_status, received_at, scopes, given_on, name, phone, result, *rest = row
    disclosed_counsellor, disclosed_result, shows_consented, *referrer = rest
    return ReferralSummary(
        id=id,
        organisation=organisation_of(*referrer),
        reference=reference,
        area=area,
        status=ReferralStatus(status),
        disclosed_status=ReferralStatus(told_status),
        received_at=received_at,
        consent=_to_consent(scopes, given_on),
        counsellor=_counsellor(name, phone),
        intake_result=IntakeResult(result) if result else None,
        disclosed_counsellor=disclosed_counsellor,
        disclosed_result=IntakeResult(disclosed_result) if disclosed_result else None,
        shows_consented=shows_consented,
    )
