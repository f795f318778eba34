"""Which URLs and addresses the hub may call."""

from ipaddress import IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from app.events.http.ssrf import AddressPolicy, AddressRefused
from tests.support.hostile import HOSTILE_ADDRESSES, HOSTILE_URLS

STRICT = AddressPolicy()
CITY = AddressPolicy(allowed_networks=(ip_network("10.1.0.0/16"), ip_network("fd00:1::/32")))
WRAPPINGS = ("::ffff:0:0", "::", "64:ff9b::")


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_special_address_cannot_be_called(address: str) -> None:
    assert not STRICT.permits(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "145.53.1.1", "2a00:1450:400e::1", "2001:67c:1::1"])
def test_public_address_may_be_called(address: str) -> None:
    assert STRICT.permits(address)


@pytest.mark.parametrize(("name", "url"), HOSTILE_URLS, ids=[name for name, _ in HOSTILE_URLS])
def test_hostile_url_is_refused_before_anything_is_looked_up(name: str, url: str) -> None:
    with pytest.raises(AddressRefused):
        STRICT.check_url(url.replace("http://", "https://", 1))


@pytest.mark.parametrize(
    "url",
    [
        *("https://hooks.example.nl/path?x=1", "https://8.8.8.8:8443/", "https://[2a00:1450:400e::1]/"),
        *("https://bücher.example/", "https://hooks.example.nl./"),
    ],
)
def test_public_url_may_be_called(url: str) -> None:
    assert STRICT.check_url(url).scheme == "https"


@pytest.mark.parametrize(
    "url", ["", "nonsense", "//x.example", "ftp://x.example", "http://x.example", "file:///etc/passwd"]
)
def test_only_https_is_called_outside_the_sandbox(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        STRICT.check_url(url)

    assert refused.value.rule == "https"


@pytest.mark.parametrize(
    "url",
    [
        *("https://me@x.example/", "https://me:pw@x.example/", "https://x.example/#part"),
        *("https://x.example:0/", "https://x.example:70000/", "https://x.example\\@10.0.0.1/", "https://x .example/"),
        *("https://a..b/", "https://", "https:///path", "https://exa%6dple.nl/", f"https://x.example/{'a' * 2000}"),
    ],
)
def test_address_must_be_plain(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        STRICT.check_url(url)

    assert refused.value.rule == "address"


@pytest.mark.parametrize("address", ["10.1.2.3", "fd00:1::7"])
def test_allowed_network_may_be_called(address: str) -> None:
    assert CITY.permits(address)


@pytest.mark.parametrize("address", ["10.2.0.1", "127.0.0.1", "fd00:2::7", "::ffff:10.1.2.3", "169.254.169.254"])
def test_allowing_one_network_allows_no_other(address: str) -> None:
    assert not CITY.permits(address)


@given(st.ip_addresses(v=4), st.sampled_from(WRAPPINGS))
def test_no_wrapped_ipv4_address_can_be_called(address: object, wrapping: str) -> None:
    wrapped = IPv6Address(int(ip_address(wrapping)) + int(ip_address(str(address))))

    assert not STRICT.permits(str(wrapped))


@given(st.ip_addresses(v=4))
def test_no_6to4_address_can_be_called(address: object) -> None:
    wrapped = ip_address((0x2002 << 112) | (int(ip_address(str(address))) << 80))

    assert not STRICT.permits(str(wrapped))


@given(st.ip_addresses())
def test_what_python_calls_private_cannot_be_called(address: object) -> None:
    found = ip_address(str(address))

    assert not (STRICT.permits(str(found)) and (found.is_private or found.is_multicast or found.is_reserved))


def test_the_message_does_not_repeat_the_address() -> None:
    with pytest.raises(AddressRefused) as refused:
        STRICT.check_url("https://geheim-token.internal/")

    assert "geheim" not in str(refused.value)


AS_GIVEN = (
    "/p/a%2Fb%3Ac?sig=a%2Fb&u=%7Ex",
    "/%7euser/%41?q=%c3%a9&Q=%C3%A9",
    "/a/../b/./c//d?x=1&x=2",
    "/p?sig=a+b%20c%2Bd==&empty=&=&&",
    "/p;v=1,2/'()*!@:$?a[0]=b|c^d`e{f}",
    "/100%?broken=%zz%",
)


@pytest.mark.parametrize("origin", ["https://r.example", "https://[2a00:1450:400e::1]:8443"])
@pytest.mark.parametrize("target", AS_GIVEN)
def test_path_and_query_are_called_as_given(origin: str, target: str) -> None:
    called = STRICT.check_url(origin + target)

    assert called.raw_path_qs == target
    assert called.origin() == URL(origin)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#?\\"), max_size=60))
def test_any_path_is_called_as_given(path: str) -> None:
    assert STRICT.check_url(f"https://r.example/{path}").raw_path_qs == f"/{path}"


def test_text_that_cannot_be_sent_as_given_is_encoded() -> None:
    assert STRICT.check_url("https://bücher.example/é").raw_path == "/%C3%A9"
