"""The settings of a partner; each adapter adds its credentials."""

import ssl
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode

from app.adapters.common.adapter import Adapter
from app.adapters.common.pace import Pace
from app.domain.codes import System
from app.domain.ports import Clock

BaseUrl = Annotated[str, Field(pattern=r"^https?://"), AfterValidator(lambda url: url.rstrip("/"))]
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

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    system: ClassVar[System]

    url: BaseUrl | None = None
    """Base address of the partner's service; without it the partner is not connected."""

    ca_file: Path | None = None
    """PEM file of authorities to trust at the partner in addition to the system's own, such as PKIoverheid's."""

    requests_per_second: Annotated[float | None, Field(ge=2, allow_inf_nan=False)] = None
    """Most calls to the partner per second, pulls and deliveries together; at least 2. Without it 50, in the sandbox no
    limit."""

    maintenance: Windows = ()
    """Hours in which the partner is not pulled, in Dutch time, separated by commas: ``22:00-06:00,12:00-12:30``."""

    @abstractmethod
    def connect(self, url: str, clock: Clock, pace: Pace | None) -> Adapter:
        """Return the adapter of the partner at this address; nothing is sent yet.

        Args:
            url: the ``url`` of these settings, which is set.
            clock: the hub's clock.
            pace: how many calls may leave, both directions together; None: no limit.
        """

    def tls(self) -> ssl.SSLContext | None:
        """Return what trusts the authorities of ``ca_file`` too; None without a file.

        Raises:
            OSError: the file cannot be read, or contains no certificate.
        """
        if self.ca_file is None:
            return None
        context = ssl.create_default_context()
        try:
            context.load_verify_locations(cafile=self.ca_file)
        except OSError as error:
            variable = f"TRAJECTHUB_{self.system.value.upper()}_CA_FILE"
            raise OSError(f"{variable} is {self.ca_file}, which cannot be read as certificates (PEM)") from error
        return context

    def missing_credentials(self) -> Iterator[str]:
        """Return the names of the credentials that are not set."""
        return (name for name, value in self if isinstance(value, Credential) and not value.get_secret_value())
