"""Who may change the sandbox: programs of this machine, and pages that it serves itself."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request


def refusal_of(request: Request) -> str | None:
    """Return why a request may not change the sandbox; None if it may.

    A page of another site that a browser on this machine has open can send requests here too, by this address or by a
    name of its own that leads here; the headers say so.
    """
    if not (request.client and _is_loopback(request.client.host)):
        return "The sandbox is changed from the machine on which it runs only."
    if not _is_loopback(_host_of(f"//{request.headers.get('host', '')}")):
        return "Call the sandbox by 127.0.0.1 or localhost."
    origin = request.headers.get("origin")
    if origin is not None and not _is_loopback(_host_of(origin)):
        return "A page of another site may not change the sandbox."
    return None


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_loopback(host: str | None) -> bool:
    if host is None:
        return False
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
