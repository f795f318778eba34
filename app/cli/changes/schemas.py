"""Compares the schemas of two versions of a document: which changes break who sends or receives what they describe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from app.cli.changes.change import ChangeRule, ContractChange, Side
from app.cli.changes.shape import Schema, Shape, shape_of

__all__ = ["SchemaComparison"]

_LOWER = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
_UPPER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
_FORMS = ("format", "pattern")
_WORDS = {Side.SENT: "in what callers send", Side.RECEIVED: "in answers and events"}


@dataclass(frozen=True, kw_only=True)
class SchemaComparison:
    """Compares schemas; each pair of named schemas once.

    Attributes:
        place: the named schema or operation in which it is.
        path: where in that, such as ``items[].status``.
        seen: the pairs that were compared already.
    """

    old_document: Schema
    new_document: Schema
    side: Side
    place: str
    path: str = ""
    seen: set[tuple[str, str, Side]] = field(default_factory=set)

    def changes(self, old: Schema, new: Schema) -> Iterator[ContractChange]:
        """Return the changes from one schema to another."""
        old_name, new_name = _name(old), _name(new)
        if old_name and new_name:
            yield from self._replaced(old_name, new_name)
            if (old_name, new_name, self.side) in self.seen:
                return
            self.seen.add((old_name, new_name, self.side))
            named = replace(self, place=f"`{new_name}` {_WORDS[self.side]}", path="")
            yield from named.between(old, new)
        else:
            yield from self.between(old, new)

    def between(self, old: Schema, new: Schema) -> Iterator[ContractChange]:
        """Return the changes from one schema to another, whatever their names."""
        before, after = shape_of(self.old_document, old), shape_of(self.new_document, new)
        if before.variants or after.variants:
            yield from self._variants(before, after)
            return
        yield from self._types(before, after)
        yield from self._values(before, after)
        yield from self._properties(before, after)
        yield from self._bounds(before.rules, after.rules)
        yield from self._forms(before.rules, after.rules)
        yield from self._inner(before.rules, after.rules)

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

    def _values(self, before: Shape, after: Shape) -> Iterator[ContractChange]:
        if before.values is None and after.values is None:
            return
        if before.values is None:
            yield self._change(ChangeRule.LIST_CLOSED, self._is_sent and not after.is_open, "takes listed values only")
            return
        if after.values is None or (after.is_open and not before.is_open):
            yield self._change(ChangeRule.LIST_OPENED, not self._is_sent, "takes other values than the listed ones")
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

    def _deprecated(self, old: Schema, new: Schema) -> Iterator[ContractChange]:
        if new.get("deprecated") and not old.get("deprecated"):
            yield self._change(ChangeRule.DEPRECATED, False, "is deprecated")

    def _bounds(self, old: Schema, new: Schema) -> Iterator[ContractChange]:
        for name, sign in (*((each, 1) for each in _LOWER), *((each, -1) for each in _UPPER)):
            # A bound that is absent is as low as can be.
            was, is_now = (sign * each[name] if name in each else float("-inf") for each in (old, new))
            said = f"has {_bound(name, new)} now, and had {_bound(name, old)}"
            if is_now > was:
                yield self._change(ChangeRule.BOUND_TIGHTENED, self._is_sent, said)
            if is_now < was:
                yield self._change(ChangeRule.BOUND_LOOSENED, not self._is_sent, said)

    def _forms(self, old: Schema, new: Schema) -> Iterator[ContractChange]:
        for name in _FORMS:
            if old.get(name) != new.get(name):
                harmless = name not in (new if self._is_sent else old)
                said = f"has {_bound(name, new)} now, and had {_bound(name, old)}"
                yield self._change(ChangeRule.FORM_CHANGED, not harmless, said)
        if old.get("default") != new.get("default"):
            said = f"has {_bound('default', new)} now, and had {_bound('default', old)}"
            yield self._change(ChangeRule.DEFAULT_CHANGED, self._is_sent, said)

    def _variants(self, before: Shape, after: Shape) -> Iterator[ContractChange]:
        was, is_now = before.variants or before.alone, after.variants or after.alone
        for name in sorted(was.keys() - is_now.keys()):
            is_breaking = self._is_sent or before.is_open_union
            yield self._change(ChangeRule.VARIANT_REMOVED, is_breaking, f"is no longer a `{name}`")
        for name in sorted(is_now.keys() - was.keys()):
            is_breaking = not self._is_sent and not before.is_open_union
            yield self._change(ChangeRule.VARIANT_ADDED, is_breaking, f"can be a `{name}` too")
        for name in sorted(was.keys() & is_now.keys()):
            yield from self.changes(was[name], is_now[name])

    def _inner(self, old: Schema, new: Schema) -> Iterator[ContractChange]:
        for name, suffix in (("items", "[]"), ("additionalProperties", "{}")):
            before, after = old.get(name), new.get(name)
            if isinstance(before, dict) and isinstance(after, dict):
                yield from replace(self, path=f"{self.path}{suffix}").changes(before, after)

    @property
    def _is_sent(self) -> bool:
        return self.side is Side.SENT

    def _at(self, name: str) -> SchemaComparison:
        return replace(self, path=f"{self.path}.{name}".lstrip("."))

    def _change(self, rule: ChangeRule, is_breaking: bool, text: str) -> ContractChange:
        said = f"`{self.path}` {text}" if self.path else text
        return ContractChange(rule=rule, is_breaking=bool(is_breaking), place=self.place, text=said)


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _missing(values: tuple[object, ...], others: tuple[object, ...]) -> list[object]:
    return [each for each in values if each not in others]


def _listed(types: frozenset[str] | None) -> str:
    return " or ".join(sorted(types)) if types else "anything"


def _bound(name: str, schema: Schema) -> str:
    return f"`{name}` `{schema[name]}`" if name in schema else f"no `{name}`"
