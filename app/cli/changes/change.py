"""One change between two versions of a document, and the rules that say which changes break callers and receivers."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ChangeRule", "ContractChange", "Side", "UnreadableDocument"]


class UnreadableDocument(ValueError):
    """A document cannot be compared; the message says why, as the end of a sentence."""


class Side(StrEnum):
    """Who writes what a schema describes."""

    SENT = "sent"
    """A caller of the hub."""
    RECEIVED = "received"
    """The hub: answers and events."""


class ChangeRule(StrEnum):
    """What changed."""

    SERVER_REMOVED = "server-removed"
    OPERATION_REMOVED = "operation-removed"
    OPERATION_ADDED = "operation-added"
    OPERATION_RENAMED = "operation-renamed"
    DEPRECATED = "deprecated"
    PARAMETER_REMOVED = "parameter-removed"
    PARAMETER_ADDED = "parameter-added"
    PARAMETER_REQUIRED = "parameter-required"
    BODY_CHANGED = "body-changed"
    MEDIA_TYPE_REMOVED = "media-type-removed"
    MEDIA_TYPE_ADDED = "media-type-added"
    STATUS_REMOVED = "status-removed"
    STATUS_ADDED = "status-added"
    HEADER_REMOVED = "header-removed"
    HEADER_ADDED = "header-added"
    SECURITY_TIGHTENED = "security-tightened"
    SECURITY_LOOSENED = "security-loosened"
    LOGIN_CHANGED = "login-changed"
    WEBHOOK_REMOVED = "webhook-removed"
    WEBHOOK_ADDED = "webhook-added"
    SCHEMA_REMOVED = "schema-removed"
    SCHEMA_REPLACED = "schema-replaced"
    PROPERTY_REMOVED = "property-removed"
    PROPERTY_ADDED = "property-added"
    PROPERTY_REQUIRED = "property-required"
    PROPERTY_OPTIONAL = "property-optional"
    TYPE_NARROWED = "type-narrowed"
    TYPE_WIDENED = "type-widened"
    VALUE_REMOVED = "value-removed"
    VALUE_ADDED = "value-added"
    LIST_CLOSED = "list-closed"
    LIST_OPENED = "list-opened"
    BOUND_TIGHTENED = "bound-tightened"
    BOUND_LOOSENED = "bound-loosened"
    FORM_CHANGED = "form-changed"
    DEFAULT_CHANGED = "default-changed"
    OBJECT_CLOSED = "object-closed"
    DISCRIMINATOR_CHANGED = "discriminator-changed"
    VARIANT_REMOVED = "variant-removed"
    VARIANT_ADDED = "variant-added"


@dataclass(frozen=True, kw_only=True)
class ContractChange:
    """A change.

    Attributes:
        place: what changed, in Markdown, such as an operation or a named schema.
        text: what about it changed, in Markdown; a sentence without its full stop.
    """

    rule: ChangeRule
    is_breaking: bool
    place: str
    text: str

    @property
    def line(self) -> str:
        """The change as one line of Markdown."""
        return f"{self.place}: {self.text}"
