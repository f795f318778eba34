"""Answers of partners and receivers that would be dear to read: without its bound each takes minutes or more."""

import json
import threading
from codecs import BOM_UTF8

import httpx
import pytest
from pydantic import BaseModel
from typing_extensions import override

from app.adapters.allegro.schemas import ChangeList
from app.adapters.common.answers import UnclearAnswer
from app.adapters.common.contents import MOST_CHARACTERS_OF_ONE, MOST_RECORDS
from app.adapters.common.pages import parse_page
from app.adapters.rmw.mending import is_readable, mended, taken_apart
from app.adapters.rmw.soap import NAMESPACE, NotSoap, read, read_list
from app.oauth_client import NoToken, OAuthClient, TokenCache, TokenRequest, TokenResponse

CLIENT = OAuthClient(token_url="https://login.example.nl/token", client_id="a", client_secret="b")
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MANY = 300_000


def envelope(body: str) -> str:
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{body}</s:Body></s:Envelope>'


def listed(*registrations: str) -> bytes:
    body = f'<lijstAanmeldingenResponse xmlns="{NAMESPACE}">{"".join(registrations)}</lijstAanmeldingenResponse>'
    return envelope(body).encode()


@pytest.mark.parametrize("encoding", ["utf-7", "punycode", "idna", "IBM037", "unicode_escape", "utf-16", "nothing"])
def test_a_partner_does_not_choose_a_dear_encoding(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + listed("<a>" + "x" * MANY + "-</a>")

    answer = read(declared)

    assert not is_readable(declared)
    assert not is_readable(listed().decode().encode("IBM037"))
    assert answer.findtext("{*}a") == "x" * MANY + "-"  # type: ignore[union-attr]  # no fault


@pytest.mark.parametrize("encoding", ["utf-8", "ISO-8859-1", "windows-1252"])
def test_the_usual_encodings_are_read(encoding: str) -> None:
    declared = (f'<?xml version="1.0" encoding="{encoding}"?>' + listed("<a>é</a>").decode()).encode(encoding)

    for message in (declared, BOM_UTF8 + listed("<a>é</a>")):
        assert is_readable(message)
        assert read(message).findtext("{*}a") == "é"  # type: ignore[union-attr]  # no fault


def test_a_message_that_is_no_xml_is_mended_in_one_pass() -> None:
    for odd in ("<![CDATA[", "&#x", "<?xml encoding='a", "aanmelding ", "<aanmelding", "</aanmelding"):
        assert mended(f"<a>{odd * MANY}".encode())


def test_a_text_of_control_characters_and_one_that_does_not_begin_as_xml_are_no_messages() -> None:
    for odd in (b"<a>" + b"\x01" * MANY, b"x" * MANY + b"<a>"):
        with pytest.raises(NotSoap):
            read_list(odd)


def test_a_number_is_looked_for_in_one_pass() -> None:
    odd = f"<aanmelding><aanmeldnummer>{' ' * MANY}<b></aanmelding>"

    assert taken_apart(odd, lambda _: False).count("bericht") == 2


@pytest.mark.parametrize(
    "message",
    [
        "<x>" + "y" * 100_000 + "<aanmelding/>" * 5 + "</aanmelding>",
        "<aanmelding>" * (MOST_RECORDS + 1) + "</aanmelding>",
    ],
    ids=["around the registrations", "registrations"],
)
def test_what_would_be_parsed_too_often_is_not_taken_apart(message: str) -> None:
    parsed = list[str]()

    def is_xml(text: str) -> bool:
        parsed.append(text)
        return True

    assert taken_apart(message, is_xml) == message
    assert parsed == []


def test_a_document_type_is_refused_before_its_entities_grow() -> None:
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + level)} "{f"&{chr(97 + level)};" * 10}">' for level in range(9)
    )
    message = f"<!DOCTYPE x [{entities}]>{envelope('<x y=' + chr(39) + '&j;' + chr(39) + '/>')}"

    with pytest.raises(NotSoap, match="document type"):
        read(message.encode())


@pytest.mark.parametrize("row", ["{}", '{"a": "\x01"}', "nul"])
async def test_a_page_has_no_more_records_than_the_hub_may_have_asked_for(row: str) -> None:
    def page(number: int) -> httpx.Response:
        return httpx.Response(200, content='{"mutaties": [' + ",".join([row] * number) + "]}")

    read_page = await parse_page(ChangeList, page(MOST_RECORDS), "Allegro", "mutaties")

    assert len(read_page.mutaties) == MOST_RECORDS
    with pytest.raises(UnclearAnswer):
        await parse_page(ChangeList, page(MOST_RECORDS + 1), "Allegro", "mutaties")


async def test_a_page_with_a_record_that_is_too_large_to_be_stored_is_refused() -> None:
    def page(row: str) -> str:
        return f'{{"mutaties": [{row}]}}'

    for row in ('"{}"', '{{"a": ["{}"]}}', '{{"a": "{}\x01"}}'):
        fits = page(row.format("x" * (MOST_CHARACTERS_OF_ONE - 20)))
        await parse_page(ChangeList, httpx.Response(200, content=fits), "Allegro", "mutaties")
        too_large = page(row.format("x" * (MOST_CHARACTERS_OF_ONE + 1)))
        with pytest.raises(UnclearAnswer):
            await parse_page(ChangeList, httpx.Response(200, content=too_large), "Allegro", "mutaties")


async def test_a_large_page_is_read_by_a_thread_of_its_own() -> None:
    names = list[str]()

    class Page(BaseModel):
        mutaties: list[object]

        @override
        def model_post_init(self, _context: object) -> None:
            names.append(threading.current_thread().name)

    for size in (10, 200_000):
        content = json.dumps({"mutaties": ["x" * size]})
        await parse_page(Page, httpx.Response(200, content=content), "Allegro", "mutaties")

    assert names[0] == "MainThread"
    assert names[1].startswith("answers")


@pytest.mark.parametrize(
    "answer",
    [
        b"[" * 8000,
        b'{"access_token": "a", "token_type": "Bearer", "expires_in": 1' + b"0" * 400 + b"}",
        b'{"access_token": "' + b"a" * 7000 + b'", "token_type": "Bearer"}',
        b'{"access_token": "", "token_type": "Bearer"}',
    ],
    ids=["deep", "for ever", "long", "empty"],
)
async def test_an_answer_of_a_token_endpoint_that_is_no_token_is_unreadable(answer: bytes) -> None:
    async def send(_request: TokenRequest) -> TokenResponse:
        return TokenResponse(200, answer)

    with pytest.raises(NoToken, match="token-unreadable"):
        await TokenCache(send, lambda: 0.0).token(CLIENT)
