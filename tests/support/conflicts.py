"""The values of conflicts as they are stored, which the policy withholds from operators."""

from dataclasses import asdict
from typing import Any

from app.api.state import AppState
from app.database import Connection
from app.domain.codes import System
from app.domain.partners import ConflictState
from app.models.partners.field_sync import list_conflicts
from app.operations.field_sync.conflict_values import open_values


async def stored_values(hub: AppState, system: str, state: str = "open") -> dict[str, dict[str, Any]]:
    """Return the stored values of conflicts with a system by the id of each: ``hub``, ``partner`` and ``base``."""

    def work(tx: Connection) -> dict[str, dict[str, Any]]:
        rows = list_conflicts(tx, System(system), ConflictState(state), None, 1000)
        sealers = [(row, row.sealer(hub.services.vault)) for row in rows]
        return {str(row.id): asdict(open_values(sealer, row.id, row.values)) for row, sealer in sealers if sealer}

    return await hub.db.read(work)
