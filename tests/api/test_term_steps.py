"""Steps about terms by REST: information that is awaited, and terms that end later."""

from typing import Any

from tests.api.conftest import Api
from tests.support.api_calls import attempt, attended, path_for, read, refer, step

EXTENSION = {"term": "decision", "dueOn": "2026-12-31", "reason": "capacity"}
STEPS: dict[str, dict[str, Any]] = {
    "awaited-information": {},
    "received-information": {},
    "term-extensions": EXTENSION,
}


async def test_a_referrer_is_refused_the_same_whichever_terms_run_or_stand_still(dock: Api, etf: Api) -> None:
    path = await attended(dock, etf, "A-1")
    own = await path_for(dock, "A-1")

    async def refusals() -> list[Any]:
        bodies = [*STEPS.items(), ("term-extensions", EXTENSION | {"term": "holiday"})]
        answers = [await attempt(dock, f"{own}/{name}", body) for name, body in bodies]
        return [(each.status_code, each.json()["code"], each.json()["detail"]) for each in answers]

    before = await refusals()
    for name, body in STEPS.items():
        await step(etf, f"{path}/{name}", body)
        assert await refusals() == before, name
    assert {code for _, code, _ in before} == {"forbidden"}


async def test_the_same_again_changes_nothing(dock: Api, etf: Api) -> None:
    path = await attended(dock, etf, "A-1")
    for name, body in STEPS.items():
        first, second = await step(etf, f"{path}/{name}", body), await step(etf, f"{path}/{name}", body)
        assert first == second, name

    history = [each["action"] for each in (await read(etf, f"{path}/history"))["items"]]
    assert history[-3:] == ["await_information", "receive_information", "extend_term"]


async def test_a_term_that_does_not_run_or_ends_later_already_is_refused_with_what_to_do(dock: Api, etf: Api) -> None:
    await refer(dock, reference="A-1")
    path = await path_for(etf, "A-1")

    refused = [
        await attempt(etf, f"{path}/term-extensions", EXTENSION | changes, **{"Accept-Language": "nl"})
        for changes in ({}, {"term": "intake", "dueOn": "2026-03-02"})
    ]

    assert [each.json()["code"] for each in refused] == ["transition-not-allowed"] * 2
    assert [each.json()["detail"].split("; ")[1] for each in refused] == [
        "lees de termijnen van de aanmelding.",
        "geef een latere dag.",
    ]


async def test_what_follows_on_a_talk_of_before_the_first_term_is_recorded(dock: Api, etf: Api) -> None:
    steps: list[tuple[str, dict[str, Any]]] = [
        ("intake-result", {"result": "route_to_kbr", "concludedOn": "1950-01-02"}),
        ("plan", {"signedOn": "1950-01-02"}),
    ]
    for name, body in steps:
        await refer(dock, reference=name)
        path = await path_for(etf, name)
        await step(etf, f"{path}/confirmation")
        planned = await step(etf, f"{path}/appointments", {"startsAt": "2026-03-09T10:00:00+01:00"})
        talk = {"attended": True, "occurredAt": "1950-01-02T10:00:00Z"}
        await step(etf, f"{path}/appointments/{planned['id']}/attendance", talk)

        assert (await step(etf, f"{path}/{name}", body))["trajectory"]["dueOn"] == "1950-02-27"
