"""nginx before a hub, where it is installed: with ``docs/deployment/nginx.conf``, gzip, TLS and HTTP/2.

``TEST_PROXY=nginx python -m pytest tests/api`` sends what the tests of the API ask through it.
"""

import asyncio
import os
import re
import shutil
import ssl
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp
from typing_extensions import override

from app.sandbox.runtime import serving
from tests.support.patience import PATIENCE
from tests.support.postgres import folder_in_memory
from tests.support.processes import free_port
from tests.support.source_names import ROOT

# Debian installs it where only root has its PATH.
_PLACES = ("nginx", "/usr/sbin/nginx")
_SITE = ROOT / "docs" / "deployment" / "nginx.conf"
_TAG = re.compile(rb'(?<![\w/"])("[^",]*")')
# The tests wait with limits of their own.
_TIMEOUTS = dict.fromkeys(("connect", "read", "write", "pool"), 60.0)
_FOLDERS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
_WHOLE = """
daemon off;
worker_processes 1;
pid {home}/pid;
error_log {home}/error warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    # After these nginx ends the connection, and httpx does not repeat what it sent on it meanwhile.
    keepalive_requests 1000000;
    gzip on;
    gzip_proxied any;
    gzip_types application/json application/problem+json text/css application/javascript;
    ssl_certificate {certificate};
    ssl_certificate_key {certificate_key};
    {folders}
    include {home}/site;
}}
"""


def is_wanted() -> bool:
    """Return whether the tests of the API are to go through nginx."""
    return os.environ.get("TEST_PROXY") == "nginx"


directly = partial(pytest.mark.skipif, is_wanted())
"""Marks a test about what a proxy does not pass on, with the ``reason``."""


def installed_nginx() -> str:
    """Return the program; skip the test where there is none."""
    found = next((found for place in _PLACES if (found := shutil.which(place))), None)
    if found is None:
        pytest.skip(f"nginx is not installed: looked for {' and '.join(_PLACES)}; apt-get install nginx-light")
    return found


class ThroughNginx(httpx.AsyncBaseTransport):
    """Sends every request over HTTP/2 to nginx at a port of this computer, whatever its address is.

    Tests compare tags as the hub makes them, so an answer loses the ``W/`` of the proxy, and the tag that is sent back
    has it again.

    Args:
        port: at which nginx listens.
        authorities: the file with the certificate that it shows.
    """

    def __init__(self, port: int, authorities: str) -> None:
        self._port = port
        trusted = ssl.create_default_context(cafile=authorities)
        self._inner = httpx.AsyncHTTPTransport(verify=trusted, http1=False, http2=True)

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer; the request keeps its Host header."""
        address = request.url.copy_with(scheme="https", host="127.0.0.1", port=self._port)
        headers = httpx.Headers([(name, _weak(name, value)) for name, value in request.headers.raw])
        extensions = {**request.extensions, "timeout": _TIMEOUTS}
        sent = httpx.Request(request.method, address, headers=headers, stream=request.stream, extensions=extensions)
        answer = await self._inner.handle_async_request(sent)
        if tag := answer.headers.get("etag"):
            answer.headers["etag"] = tag.removeprefix("W/")
        return answer

    @override
    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def _home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="nginx-", dir=folder_in_memory()))
    # Processes of nginx that root starts have an account of their own.
    home.chmod(0o755)
    return home


def _weak(name: bytes, value: bytes) -> bytes:
    return _TAG.sub(rb"W/\1", value) if name.lower() in {b"if-match", b"if-none-match"} else value


@asynccontextmanager
async def behind_nginx(app: ASGIApp) -> AsyncIterator[ThroughNginx]:
    """Serve an application behind nginx for the duration of a block. Return the way to it."""
    authorities = os.environ["SSL_CERT_FILE"]
    program, home, port = installed_nginx(), _home(), free_port()
    async with serving(app) as server:
        (home / "site").write_text(_site(port, server.port))
        (home / "nginx.conf").write_text(_whole(home, Path(authorities)))
        process = await asyncio.create_subprocess_exec(program, "-c", home / "nginx.conf", "-e", home / "error")
        transport = ThroughNginx(port, authorities)
        try:
            await _wait_for(port, process, home / "error")
            yield transport
        finally:
            await transport.aclose()
            process.terminate()
            await process.wait()
            shutil.rmtree(home)


def _site(port: int, hub: int) -> str:
    """Return the site of the documentation, with TLS and these ports; the hub is one process."""
    listening = re.sub(r"listen \S+;", f"listen 127.0.0.1:{port} ssl http2;", _SITE.read_text())
    without_second = re.sub(r"\n *server 127\.0\.0\.1:8002 .+", "", listening)
    return re.sub(r"server 127\.0\.0\.1:8001 ", f"server 127.0.0.1:{hub} ", without_second)


def _whole(home: Path, certificate: Path) -> str:
    folders = "\n    ".join(f"{each}_temp_path {home}/{each};" for each in _FOLDERS)
    return _WHOLE.format(
        home=home, certificate=certificate, certificate_key=certificate.with_name("key.pem"), folders=folders
    )


async def _wait_for(port: int, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return
    raise RuntimeError(f"nginx did not start:\n{await asyncio.to_thread(log.read_text)}")
