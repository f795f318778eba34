"""The addresses at which a process listens."""

import errno
import resource
import socket
from typing import Any

_OWN_FILES = 512
"""More than the connections of a process with its database, partners and receivers."""


class AddressUnusable(RuntimeError):
    """The hub cannot listen at the address of its settings; the message contains the remedy."""


def listen_for(host: str, port: int, port_variable: str) -> list[socket.socket]:
    """Return sockets that listen at the host and port of the settings.

    Args:
        host: of the settings.
        port: of the settings.
        port_variable: the setting of the port.

    Raises:
        AddressUnusable: they cannot.
    """
    try:
        return listen(host, port)
    except OSError as error:
        raise AddressUnusable(_fault(f"TRAJECTHUB_HOST is {host}", f"{port_variable} is {port}", error)) from error


def listen(host: str, port: int) -> list[socket.socket]:
    """Return sockets that listen at every address of ``host``.

    Raises:
        OSError: the host is not known or not of this machine, or the port cannot be opened.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    listening: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((family, address) for family, *_, address in found):
            listening.append(_listener(family, address))
    except OSError:
        for each in listening:
            each.close()
        raise
    return listening


def allow_open_files(connections: int) -> None:
    """Let this process open files for this number of connections, and for its own, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OWN_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _listener(family: int, address: tuple[Any, ...]) -> socket.socket:
    listener = socket.create_server(address, family=family)
    # Connections inherit it. asyncio sets it only on sockets that name their protocol, and without it the second write
    # of an answer waits 40 ms for the acknowledgement of the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _fault(at_host: str, at_port: str, error: OSError) -> str:
    """Return why the hub cannot listen at the address of its settings, with the remedy."""
    match error:
        case socket.gaierror():
            return f"{at_host}, which cannot be resolved: set an address of this machine, such as 127.0.0.1"
        case OSError(errno=errno.EADDRNOTAVAIL):
            return f"{at_host}, which is no address of this machine: set one that is, such as 127.0.0.1"
        case OSError(errno=errno.EADDRINUSE):
            return f"{at_port}, which is in use: stop what listens there, or set another port"
        case OSError(errno=errno.EACCES):
            return f"{at_port}, which this user may not open: set a port from 1024"
        case _:
            return f"{at_host} and {at_port}, where the hub cannot listen ({type(error).__name__}): set others"
