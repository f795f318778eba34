"""The generated reference pages have everything that they are the reference of."""

import re

from app.api.http import protocol_errors
from app.api.http.problems import STATUS_OF
from app.api.oauth.errors import OAUTH_PROBLEMS
from app.cli.reference_pages import errors_page
from app.domain.input_rules import InputRule

ERRORS = errors_page()


def test_the_page_of_errors_has_every_code_once_with_an_anchor_of_its_own() -> None:
    kinds = [*vars(protocol_errors).values(), *OAUTH_PROBLEMS.values()]
    of_protocols = {kind.code for kind in kinds if isinstance(kind, protocol_errors.ProblemKind)}

    headings = re.findall(r"^### (.+)$", ERRORS, re.MULTILINE)

    assert sorted(headings) == sorted({error.code for error in STATUS_OF} | of_protocols)


def test_the_page_of_errors_has_every_rule_with_an_anchor_of_its_own() -> None:
    assert re.findall(r'<a id="rule-([a-z-]+)"></a>', ERRORS) == sorted(InputRule)


def test_the_page_of_errors_describes_every_code_in_a_sentence() -> None:
    described = re.findall(r"^`urn:problem:trajecthub:([a-z-]+)`, status \d{3}: .+\n\n[A-Z].+\.$", ERRORS, re.MULTILINE)

    assert described == re.findall(r"^### (.+)$", ERRORS, re.MULTILINE)
