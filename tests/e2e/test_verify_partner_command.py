"""``trajecthub verify partner`` as a supplier runs it."""

import pytest

from app.sandbox.gidso.app import API_KEY
from tests.support.command_line import run, run_json

pytestmark = pytest.mark.slow


def test_a_partner_is_checked_with_the_given_credentials_or_those_of_the_environment(gidso: str) -> None:
    given = run_json({}, "verify", "partner", "gidso", gidso, "--credential", f"api_key={API_KEY}")
    environment = {"TRAJECTHUB_MODE": "sandbox", "TRAJECTHUB_GIDSO_API_KEY": API_KEY, "TRAJECTHUB_GIDSO_URL": gidso}
    of_environment = run_json(environment, "verify", "partner", "gidso", gidso)

    assert [each["verdict"] for each in given[1:]].count("wrong") == 0
    assert [each["check"] for each in given] == [each["check"] for each in of_environment]


def test_what_is_wrong_or_cannot_be_examined_has_its_own_exit_code(gidso: str) -> None:
    nowhere, key = "http://127.0.0.1:1", ("--credential", f"api_key={API_KEY}")
    for words, code, said in [
        (("gidso", gidso, "--credential", "api_key=other"), 1, "credentials"),
        (("gidso", nowhere, *key), 2, "the connection is refused"),
        (("other", gidso, *key), 2, "must be one of: allegro"),
        (("gidso", gidso, "--credential", "key=1"), 2, "no setting of gidso"),
        (("gidso", "nonsense", *key), 2, "url"),
        (("allegro", gidso, "--credential", "client_id=a"), 2, "client_secret"),
    ]:
        ended, text = run({}, "verify", "partner", *words)

        assert (ended, said in text) == (code, True), text
