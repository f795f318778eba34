"""Every check of a receiver, in the order in which they are made. Source: Standard Webhooks 1.0.0, CloudEvents 1.0."""

from __future__ import annotations

from typing import Final

from app.kit.receiver.authenticity import AUTHENTICITY, SIGNATURE
from app.kit.receiver.check import ReceiverCheck
from app.kit.receiver.contents import CONTENTS
from app.kit.receiver.delivery import DELIVERY
from app.kit.receiver.transport import HANDSHAKE, TRANSPORT

__all__ = ["CHECKS", "HANDSHAKE", "SIGNATURE"]

CHECKS: Final[tuple[ReceiverCheck, ...]] = (*AUTHENTICITY, *DELIVERY, *CONTENTS, *TRANSPORT)
