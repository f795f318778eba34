"""Terms at the partners, over real HTTP: Allegro shows them after one round, GIDSO and RMW never."""

from pathlib import Path

from app.domain.codes import System
from tests.support.hub import InProcessHub
from tests.support.partners_env import partners_of, save_many

REFERRERS = (System.GIDSO, System.RMW)
# Of a registration from 2019: to confirm it, to plan the intake and to hold it.
PASSED_TERMS = ("confirmation", "contact", "intake")


async def test_a_term_that_has_passed_is_shown_in_allegro_after_one_round_and_in_no_referrer_s_system(
    hub: InProcessHub, tmp_path: Path
) -> None:
    async with partners_of(hub, tmp_path) as partners:
        await save_many(partners, 2)
        await partners.worker.pull_and_deliver(*REFERRERS)
        pages = {system: (await http.get("/")).text for system, http in partners.consoles.items()}
        await partners.worker.pull_and_deliver(*REFERRERS)
        again = (await partners.consoles[System.ALLEGRO].get("/")).text

    for term in PASSED_TERMS:
        assert pages[System.ALLEGRO].count(f"Een termijn is verstreken. Termijn: {term}.") == 4, term
    assert again.count("Een termijn is verstreken") == 4 * len(PASSED_TERMS)
    for system in REFERRERS:
        # The receipt is there, so the page shows what the hub writes.
        assert "ontvangen" in pages[system].lower(), system
        assert "termijn" not in pages[system].lower(), system
