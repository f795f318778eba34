"""The generated reference pages have everything that they are the reference of."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from app.api.http import protocol_errors
from app.api.http.problems import STATUS_OF
from app.api.oauth.errors import OAUTH_ERRORS
from app.cli.errors_page import errors_page
from app.cli.settings_page import settings_page
from app.domain.codes import PARTNERS
from app.domain.input_rules import InputRule
from app.settings import Settings, variables

ERRORS = errors_page()
SETTINGS = settings_page()


def test_the_page_of_errors_has_every_code_once_with_an_anchor_of_its_own() -> None:
    kinds = vars(protocol_errors).values()
    of_protocols = {kind.code for kind in kinds if isinstance(kind, protocol_errors.ProblemKind)}

    headings = re.findall(r"^### (.+)$", ERRORS, re.MULTILINE)

    assert sorted(headings) == sorted({error.code for error in STATUS_OF} | of_protocols)


def test_the_page_of_errors_has_every_error_of_oauth() -> None:
    assert re.findall(r"^\| `([a-z_]+)` \| \d{3} \| [A-Z].+\. \|$", ERRORS, re.MULTILINE) == list(OAUTH_ERRORS)


def test_the_page_of_errors_has_every_rule_with_an_anchor_of_its_own() -> None:
    assert re.findall(r'<a id="rule-([a-z-]+)"></a>', ERRORS) == sorted(InputRule)


def test_the_page_of_errors_describes_every_code_in_a_sentence() -> None:
    described = re.findall(r"^`urn:problem:trajecthub:([a-z-]+)`, status \d{3}: .+\n\n[A-Z].+\.$", ERRORS, re.MULTILINE)

    assert described == re.findall(r"^### (.+)$", ERRORS, re.MULTILINE)


def test_the_page_of_settings_has_a_row_for_every_variable() -> None:
    rows = re.findall(r"^\| `(TRAJECTHUB_[A-Z_]+)` \| (.+) \|$", SETTINGS, re.MULTILINE)

    assert sorted(name for name, _ in rows) == sorted(name for name, _ in variables())
    assert [name for name, cells in rows if len(cells.split(" | ")) != 5 or not cells.endswith(".")] == []


def test_the_page_of_settings_names_those_without_which_the_hub_does_not_start() -> None:
    connected: dict[str, Any] = {system.value: {"url": "https://partner.example"} for system in PARTNERS}
    with pytest.raises(ValidationError) as caught:
        Settings(**connected)

    refused = re.findall(r"^- (\w+) is (?:[^\n]+unset (\w+_URL))?", str(caught.value), re.MULTILINE)
    required = re.findall(r"^\| `(\w+)` .+ \| (?:yes|with `(\w+)`) \| ", SETTINGS, re.MULTILINE)
    assert sorted(required) == sorted(refused)
    assert {"TRAJECTHUB_MASTER_KEY", "TRAJECTHUB_OIN", "TRAJECTHUB_RMW_PASSWORD"} < {name for name, _ in required}


def test_the_page_of_settings_does_not_depend_on_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAJECTHUB_PORT", "9999")
    monkeypatch.setenv("TRAJECTHUB_GIDSO_URL", "http://elsewhere")

    assert settings_page() == SETTINGS
