"""The generated reference pages have everything that they are the reference of."""

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from app.api.http import protocol_errors
from app.api.http.problems import STATUS_OF
from app.api.oauth.errors import OAUTH_ERRORS
from app.api.openapi.document import EXAMPLE_URL
from app.cli.error_pages import error_pages, shown
from app.cli.error_remedies import REMEDIES
from app.cli.errors_page import errors_page
from app.cli.settings_page import settings_page
from app.domain.codes import PARTNERS
from app.domain.details import Detail
from app.domain.input_rules import InputRule
from app.settings import Settings, variables

ERRORS = errors_page()
SETTINGS = settings_page()
PAGE = re.compile(
    r"# .+?\n\n<!-- .+? -->\n\nStatus \d{3}: .+?\n\n(.+?)\n\n## What to do\n\n((?:- .+?\n)+)\n"
    r"## Example\n\n```http\n[^{]+(\{.+?\n\})\n```\n\n## (?:When it happens|Rules)\n.+",
    re.DOTALL,
)


def codes() -> list[str]:
    kinds = vars(protocol_errors).values()
    of_protocols = {kind.code for kind in kinds if isinstance(kind, protocol_errors.ProblemKind)}
    return sorted({error.code for error in STATUS_OF} | of_protocols)


def test_the_page_of_errors_leads_to_the_page_of_every_code() -> None:
    rows = re.findall(r"^\| \[([a-z-]+)\]\(errors/\1\.md\) \| \d{3} \| .+ \| [A-Z].+\. \|$", ERRORS, re.MULTILINE)

    assert sorted(rows) == codes()


def test_every_code_has_a_page_with_its_meaning_remedies_and_an_example_of_its_own() -> None:
    pages = error_pages()

    assert sorted(pages) == codes()
    for code, page in pages.items():
        parts = PAGE.fullmatch(page)
        assert parts, code
        meaning, remedies, example = parts.groups()
        assert meaning[0].isupper(), code
        assert all(line.endswith(".") for line in remedies.splitlines()), code
        problem = json.loads(example)
        assert problem["code"] == code
        assert problem["type"] == f"{EXAMPLE_URL}/docs/errors/{code}"
        assert problem["detail"], code
        assert "…" not in problem["detail"], code


def test_every_text_of_an_error_is_on_the_page_of_its_code_or_on_that_of_all() -> None:
    pages = [ERRORS, *error_pages().values()]

    assert [each.name for each in Detail if not any(shown(each.english) in page for page in pages)] == []


def test_remedies_are_of_codes_that_there_are() -> None:
    assert sorted(REMEDIES) == codes()


def test_the_page_of_errors_has_every_error_of_oauth() -> None:
    assert re.findall(r"^\| `([a-z_]+)` \| \d{3} \| [A-Z].+\. \|$", ERRORS, re.MULTILINE) == list(OAUTH_ERRORS)


def test_the_page_of_errors_has_every_rule_with_an_anchor_of_its_own() -> None:
    assert re.findall(r'<a id="rule-([a-z-]+)"></a>', ERRORS) == sorted(InputRule)


def test_the_page_of_settings_has_a_row_for_every_variable() -> None:
    rows = re.findall(r"^\| `(TRAJECTHUB_[A-Z_]+)` \| (.+) \|$", SETTINGS, re.MULTILINE)

    assert sorted(name for name, _ in rows) == sorted(variables())
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
