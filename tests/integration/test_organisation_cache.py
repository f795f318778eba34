"""Organisations in memory: read once, and never older than half a minute."""

from dataclasses import replace
from typing import Any

from sqlalchemy import event

from app.database import Connection
from app.domain.codes import ReferrerKind
from app.models.access.organisation import find_organisation, update_organisation
from app.operations.access.organisations import save_referrer
from app.operations.organisation_cache import MAX_AGE_SECONDS, OrganisationCache
from tests.support.hub import DOCK, NOW, WIJKTEAM, InProcessHub


class Reads:
    """The organisations of a hub through a cache, with a clock in hand."""

    def __init__(self, hub: InProcessHub) -> None:
        self.hub, self.now = hub, 0.0
        self.cache = OrganisationCache(timer=lambda: self.now)

    async def kind(self, code: str = DOCK.code) -> ReferrerKind | None:
        found = await self.hub.db.read(self.cache.find, code)
        return found.kind if found else None

    async def change(self, kind: ReferrerKind) -> None:
        """Change the kind of DOCK, as another process does: without a message to this cache."""

        def work(tx: Connection) -> None:
            known = find_organisation(tx, DOCK.code)
            assert known is not None
            update_organisation(tx, replace(known, kind=kind), NOW)

        await self.hub.db.write(work)


async def test_an_organisation_is_read_once_until_it_is_invalidated_or_too_old(hub: InProcessHub) -> None:
    reads = Reads(hub)
    first = await reads.kind()
    await reads.change(ReferrerKind.OVERIG)

    reads.now = MAX_AGE_SECONDS - 0.1
    remembered = await reads.kind()
    reads.now = MAX_AGE_SECONDS
    too_old = await reads.kind()
    await reads.change(ReferrerKind.EXIT)
    reads.cache.invalidate()
    invalidated = await reads.kind()

    assert (first, remembered) == (DOCK.kind, DOCK.kind)
    assert (too_old, invalidated) == (ReferrerKind.OVERIG, ReferrerKind.EXIT)


async def test_organisations_by_id_are_read_in_one_query_for_those_that_are_not_known(hub: InProcessHub) -> None:
    cache = OrganisationCache()
    statements: list[str] = []

    def work(tx: Connection) -> None:
        dock, team = (find_organisation(tx, each.code) for each in (DOCK, WIJKTEAM))
        assert dock is not None
        assert team is not None
        event.listen(tx, "before_cursor_execute", lambda *args: statements.append(args[2]))
        assert cache.load(tx, [dock.id]) == {dock.id: dock}
        assert cache.load(tx, [dock.id, team.id]) == {dock.id: dock, team.id: team}
        assert cache.find(tx, team.code) == team

    await hub.db.read(work)

    assert len(statements) == 2


async def test_a_code_that_is_not_known_is_looked_up_again(hub: InProcessHub) -> None:
    reads, new = Reads(hub), replace(DOCK, code="nieuw")
    before = await reads.kind("nieuw")
    await hub.db.write(save_referrer, hub.services, new)

    assert (before, await reads.kind("nieuw")) == (None, DOCK.kind)


async def test_what_was_read_before_a_change_is_not_remembered_after_it(hub: InProcessHub) -> None:
    cache = OrganisationCache()

    def work(tx: Connection) -> None:
        def changed(*_: Any) -> None:
            cache.invalidate()

        event.listen(tx, "after_cursor_execute", changed, once=True)
        assert cache.find(tx, DOCK.code) is not None

    await hub.db.read(work)
    reads = Reads(hub)
    reads.cache = cache
    await reads.change(ReferrerKind.OVERIG)

    assert await reads.kind() is ReferrerKind.OVERIG
