"""Compares the schemas of two versions of a document: which changes break who sends or receives what they describe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from app.cli.changes.change import ChangeRule, ContractChange, Side
from app.cli.changes.merging import ANNOTATIONS, LOWER, UPPER, schema_of
from app.cli.changes.shape import NamedSchema, Schema, Shape, reference_of, shape_of

__all__ = ["SchemaComparison"]

# What a schema says nothing about is as low as these.
_LOWEST = {"minLength": 0, "minItems": 0, "minProperties": 0}
# What is compared by rules of its own.
_COMPARED = {*LOWER, *UPPER, *ANNOTATIONS, "$ref", "allOf", "anyOf", "oneOf", "type", "const", "enum"} | {
    "properties",
    "required",
    "items",
    "additionalProperties",
}
_WORDS = {Side.SENT: "in what callers send", Side.RECEIVED: "in answers and events"}


@dataclass(frozen=True, kw_only=True)
class SchemaComparison:
    """Compares schemas; each pair of named schemas once.

    Attributes:
        place: the named schema or operation in which it is.
        path: where in that, such as ``items[].status``.
        seen: the pairs that were compared already.
        within: the pairs of unnamed schemas that are being compared; what is in itself changes nothing more.
    """

    old_document: Schema
    new_document: Schema
    side: Side
    place: str
    path: str = ""
    seen: set[tuple[str, str, Side]] = field(default_factory=set)
    within: frozenset[str] = frozenset()

    def changes(self, old: Any, new: Any) -> Iterator[ContractChange]:
        """Return the changes from one schema to another."""
        before, after = reference_of(schema_of(old)), reference_of(schema_of(new))
        if before and after:
            yield from self._named(before, after)
        else:
            yield from self.between(old, new)

    def between(self, old: Any, new: Any) -> Iterator[ContractChange]:
        """Return the changes from one schema to another, whatever their names."""
        pair = json.dumps([old, new], sort_keys=True)
        if pair in self.within:
            return
        before, after = shape_of(self.old_document, schema_of(old)), shape_of(self.new_document, schema_of(new))
        inner = replace(self, within=self.within | {pair})
        if before.variants or after.variants:
            yield from inner._variants(before, after)
        if bool(before.variants) == bool(after.variants):
            yield from inner._contents(before, after)

    def _named(self, before: NamedSchema, after: NamedSchema) -> Iterator[ContractChange]:
        """Return the changes of the named schemas, once, and of what is said here besides."""
        yield from self._replaced(before.name, after.name)
        if before.takes_null != after.takes_null:
            was, is_now = (
                each.takes_null or shape_of(document, each.target).takes_null
                for document, each in ((self.old_document, before), (self.new_document, after))
            )
            yield from self._null(was, is_now)
        yield from self.between(before.further, after.further)
        if (before.name, after.name, self.side) in self.seen:
            return
        self.seen.add((before.name, after.name, self.side))
        named = replace(self, place=f"`{after.name}` {_WORDS[self.side]}", path="", within=frozenset())
        yield from named.between(before.target, after.target)

    def _contents(self, before: Shape, after: Shape) -> Iterator[ContractChange]:
        yield from self._types(before, after)
        yield from self._values(before, after)
        yield from self._properties(before, after)
        yield from self._bounds(before.rules, after.rules)
        yield from self._forms(before.rules, after.rules)
        yield from self._inner(before, after)

    def _replaced(self, old_name: str, new_name: str) -> Iterator[ContractChange]:
        if old_name != new_name:
            yield self._change(ChangeRule.SCHEMA_REPLACED, False, f"is a `{new_name}` now, and was a `{old_name}`")

    def _types(self, before: Shape, after: Shape) -> Iterator[ContractChange]:
        lost = after.types is not None and (before.types is None or before.types - after.types)
        gained = before.types is not None and (after.types is None or after.types - before.types)
        said = f"is {_listed(after.types)} now, and was {_listed(before.types)}"
        if lost:
            yield self._change(ChangeRule.TYPE_NARROWED, self._is_sent, said)
        if gained:
            yield self._change(ChangeRule.TYPE_WIDENED, not self._is_sent, said)

    def _null(self, was: bool, is_now: bool) -> Iterator[ContractChange]:
        if was and not is_now:
            yield self._change(ChangeRule.TYPE_NARROWED, self._is_sent, "is never null now")
        if is_now and not was:
            yield self._change(ChangeRule.TYPE_WIDENED, not self._is_sent, "can be null too")

    def _values(self, before: Shape, after: Shape) -> Iterator[ContractChange]:
        if before.values is None and after.values is None:
            return
        if before.values is None:
            yield self._change(ChangeRule.LIST_CLOSED, self._is_sent and not after.is_open, "takes listed values only")
            return
        if after.values is None or (after.is_open and not before.is_open):
            is_breaking = not self._is_sent and not before.is_open
            yield self._change(ChangeRule.LIST_OPENED, is_breaking, "takes other values than the listed ones")
        if before.is_open and not after.is_open:
            yield self._change(ChangeRule.LIST_CLOSED, self._is_sent, "takes listed values only")
        for value in _missing(before.values, after.values or before.values):
            yield self._change(ChangeRule.VALUE_REMOVED, self._is_sent, f"no longer has the value `{value}`")
        for value in _missing(after.values or (), before.values):
            is_breaking = not self._is_sent and not before.is_open
            yield self._change(ChangeRule.VALUE_ADDED, is_breaking, f"has the new value `{value}`")

    def _properties(self, before: Shape, after: Shape) -> Iterator[ContractChange]:
        for name in sorted(before.properties.keys() - after.properties.keys()):
            yield self._at(name)._change(ChangeRule.PROPERTY_REMOVED, True, "is gone")
        for name in sorted(after.properties.keys() - before.properties.keys()):
            yield from self._at(name)._added(is_required=name in after.required)
        for name in sorted(before.properties.keys() & after.properties.keys()):
            inner = self._at(name)
            yield from inner._required(name in before.required, name in after.required)
            yield from inner._deprecated(before.properties[name], after.properties[name])
            yield from inner.changes(before.properties[name], after.properties[name])
        for name in sorted((before.required ^ after.required) - before.properties.keys() - after.properties.keys()):
            yield from self._at(name)._required(name in before.required, name in after.required)
        if after.is_closed and not before.is_closed:
            yield self._change(ChangeRule.OBJECT_CLOSED, self._is_sent, "refuses members that it does not name")

    def _added(self, *, is_required: bool) -> Iterator[ContractChange]:
        if is_required and self._is_sent:
            yield self._change(ChangeRule.PROPERTY_REQUIRED, True, "is new and required")
        else:
            yield self._change(ChangeRule.PROPERTY_ADDED, False, "is new")

    def _required(self, was: bool, is_now: bool) -> Iterator[ContractChange]:
        if is_now and not was:
            yield self._change(ChangeRule.PROPERTY_REQUIRED, self._is_sent, "is required now")
        if was and not is_now:
            yield self._change(ChangeRule.PROPERTY_OPTIONAL, not self._is_sent, "is no longer required")

    def _deprecated(self, old: Any, new: Any) -> Iterator[ContractChange]:
        if schema_of(new).get("deprecated") and not schema_of(old).get("deprecated"):
            yield self._change(ChangeRule.DEPRECATED, False, "is deprecated")

    def _bounds(self, old: Schema, new: Schema) -> Iterator[ContractChange]:
        for name, sign in (*((each, 1) for each in LOWER), *((each, -1) for each in UPPER)):
            none = _LOWEST.get(name, float("-inf"))
            was, is_now = (sign * each[name] if name in each else none for each in (old, new))
            said = f"has {_bound(name, new)} now, and had {_bound(name, old)}"
            if is_now > was:
                yield self._change(ChangeRule.BOUND_TIGHTENED, self._is_sent, said)
            if is_now < was:
                yield self._change(ChangeRule.BOUND_LOOSENED, not self._is_sent, said)

    def _forms(self, old: Schema, new: Schema) -> Iterator[ContractChange]:
        names = {*old, *new} - _COMPARED
        for name in sorted(each for each in names if not each.startswith("x-")):
            if old.get(name) != new.get(name):
                harmless = name not in (new if self._is_sent else old)
                said = f"has {_bound(name, new)} now, and had {_bound(name, old)}"
                yield self._change(ChangeRule.FORM_CHANGED, not harmless, said)
        if old.get("default") != new.get("default"):
            said = f"has {_bound('default', new)} now, and had {_bound('default', old)}"
            yield self._change(ChangeRule.DEFAULT_CHANGED, self._is_sent, said)

    def _variants(self, before: Shape, after: Shape) -> Iterator[ContractChange]:
        was, is_now = before.variants or before.alone, after.variants or after.alone
        is_open = before.discriminator is not None
        for name in sorted(was.keys() - is_now.keys()):
            yield self._change(ChangeRule.VARIANT_REMOVED, self._is_sent or is_open, f"is no longer a `{name}`")
        for name in sorted(is_now.keys() - was.keys()):
            yield self._change(ChangeRule.VARIANT_ADDED, not self._is_sent and not is_open, f"can be a `{name}` too")
        for name in sorted(was.keys() & is_now.keys()):
            yield from self.changes(was[name], is_now[name])
        yield from self._null(before.takes_null, after.takes_null)
        if before.variants and after.variants:
            yield from self._discriminator(before, after)

    def _discriminator(self, before: Shape, after: Shape) -> Iterator[ContractChange]:
        old, new = (each.discriminator or {} for each in (before, after))
        was, is_now = (each.get("propertyName") for each in (old, new))
        if was != is_now:
            said = f"has its variants by {_member(is_now)} now, and had them by {_member(was)}"
            yield self._change(ChangeRule.DISCRIMINATOR_CHANGED, was is not None, said)
        lost = old.get("mapping", {}).items() - new.get("mapping", {}).items()
        for value, name in sorted(lost if was == is_now else ()):
            # A variant that is gone is a change of its own.
            if name in new.get("mapping", {}).values() or name.rpartition("/")[2] in after.variants:
                said = f"is no longer a `{name.rpartition('/')[2]}` where `{was}` is `{value}`"
                yield self._change(ChangeRule.DISCRIMINATOR_CHANGED, True, said)

    def _inner(self, old: Shape, new: Shape) -> Iterator[ContractChange]:
        before, after = old.rules, new.rules
        if "items" in before or "items" in after:
            yield from replace(self, path=f"{self.path}[]").changes(before.get("items", {}), after.get("items", {}))
        if not (old.is_closed or new.is_closed):
            extra = (schema_of(each.get("additionalProperties", {})) for each in (before, after))
            yield from replace(self, path=f"{self.path}{{}}").changes(*extra)

    @property
    def _is_sent(self) -> bool:
        return self.side is Side.SENT

    def _at(self, name: str) -> SchemaComparison:
        return replace(self, path=f"{self.path}.{name}".lstrip("."))

    def _change(self, rule: ChangeRule, is_breaking: bool, text: str) -> ContractChange:
        said = f"`{self.path}` {text}" if self.path else text
        return ContractChange(rule=rule, is_breaking=bool(is_breaking), place=self.place, text=said)


def _missing(values: tuple[object, ...], others: tuple[object, ...]) -> list[object]:
    # As JSON: to Python 1 and true are the same.
    known = {json.dumps(each, sort_keys=True) for each in others}
    return [each for each in values if json.dumps(each, sort_keys=True) not in known]


def _member(name: str | None) -> str:
    return f"`{name}`" if name else "nothing"


def _listed(types: frozenset[str] | None) -> str:
    return " or ".join(sorted(types)) if types else "anything"


def _bound(name: str, schema: Schema) -> str:
    if name not in schema:
        return f"no `{name}`"
    stated = schema[name]
    return f"`{name}` `{stated if isinstance(stated, str) else json.dumps(stated, sort_keys=True)}`"
