"""Addresses and URLs that the hub must not call, and answers that it must not take for a partner's own."""

from typing import NamedTuple

HOSTILE_ADDRESSES = (
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
    *("192.88.99.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8"),
    *("64:ff9b:1::7f00:1", "2002:7f00:1::1", "2001:0:7f00:1::1", "100::1", "2001:db8::1", "3fff::1", "5f00::1"),
    *("fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "::ffff:0:127.0.0.1"),
    *("127.1", "2130706433", "0x7f000001", "0177.0.0.1", "nonsense", ""),
)

HOSTILE_URLS = (
    ("loopback", "http://127.0.0.1:{port}/"),
    ("loopback, other end", "http://127.9.9.9:{port}/"),
    ("any address", "http://0.0.0.0:{port}/"),
    ("IPv6 loopback", "http://[::1]:{port}/"),
    ("IPv6 any", "http://[::]:{port}/"),
    ("v4-mapped", "http://[::ffff:127.0.0.1]:{port}/"),
    ("v4-mapped in hex", "http://[::ffff:7f00:1]:{port}/"),
    ("v4-compatible", "http://[::127.0.0.1]:{port}/"),
    ("NAT64", "http://[64:ff9b::7f00:1]:{port}/"),
    ("6to4", "http://[2002:7f00:1::1]:{port}/"),
    ("Teredo", "http://[2001:0:7f00:1::1]:{port}/"),
    ("CGNAT", "http://100.64.0.1:{port}/"),
    ("private", "http://10.0.0.1:{port}/"),
    ("metadata", "http://169.254.169.254/latest/meta-data/"),
    ("metadata over IPv6", "http://[fd00:ec2::254]/latest/meta-data/"),
    ("zone id", "http://[fe80::1%25lo]:{port}/"),
    ("decimal", "http://2130706433:{port}/"),
    ("octal", "http://0177.0.0.1:{port}/"),
    ("hex", "http://0x7f.0.0.1:{port}/"),
    ("hex in one", "http://0x7f000001:{port}/"),
    ("short", "http://127.1:{port}/"),
    ("zero", "http://0:{port}/"),
    ("leading zeros", "http://127.000.000.001:{port}/"),
    ("dot at the end", "http://127.0.0.1.:{port}/"),
    ("wide digits", "http://１２７.0.0.1:{port}/"),  # noqa: RUF001 - that is the trick
    ("circled digits", "http://①②⑦.0.0.1:{port}/"),
    ("ideographic dots", "http://127。0。0。1:{port}/"),
    ("escaped digits", "http://%31%32%37.0.0.1:{port}/"),
    ("user", "http://hooks.example.nl@127.0.0.1:{port}/"),
    ("user and password", "http://a:b@127.0.0.1:{port}/"),
    ("backslash", "http://127.0.0.1:{port}\\@hooks.example.nl/"),
    ("name of this machine", "http://localhost:{port}/"),
    ("name below it", "http://x.localhost:{port}/"),
    ("inner name", "http://metadata.google.internal/"),
    ("bare name", "http://intranet:{port}/"),
)
"""Descriptions and URLs; a listener that must not be reached is at ``{port}``."""


class HostileAnswer(NamedTuple):
    """What a server between the hub and a partner answers."""

    name: str
    status: int
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012  # never changed


_HTML = b"<!DOCTYPE html><html><body><h1>Onderhoud</h1></body></html>"
_PAGE: dict[str, str] = {"content-type": "text/html"}
_JSON: dict[str, str] = {"content-type": "application/json"}
_FAULT = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:%b</faultcode>'
    b"<faultstring>no route</faultstring>%b</s:Fault></s:Body></s:Envelope>"
)

FOREIGN_ERRORS = (
    HostileAnswer("redirect to a login page", 302, b"", {"location": "/login"}),
    HostileAnswer("permanent redirect", 301, _HTML, {"location": "https://elders.example/"}),
    HostileAnswer("redirect that keeps the method", 307, b"", {"location": "/onderhoud"}),
    HostileAnswer("bad request of a proxy", 400, _HTML, _PAGE),
    HostileAnswer("unauthorized of a proxy", 401, _HTML, _PAGE),
    HostileAnswer("forbidden by a proxy", 403, _HTML, _PAGE),
    HostileAnswer("not found of a proxy", 404, _HTML, _PAGE),
    HostileAnswer("not found without a body", 404),
    HostileAnswer("not found of a gateway", 404, b'{"message":"no Route matched with those values"}', _JSON),
    HostileAnswer("not found of an OData server", 404, b'{"error":{"code":"","message":"Resource not found"}}', _JSON),
    HostileAnswer(
        "error of another list of codes", 400, b'{"foutcode":"E17","code":"E17","melding":"","fout":""}', _JSON
    ),
    HostileAnswer("method not allowed by a proxy", 405, _HTML, _PAGE),
    HostileAnswer("proxy authentication", 407, _HTML, _PAGE),
    HostileAnswer("conflict of a gateway", 409, b"[]", _JSON),
    HostileAnswer("gone of a proxy", 410, _HTML, _PAGE),
    HostileAnswer("too large for a proxy", 413, _HTML, _PAGE),
    HostileAnswer("unavailable for legal reasons", 451, _HTML, _PAGE),
    HostileAnswer("web server returned an unknown error", 520, _HTML, _PAGE),
    HostileAnswer("web server is down", 521, _HTML, _PAGE),
    HostileAnswer("internal error page", 500, _HTML, _PAGE),
    HostileAnswer("bad gateway of a proxy", 502, _HTML, _PAGE),
    HostileAnswer("fault of a service bus", 500, _FAULT % (b"Client", b""), {"content-type": "text/xml"}),
    HostileAnswer(
        "fault with a code of another system",
        500,
        _FAULT % (b"Client", b'<detail><fout xmlns="urn:elders"><code>ONBEKEND</code></fout></detail>'),
        {"content-type": "text/xml"},
    ),
)
"""Errors that are not the partner's own: none is a refusal of the message."""

FOREIGN_SUCCESSES = (
    HostileAnswer("maintenance page", 200, _HTML, _PAGE),
    HostileAnswer("maintenance page as created", 201, _HTML, _PAGE),
    HostileAnswer("accepted by a queue", 202, b'{"status":"queued"}', _JSON),
    HostileAnswer("no content", 204),
    HostileAnswer("empty body", 200),
    HostileAnswer("empty object", 200, b"{}", _JSON),
    HostileAnswer("list", 201, b"[]", _JSON),
    HostileAnswer(
        "answer about another message",
        201,
        b'{"Kenmerk":"x","kenmerk":"x","berichtId":"018f3c6e-7b1a-7cc3-98c4-dc0c0c0739aa",'
        b'"externReferentie":"018f3c6e-7b1a-7cc3-98c4-dc0c0c07398f","dossiernummer":"A1"}',
        _JSON,
    ),
    HostileAnswer("cut-off JSON", 200, b'{"value": [', _JSON),
    HostileAnswer("fault with status 200", 200, _FAULT % (b"Client", b""), {"content-type": "text/xml"}),
)
"""Answers that say success and are not the contract's."""
