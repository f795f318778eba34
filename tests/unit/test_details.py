"""What errors say is complete in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.api.auth.tokens import ASSERTION
from app.api.http.protocol_errors import HTTP_PROBLEMS
from app.domain.details import Detail, Said
from app.domain.errors import HubError

APP = Path(__file__).parents[2] / "app"
NAMED = re.compile(r"{(\w+)}")
REMEDY = re.compile(
    r"(?:^|[;:.] )(?:add|ask|check|compare|correct|give|leave|let|make|prove|send|this client may ask|use)\b",
    re.IGNORECASE,
)


def errors(of: type[HubError] = HubError) -> Iterator[type[HubError]]:
    """Return the tree of errors."""
    yield of
    for each in of.__subclasses__():
        yield from errors(each)


def test_every_detail_is_a_sentence_in_both_languages_that_names_the_same() -> None:
    unfinished = [
        each.name
        for each in Detail
        if each.dutch == each.english
        or not (each.dutch.endswith(".") and each.english.endswith("."))
        or sorted(NAMED.findall(each.dutch)) != sorted(NAMED.findall(each.english))
    ]

    assert unfinished == []


def test_no_two_details_are_the_same() -> None:
    assert [name for name, each in Detail.__members__.items() if name != each.name] == []
    assert len({each.dutch for each in Detail}) == len(Detail)


def test_every_detail_is_used() -> None:
    sources = "".join(path.read_text() for path in APP.rglob("*.py") if path.name != "details.py")
    used = set(re.findall(r"Detail\.(\w+)", sources))

    assert used == set(Detail.__members__)


def test_every_code_has_a_title_in_both_languages() -> None:
    titles = [
        *((each.code, each.title, each.title_nl) for each in errors()),
        *((each.code, each.title, each.title_nl) for each in HTTP_PROBLEMS),
    ]

    assert [code for code, english, dutch in titles if not (english and dutch) or english == dutch] == []


def test_what_a_detail_names_is_named_in_each_language() -> None:
    refusal = Detail.ANOTHER_ROLE(action="confirm", roles="finance_team", role="referrer")
    said = Detail.OWNED_BY_ANOTHER(fields="result", refusal=refusal)

    assert isinstance(said, Said)
    assert "this client acts as referrer" in said.english
    assert "deze client handelt als referrer" in said.dutch


def test_every_refusal_of_an_oauth_request_says_what_to_do() -> None:
    sources = [*APP.glob("api/oauth/*.py"), APP / "api/routes/oauth.py"]
    sources += [APP / "api/auth/assertions.py", APP / "api/auth/tokens.py"]
    said = {name for path in sources for name in re.findall(r"Detail\.(\w+)", path.read_text())}
    # A signature that proves nothing has one answer, whatever the reason; the last is about access tokens.
    said -= {"TOKEN_UNKNOWN_KEY", "TOKEN_NOT_VALID", "TOKEN_WITHOUT_CLIENT"}
    without = [
        name
        for name in sorted(said)
        for text in [Detail[name].english.replace("{renewal}", ASSERTION.renewal.english)]
        if not REMEDY.search(text)
    ]

    assert len(said) > 20
    assert without == []
