"""The pull loop, the same for every partner: read a page, apply it, go on from where it ended."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from app.database import Database
from app.domain.errors import CursorExpired, PartnerError
from app.domain.ports import Page, PartnerSource
from app.operations.intake import Tally, apply_page
from app.operations.tools import Tools
from app.operations.turns import Turn, TurnLost, cursor_in_turn, note_failure, take_turn

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Puller:
    """Pulls one partner.

    Attributes:
        holder: name of this process; a partner is pulled by one process at a time.
    """

    db: Database
    tools: Tools
    source: PartnerSource
    holder: str

    async def pull(self) -> Tally:
        """Read and apply all changes since the last pull; gives the account of them.

        Raises:
            PartnerError: the partner gives no answer or refuses; what came before is applied.
        """
        try:
            cursor = await self._cursor()
            return await self._apply_all(self.source.changes(cursor))
        except CursorExpired:
            log.info("partner_cursor_expired", partner=self.source.system)
            return await self._apply_all(self.source.changes(None))
        except TurnLost:
            return Tally()

    async def _cursor(self) -> str | None:
        # Read first: a turn that is already ours needs no transaction.
        has_turn, cursor = await self.db.read(cursor_in_turn, self._turn)
        return cursor if has_turn else await self.db.write(take_turn, self.tools, self._turn)

    async def run(self, stop: asyncio.Event, interval_seconds: float) -> None:
        """Pull at intervals until told to stop; one warning when trouble starts, one line when it ends."""
        failing = False
        while not stop.is_set():
            failing = await self._pull_safely(failing=failing)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), interval_seconds)

    async def _pull_safely(self, *, failing: bool) -> bool:
        system = self.source.system
        try:
            tally = await self.pull()
        except PartnerError as error:
            await self.db.write(note_failure, self.tools, system)
            if not failing:
                log.warning("partner_pull_failing", partner=system, reason=str(error))
            return True
        if failing:
            log.info("partner_pull_recovered", partner=system)
        if tally.quarantined:
            log.warning("partner_records_quarantined", partner=system, records=tally.quarantined)
        return False

    async def _apply_all(self, pages: AsyncIterator[Page]) -> Tally:
        tally = Tally()
        async for page in pages:
            tally += await self.db.write(apply_page, self.tools, self._turn, self.source.mapping_version, page)
        return tally

    @property
    def _turn(self) -> Turn:
        return Turn(self.source.system, self.holder)
