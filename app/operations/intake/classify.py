"""Decides what becomes of a record that a partner gave: applied, left, or put in quarantine. Pure."""

from dataclasses import dataclass

from app.domain.commands import WithdrawReferral
from app.domain.ports import PartnerRecord, ReadError
from app.models.partners.record import AppliedVersion

WAITS = ReadError(
    "case", "waits-for-earlier", "An earlier record of this case is in quarantine; this one waits for it."
)
"""Why a record waits that is in order itself."""


@dataclass(frozen=True, kw_only=True)
class QuarantinedVersion:
    """What of a record is, or was, in quarantine.

    Attributes:
        waits: it is in order itself and waits for an earlier record of its case.
        is_unreadable: only another mapping or other content helps.
        is_dismissed: an operator left this content out for good.
    """

    content_hash: bytes
    revision: int | None
    waits: bool = False
    is_unreadable: bool = False
    is_dismissed: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordSituation:
    """What is known of a record and its case before it is applied.

    Attributes:
        content_hash: of the record.
        applied: what was last applied of it.
        quarantined: what of it is in quarantine now, in this version or another.
        same_content: exactly this content in quarantine, or dismissed or expired there.
        is_blocked: an earlier record of its case is in quarantine.
        case_is_known: the hub has a referral for the case.
        case_moved: another record of the case was applied in the same batch.
        retries: what is in quarantine is tried again, also when it comes unchanged.
    """

    content_hash: bytes
    applied: AppliedVersion | None = None
    quarantined: QuarantinedVersion | None = None
    same_content: QuarantinedVersion | None = None
    is_blocked: bool = False
    case_is_known: bool = False
    case_moved: bool = False
    retries: bool = False


@dataclass(frozen=True)
class Apply:
    """The commands of the record are to be executed."""


@dataclass(frozen=True)
class Unchanged:
    """Nothing is to be done: it was applied before, is overtaken, or must stay as it is.

    Attributes:
        ends_quarantine: what is in quarantine of it is overtaken by what was applied.
    """

    ends_quarantine: bool = False


@dataclass(frozen=True)
class Filtered:
    """It says nothing to the hub."""


@dataclass(frozen=True)
class Quarantine:
    """It cannot be applied, or must wait for an earlier record of its case."""

    reason: ReadError


Classification = Apply | Unchanged | Filtered | Quarantine


def classify(record: PartnerRecord, situation: RecordSituation) -> Classification:
    """Return what becomes of a record; applying it may still be refused."""
    overtaken = _overtaken(record, situation)
    if overtaken:
        return overtaken
    if situation.is_blocked:
        return Quarantine(WAITS)
    if takes_back(record) and not situation.case_is_known:
        return Filtered()
    if record.unread:
        return Quarantine(record.unread)
    return Apply() if record.commands else Filtered()


def _overtaken(record: PartnerRecord, situation: RecordSituation) -> Unchanged | None:
    applied, quarantined = situation.applied, situation.quarantined
    if applied and (applied.content_hash == situation.content_hash or is_older(record.revision, applied.revision)):
        return Unchanged(ends_quarantine=quarantined is not None and _ends(quarantined, record, situation.content_hash))
    if quarantined and is_older(record.revision, quarantined.revision):
        return Unchanged()
    same = situation.same_content
    return Unchanged() if same and not _may_fare_better(record, situation, same) else None


def _ends(quarantined: QuarantinedVersion, record: PartnerRecord, content_hash: bytes) -> bool:
    return quarantined.content_hash == content_hash or is_older(quarantined.revision, record.revision)


def _may_fare_better(record: PartnerRecord, situation: RecordSituation, same: QuarantinedVersion) -> bool:
    """Return whether a record that comes unchanged may be accepted now, though it was put in quarantine before."""
    if same.is_dismissed:
        return False
    if situation.retries:
        return True
    if record.unread or situation.is_blocked:
        return False
    return same.waits or same.is_unreadable or situation.case_moved


def takes_back(record: PartnerRecord) -> bool:
    """Return whether the partner does nothing but take a referral back."""
    return bool(record.commands) and all(isinstance(command, WithdrawReferral) for command in record.commands)


def is_older(revision: int | None, other: int | None) -> bool:
    """Return whether a revision is older than another; without a count none is."""
    return revision is not None and other is not None and revision < other
