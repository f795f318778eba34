"""``trajecthub organisation``: teams are registered without a token, as over the API."""

import pytest

from tests.support.command_line import run, run_json

pytestmark = pytest.mark.slow

TEAM = ("organisation", "register", "wijkteam-noord", "--name=Wijkteam Noord", "--kind=wijkteam", "--system=gidso")


def test_a_team_is_registered_changed_and_listed(migrated: dict[str, str]) -> None:
    registered = run(migrated, *TEAM)
    changed = run(migrated, *TEAM, "--area=Noord")

    listed = {each["code"]: each for each in run_json(migrated, "organisation", "list")}
    assert (registered[0], changed[0]) == (0, 0)
    assert "'wijkteam-noord' (Wijkteam Noord) refers clients as wijkteam, registered in gidso." in registered[1]
    assert {"beheer", "gidso", "wijkteam-noord"} <= listed.keys()
    assert {name: listed["wijkteam-noord"][name] for name in ("name", "kind", "system", "area", "role")} == {
        "name": "Wijkteam Noord",
        "kind": "wijkteam",
        "system": "gidso",
        "area": "Noord",
        "role": "referrer",
    }


@pytest.mark.parametrize(
    ("words", "code", "remedy"),
    [
        (("Wijkteam Noord", "--name=N", "--kind=wijkteam"), 2, "at most 80 characters of a-z"),
        (("noord", "--name= ", "--kind=wijkteam"), 2, "name"),
        (("noord", "--name=\u200b", "--kind=wijkteam"), 2, "without hidden characters"),
        (("noord", "--name=\u202eN", "--kind=wijkteam"), 2, "without hidden characters"),
        (("noord", "--name=N", "--kind=team"), 2, "wijkteam"),
        (("noord", "--name=N", "--kind=wijkteam", "--area=Nord"), 1, "Noord"),
        (("noord", "--name=N", "--kind=wijkteam", "--system=allegro"), 1, "gidso, rmw or api"),
        (("beheer", "--name=N", "--kind=wijkteam"), 1, "choose another code"),
    ],
)
def test_what_cannot_be_registered_is_refused_with_the_remedy(
    migrated: dict[str, str], words: tuple[str, ...], code: int, remedy: str
) -> None:
    exit_code, output = run(migrated, "organisation", "register", *words)

    assert exit_code == code
    assert remedy in output
    assert "Traceback" not in output
