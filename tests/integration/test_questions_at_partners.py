"""A question of the counsellor in Allegro, answered by the worker in GIDSO: each acts in its own system only."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.codes import System
from tests.support.hub import InProcessHub
from tests.support.partners_env import PartnersEnv, gidso_registration, partners_of

QUESTION, ANSWER, REMARK = "Kanarie-vraag: welke loonstroken?", "Kanarie-antwoord: van mei.", "Kanarie-toelichting."
AT = "2026-03-02T12:00:00+01:00"


@pytest.fixture
async def partners(hub: InProcessHub, tmp_path: Path) -> AsyncIterator[PartnersEnv]:
    async with partners_of(hub, tmp_path) as running:
        yield running


def fact(kind: str, number: int, **contents: object) -> dict[str, object]:
    return {
        "kenmerkVerwijzer": "G-000001",
        "feitId": f"F-{number}",
        "soort": kind,
        "datum": "2026-03-02",
        "gegevens": contents,
    }


async def registered_in_allegro(partners: PartnersEnv, *facts: dict[str, object]) -> None:
    answered = await partners.consoles[System.ALLEGRO].post("/_console/feiten", json=list(facts))
    assert answered.status_code == 200, answered.text
    await partners.worker.pull_and_deliver(System.ALLEGRO)


async def journal(partners: PartnersEnv) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = (await partners.consoles[System.GIDSO].get("/_console/journaal/G-000001")).json()
    return lines


async def test_a_question_goes_to_the_worker_s_journal_and_its_answer_to_the_counsellor_s_file(
    partners: PartnersEnv,
) -> None:
    await partners.save_registrations(System.GIDSO, gidso_registration(1))
    await partners.worker.pull_and_deliver(System.GIDSO)
    topic = {"code": 701, "omschrijving": "Stukken over het inkomen"}
    asked = fact("informatievraag", 2, vraagId="V-1", onderwerp=topic, vraag=QUESTION, uiterlijkOp="2026-03-09")
    await registered_in_allegro(partners, fact("bevestiging", 1), asked)

    request = (await journal(partners))[-1]["Verzoek"]
    reaction = {"ReactieId": "RE-1", "Soort": "ANTWOORD", "Kenmerk": request["Kenmerk"], "Tekst": ANSWER}
    signal = {"SignaalId": "S-1", "Soort": "ONTRUIMING_DREIGT", "Datum": "2026-03-02", "Tekst": REMARK}
    await partners.save_registrations(
        System.GIDSO,
        gidso_registration(
            1,
            Reacties=[reaction | {"GeregistreerdOp": AT, "Tijden": []}],
            Signalen=[signal | {"GeregistreerdOp": AT}],
        ),
    )
    await partners.worker.pull_and_deliver(System.GIDSO)

    page = (await partners.consoles[System.ALLEGRO].get("/")).text
    assert (request["Soort"], request["Vraag"], request["UiterlijkOp"]) == ("VRAAG", QUESTION, "2026-03-09")
    assert request["Onderwerp"] == "Stukken over het inkomen"
    assert "De verwijzer beantwoordt een vraag. Onderwerp: Stukken over het inkomen." in page
    assert ANSWER in page
    assert "Dreigende ontruiming" in page
    assert REMARK in page
    assert ANSWER not in str(await journal(partners))
    # Stored text is sealed.
    assert b"anarie" not in repr(await partners.hub.dump()).encode()
