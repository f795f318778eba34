"""The smallest complete adapter, to copy for a new partner: a JSON service with an ordered feed.

It belongs to no existing system. ``docs/how-to/connecting-a-partner.md`` says what to change, and in which order.
Contract: ``openapi/partners/template.yaml``.
"""

from ssl import SSLContext
from typing import ClassVar

from typing_extensions import override

from app.adapters.common.adapter import Adapter
from app.adapters.common.contents import MOST_BYTES
from app.adapters.common.pace import Pace
from app.adapters.common.settings import NOT_SET, Credential, PartnerSettings
from app.adapters.template.client import TemplateClient
from app.adapters.template.mapping import SYSTEM, TABLES, Tables
from app.adapters.template.sink import TemplateSink
from app.adapters.template.source import TemplateSource
from app.domain.codes import System
from app.domain.ports import Clock

__all__ = ["TemplateSettings", "connect_template"]


class TemplateSettings(PartnerSettings):
    """The settings of the partner; ``app/settings.py`` has a field of this type for each partner that it connects."""

    system: ClassVar[System] = SYSTEM

    token: Credential = NOT_SET
    """The hub's bearer token at the partner."""

    @override
    def connect(self, url: str, clock: Clock, pace: Pace | None) -> Adapter:
        return connect_template(
            url, self.token.get_secret_value(), pace=pace, tls=self.tls(), list_bytes=self.answer_bytes
        )


def connect_template(  # noqa: PLR0913  # the last ones are seldom set
    url: str,
    token: str,
    tables: Tables = TABLES,
    pace: Pace | None = None,
    tls: SSLContext | None = None,
    list_bytes: int = MOST_BYTES,
) -> Adapter:
    """Return the partner's source and sink over one connection pool; nothing is sent yet.

    Args:
        url: the service's address, without a path.
        token: the hub's bearer token there; send it over https only.
        tables: what the partner's codes mean.
        pace: how many calls may leave, both directions together; None: no limit.
        tls: whom to trust; None: the system's authorities.
        list_bytes: the most bytes of a list that is read.
    """
    client = TemplateClient(url, token, pace, tls, list_bytes)
    return Adapter(system=SYSTEM, source=TemplateSource(client, tables), sink=TemplateSink(client), close=client.close)
