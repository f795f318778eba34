"""Compares two versions of an OpenAPI document: operations, webhooks, and the names of their schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from app.cli.changes.change import ChangeRule, ContractChange, Side
from app.cli.changes.schemas import SchemaComparison
from app.cli.changes.shape import Schema, resolved

__all__ = ["openapi_changes"]

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_OF_LOGIN = ("type", "scheme", "in", "name", "openIdConnectUrl")
_OF_FLOW = ("tokenUrl", "authorizationUrl", "refreshUrl")


def openapi_changes(old: Schema, new: Schema) -> Iterator[ContractChange]:
    """Return the changes from one version of a document to another."""
    comparison = _Documents(old, new)
    yield from comparison.servers()
    yield from comparison.logins()
    yield from comparison.operations()
    yield from comparison.webhooks()
    yield from comparison.schema_names()


@dataclass(frozen=True)
class _Documents:
    old: Schema
    new: Schema
    seen: set[tuple[str, str, Side]] = field(default_factory=set)

    def servers(self) -> Iterator[ContractChange]:
        before, after = ({each["url"] for each in document.get("servers", ())} for document in (self.old, self.new))
        for url in before - after:
            yield _change("`servers`", ChangeRule.SERVER_REMOVED, True, f"has no `{url}` any more")

    def logins(self) -> Iterator[ContractChange]:
        """Return which ways to log in have changed; that one is gone, the operations say that needed it."""
        before, after = (each.get("components", {}).get("securitySchemes", {}) for each in (self.old, self.new))
        for name in before.keys() & after.keys():
            lost = _login(resolved(self.old, before[name])) - _login(resolved(self.new, after[name]))
            for each in lost:
                yield _change(f"login `{name}`", ChangeRule.LOGIN_CHANGED, True, f"no longer has the {each}")

    def operations(self) -> Iterator[ContractChange]:
        before, after = _operations(self.old), _operations(self.new)
        for name in before.keys() - after.keys():
            yield _change(name, ChangeRule.OPERATION_REMOVED, True, "is gone")
        for name in after.keys() - before.keys():
            yield _change(name, ChangeRule.OPERATION_ADDED, False, f"is new: {after[name].get('summary', '')}")
        for name in before.keys() & after.keys():
            yield from self._operation(name, before[name], after[name])

    def webhooks(self) -> Iterator[ContractChange]:
        before, after = _webhooks(self.old), _webhooks(self.new)
        for name in before.keys() - after.keys():
            yield _change(name, ChangeRule.WEBHOOK_REMOVED, True, "is no longer sent")
        for name in after.keys() - before.keys():
            yield _change(name, ChangeRule.WEBHOOK_ADDED, False, f"is new: {after[name].get('summary', '')}")
        for name in before.keys() & after.keys():
            yield from self._webhook(name, before[name], after[name])

    def schema_names(self) -> Iterator[ContractChange]:
        """Return which names of schemas are gone; generated clients have types of these names."""
        before, after = (each.get("components", {}).get("schemas", {}) for each in (self.old, self.new))
        for name in before.keys() - after.keys():
            yield _change(f"`{name}`", ChangeRule.SCHEMA_REMOVED, True, "is no longer the name of a schema")

    def _operation(self, place: str, old: Schema, new: Schema) -> Iterator[ContractChange]:
        yield from self._name(place, old, new)
        yield from self._security(place, old, new)
        yield from self._parameters(place, old, new, Side.SENT)
        yield from self._body(place, old, new)
        yield from self._answers(place, old, new)

    def _name(self, place: str, old: Schema, new: Schema) -> Iterator[ContractChange]:
        if old.get("operationId") != new.get("operationId"):
            said = f"has the `operationId` `{new.get('operationId')}` now, and had `{old.get('operationId')}`"
            yield _change(place, ChangeRule.OPERATION_RENAMED, True, said)
        if new.get("deprecated") and not old.get("deprecated"):
            yield _change(place, ChangeRule.DEPRECATED, False, "is deprecated")

    def _webhook(self, place: str, old: Schema, new: Schema) -> Iterator[ContractChange]:
        yield from self._name(place, old, new)
        yield from self._parameters(place, old, new, Side.RECEIVED)
        yield from self._contents(place, *self._bodies(old, new), Side.RECEIVED)
        for status in old.get("responses", {}).keys() - new.get("responses", {}).keys():
            yield _change(place, ChangeRule.STATUS_REMOVED, True, f"has no meaning for the answer {status} any more")

    def _security(self, place: str, old: Schema, new: Schema) -> Iterator[ContractChange]:
        before, after = _alternatives(old, self.old), _alternatives(new, self.new)
        if not all(any(needed <= had for needed in after) for had in before):
            yield _change(
                place, ChangeRule.SECURITY_TIGHTENED, True, f"needs {_needs(after)} now, and needed {_needs(before)}"
            )
        elif before != after:
            said = f"needs {_needs(after)} now, and needed {_needs(before)}"
            yield _change(place, ChangeRule.SECURITY_LOOSENED, False, said)

    def _parameters(self, place: str, old: Schema, new: Schema, side: Side) -> Iterator[ContractChange]:
        before, after = _parameters(old, self.old), _parameters(new, self.new)
        for key in before.keys() - after.keys():
            yield _change(place, ChangeRule.PARAMETER_REMOVED, True, f"{_named(key)} is gone")
        for key in after.keys() - before.keys():
            if side is Side.SENT and after[key].get("required"):
                yield _change(place, ChangeRule.PARAMETER_REQUIRED, True, f"{_named(key)} is new and required")
            else:
                yield _change(place, ChangeRule.PARAMETER_ADDED, False, f"{_named(key)} is new")
        for key in before.keys() & after.keys():
            yield from self._parameter(f"{place}, {_named(key)}", before[key], after[key], side)

    def _parameter(self, place: str, old: Schema, new: Schema, side: Side) -> Iterator[ContractChange]:
        was, is_now = (bool(each.get("required")) for each in (old, new))
        if is_now and not was:
            yield _change(place, ChangeRule.PARAMETER_REQUIRED, side is Side.SENT, "is required now")
        if was and not is_now:
            yield _change(place, ChangeRule.PROPERTY_OPTIONAL, side is Side.RECEIVED, "is no longer required")
        if new.get("deprecated") and not old.get("deprecated"):
            yield _change(place, ChangeRule.DEPRECATED, False, "is deprecated")
        if (was_written := _style(old)) != (is_written := _style(new)):
            said = f"is written as {is_written} now, and was as {was_written}"
            yield _change(place, ChangeRule.FORM_CHANGED, True, said)
        yield from self._schemas(place, side).changes(old.get("schema", {}), new.get("schema", {}))
        yield from self._contents(place, old, new, side)

    def _body(self, place: str, old: Schema, new: Schema) -> Iterator[ContractChange]:
        before, after = self._bodies(old, new)
        if after.get("required") and not before.get("required"):
            yield _change(place, ChangeRule.BODY_CHANGED, True, "needs a body now")
        elif before and not after:
            yield _change(place, ChangeRule.BODY_CHANGED, True, "no longer takes a body")
        elif after and not before:
            yield _change(place, ChangeRule.BODY_CHANGED, False, "takes a body now")
        yield from self._contents(f"{place}, body", before, after, Side.SENT)

    def _bodies(self, old: Schema, new: Schema) -> tuple[Schema, Schema]:
        return resolved(self.old, old.get("requestBody", {})), resolved(self.new, new.get("requestBody", {}))

    def _answers(self, place: str, old: Schema, new: Schema) -> Iterator[ContractChange]:
        before, after = old.get("responses", {}), new.get("responses", {})
        for status in before.keys() - after.keys():
            yield _change(place, ChangeRule.STATUS_REMOVED, status < "4", f"is no longer answered with {status}")
        for status in after.keys() - before.keys():
            yield _change(place, ChangeRule.STATUS_ADDED, status < "4", f"can be answered with {status} too")
        for status in before.keys() & after.keys():
            was, is_now = resolved(self.old, before[status]), resolved(self.new, after[status])
            yield from self._headers(f"{place}, answer {status}", was, is_now)
            yield from self._contents(f"{place}, answer {status}", was, is_now, Side.RECEIVED)

    def _headers(self, place: str, old: Schema, new: Schema) -> Iterator[ContractChange]:
        before, after = ({name.lower(): name for name in each.get("headers", {})} for each in (old, new))
        for key in before.keys() - after.keys():
            yield _change(place, ChangeRule.HEADER_REMOVED, True, f"no longer has the header `{before[key]}`")
        for key in after.keys() - before.keys():
            yield _change(place, ChangeRule.HEADER_ADDED, False, f"has the header `{after[key]}` too")
        for key in before.keys() & after.keys():
            was = resolved(self.old, old["headers"][before[key]])
            is_now = resolved(self.new, new["headers"][after[key]])
            yield from self._parameter(f"{place}, header `{after[key]}`", was, is_now, Side.RECEIVED)

    def _contents(self, place: str, old: Schema, new: Schema, side: Side) -> Iterator[ContractChange]:
        before, after = old.get("content", {}), new.get("content", {})
        for media_type in before.keys() - after.keys():
            yield _change(place, ChangeRule.MEDIA_TYPE_REMOVED, True, f"is no longer `{media_type}`")
        for media_type in after.keys() - before.keys():
            yield _change(place, ChangeRule.MEDIA_TYPE_ADDED, False, f"can be `{media_type}`")
        for media_type in before.keys() & after.keys():
            schemas = self._schemas(place, side)
            yield from schemas.changes(before[media_type].get("schema", {}), after[media_type].get("schema", {}))

    def _schemas(self, place: str, side: Side) -> SchemaComparison:
        return SchemaComparison(old_document=self.old, new_document=self.new, side=side, place=place, seen=self.seen)


def _change(place: str, rule: ChangeRule, is_breaking: bool, text: str) -> ContractChange:
    return ContractChange(rule=rule, is_breaking=is_breaking, place=place, text=text)


def _operations(document: Schema) -> Mapping[str, Schema]:
    return {
        f"`{method.upper()} {path}`": {**item[method], "parameters": _all_parameters(item, method)}
        for path, item in _items(document, "paths")
        for method in _METHODS
        if method in item
    }


def _webhooks(document: Schema) -> Mapping[str, Schema]:
    return {
        f"event `{name}`" + ("" if method == "post" else f" by {method.upper()}"): item[method]
        for name, item in _items(document, "webhooks")
        for method in _METHODS
        if method in item
    }


def _items(document: Schema, part: str) -> Iterator[tuple[str, Schema]]:
    for name, item in document.get(part, {}).items():
        yield name, resolved(document, item)


def _all_parameters(item: Schema, method: str) -> list[Schema]:
    return [*chain(item.get("parameters", ()), item[method].get("parameters", ()))]


def _parameters(operation: Schema, document: Schema) -> dict[tuple[str, str], Schema]:
    found = (resolved(document, each) for each in operation.get("parameters", ()))
    return {(each["in"], each["name"].lower() if each["in"] == "header" else each["name"]): each for each in found}


def _named(key: tuple[str, str]) -> str:
    kind, name = key
    return f"{kind} `{name}`" if kind == "header" else f"{kind} parameter `{name}`"


def _style(parameter: Schema) -> str:
    """Return how a parameter is written, as its place decides where it says nothing."""
    style = parameter.get("style", "form" if parameter.get("in") in {"query", "cookie"} else "simple")
    is_exploded = parameter.get("explode", style == "form")
    return f"`{style}`" + (" with `explode`" if is_exploded else "")


def _login(scheme: Schema) -> frozenset[str]:
    """Return what a client needs to know of a way to log in."""
    stated = {f"`{name}` `{scheme[name]}`" for name in _OF_LOGIN if name in scheme}
    for kind, flow in scheme.get("flows", {}).items():
        stated |= {f"flow `{kind}`", *(f"scope `{scope}`" for scope in flow.get("scopes", {}))}
        stated |= {f"`{name}` `{flow[name]}`" for name in _OF_FLOW if name in flow}
    return frozenset(stated)


def _alternatives(operation: Schema, document: Schema) -> frozenset[frozenset[str]]:
    """Return what an operation needs, in each of the ways to prove it; one empty way: nothing."""
    stated = operation.get("security", document.get("security", []))
    return frozenset(
        frozenset(scope for scheme, scopes in each.items() for scope in (scheme, *scopes)) for each in stated or [{}]
    )


def _needs(alternatives: frozenset[frozenset[str]]) -> str:
    ways = sorted(" with ".join(f"`{each}`" for each in sorted(way)) or "no login" for way in alternatives)
    return " or ".join(ways)
