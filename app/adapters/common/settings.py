"""The settings of a partner; each adapter adds its credentials."""

import ssl
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Annotated, ClassVar, Final
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode

from app.adapters.common.adapter import Adapter
from app.adapters.common.contents import MOST_BYTES
from app.adapters.common.pace import Pace
from app.domain.codes import System
from app.domain.ports import Clock

BASE_URL: Final = r"^https?://(\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]]+)(:[0-9]{1,5})?(/[^\s?#]*)?$"
"""With a host, and without login, spaces, query and fragment: a path is put behind it, and it is shown."""


def _base_url(url: str) -> str:
    """Return the address without slashes at its end.

    Raises:
        ValueError: there is no such port, or callers would call another path.
    """
    parts = urlsplit(url)
    if parts.port == 0 or {".", ".."} & {unquote(each) for each in parts.path.split("/")}:
        raise ValueError
    return url.rstrip("/")


BaseUrl = Annotated[str, Field(pattern=BASE_URL), AfterValidator(_base_url)]
Windows = Annotated[
    tuple[tuple[time, time], ...],
    NoDecode,
    BeforeValidator(lambda given: [part.split("-") for part in given.split(",")] if isinstance(given, str) else given),
]


class Credential(SecretStr):
    """A credential of the hub at a partner: never shown, and required when the partner has an address."""


NOT_SET = Credential("")
"""A credential that is not set; outside the sandbox the hub does not start with it."""


class PartnerSettings(BaseModel, ABC):
    """The settings of one partner; each is an environment variable ``TRAJECTHUB_<partner>_<field>`` in capitals.

    Attributes:
        system: the partner.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    system: ClassVar[System]

    url: BaseUrl | None = None
    """Base address of the partner's service; without it the partner is not connected."""

    ca_file: Path | None = None
    """PEM file of authorities to trust at the partner in addition to the system's own, such as PKIoverheid's."""

    certificate_file: Path | None = None
    """PEM file of the hub's own certificate with its chain, for a partner that asks for one (mutual TLS)."""

    key_file: Path | None = None
    """PEM file of the private key that belongs to the certificate, without a passphrase."""

    requests_per_second: Annotated[float | None, Field(ge=2, allow_inf_nan=False)] = None
    """Most calls to the partner per second, pulls and deliveries together; at least 2. Without it 50, in the sandbox no
    limit."""

    maintenance: Windows = ()
    """Hours in which the partner is not pulled, in Dutch time, separated by commas: ``22:00-06:00,12:00-12:30``."""

    answer_bytes: Annotated[int, Field(ge=2**20, le=64 * 2**20)] = MOST_BYTES
    """Most bytes of a list that the partner answers, unpacked; a larger one is a failed pull. A worker needs up to ten
    times as much memory."""

    @abstractmethod
    def connect(self, url: str, clock: Clock, pace: Pace | None) -> Adapter:
        """Return the adapter of the partner at this address; nothing is sent yet.

        Args:
            url: the ``url`` of these settings, which is set.
            clock: the hub's clock.
            pace: how many calls may leave, both directions together; None: no limit.
        """

    def tls(self) -> ssl.SSLContext | None:
        """Return whom the hub trusts and what it presents; None without a file of its own for either.

        Raises:
            OSError: a file cannot be read, or is not what it should be; ``Settings`` names which at start.
        """
        if self.ca_file is None and self.certificate_file is None:
            return None
        context = ssl.create_default_context()
        if self.ca_file is not None:
            context.load_verify_locations(cafile=self.ca_file)
        if self.certificate_file is not None:
            # With a passphrase, an encrypted key is refused; without one, OpenSSL would ask for it on the terminal.
            context.load_cert_chain(self.certificate_file, self.key_file, password="")
        return context

    def missing_credentials(self) -> Iterator[str]:
        """Return the names of the credentials that are not set."""
        return (name for name, value in self if isinstance(value, Credential) and not value.get_secret_value())
