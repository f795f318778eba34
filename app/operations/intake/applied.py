"""What was last applied of the records in a batch, and what is remembered of those that are applied now."""

from collections import defaultdict
from collections.abc import Sequence

from app.database import Connection
from app.domain.codes import System
from app.domain.ports import PartnerRecord
from app.models.partners.record import AppliedRecord, AppliedVersion, RecordKey, known_records, save_records
from app.operations.intake.classify import is_older
from app.operations.intake.records import HashedRecord, applied_record, key_of
from app.operations.services import Services


class AppliedVersions:
    """The versions of a batch of records that were last applied; written together at the end."""

    def __init__(self, tx: Connection, services: Services, system: System, records: Sequence[PartnerRecord]) -> None:
        self._system, self._now = system, services.clock.now()
        self._known = _known_versions(tx, system, records)
        self._new: dict[RecordKey, AppliedRecord] = {}

    def version_of(self, record: PartnerRecord) -> AppliedVersion | None:
        """Return what was last applied of this record."""
        return self._known.get(key_of(record))

    def includes(self, each: HashedRecord) -> bool:
        """Return whether exactly this content was last applied."""
        known = self.version_of(each.record)
        return known is not None and known.content_hash == each.content_hash

    def note(self, each: HashedRecord) -> None:
        """Note that a record was applied."""
        self._note(each, self._revision_of(each.record))

    def note_newer(self, each: HashedRecord) -> None:
        """Note the newest revision of what came unchanged, so that no state in between replaces it."""
        known = self.version_of(each.record)
        if known and known.content_hash == each.content_hash and is_older(known.revision, each.record.revision):
            self._note(each, each.record.revision)

    def write(self, tx: Connection) -> None:
        """Write what was noted."""
        save_records(tx, list(self._new.values()))

    def _note(self, each: HashedRecord, revision: int | None) -> None:
        key = key_of(each.record)
        self._new[key] = applied_record(each.record, self._system, each.content_hash, revision, self._now)
        self._known[key] = AppliedVersion(content_hash=each.content_hash, revision=revision)

    def _revision_of(self, record: PartnerRecord) -> int | None:
        """Return the record's revision; one without, of a record that had them (a tombstone), is the one after."""
        known = self.version_of(record)
        if record.revision is not None or known is None or known.revision is None:
            return record.revision
        return known.revision + 1


def _known_versions(
    tx: Connection, system: System, records: Sequence[PartnerRecord]
) -> dict[RecordKey, AppliedVersion]:
    ids: dict[str, set[str]] = defaultdict(set)
    for record in records:
        ids[record.kind].add(record.external_id)
    return {
        (kind, external_id): version
        for kind, external_ids in ids.items()
        for external_id, version in known_records(tx, system, kind, external_ids).items()
    }
