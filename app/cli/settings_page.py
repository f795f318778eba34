"""The reference of settings, generated from the settings models."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, TypeGuard

from pydantic import BaseModel

from app.adapters.common.settings import BASE_URL
from app.cli.markdown import GENERATED, table
from app.settings import PREFIX, Settings

_INTRODUCTION = f"""\
# Settings

{GENERATED}

Every setting is an environment variable. With `{PREFIX}MODE=production` the hub does not start while a required
setting is missing or weak; `trajecthub doctor` names every fault at once.
"""

_COLUMNS = ("variable", "type", "unit", "default", "required in production", "effect")
_FORMATS = {
    "path": "path",
    "time": "time `HH:MM`",
    "date": "date `YYYY-MM-DD`",
    "ipv4network": "network",
    "ipv6network": "network",
}
_UNITS = {"_seconds": "seconds", "_per_second": "calls per second"}

Schema = Mapping[str, Any]


def settings_page() -> str:
    """Return the reference of settings, as Markdown.

    Raises:
        KeyError: a setting has no text below it that says what it does.
    """
    parts, effects = [_INTRODUCTION, "## The hub\n", table(_COLUMNS, _rows(Settings, PREFIX))], _effects(Settings)
    for name, field in Settings.model_fields.items():
        if _is_group(field.annotation):
            heading = f"## {effects[name].rstrip('.')}\n"
            parts += [heading, table(_COLUMNS, _rows(field.annotation, f"{PREFIX}{name.upper()}_"))]
    return "\n".join(parts)


def _is_group(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _effects(model: type[BaseModel]) -> dict[str, str]:
    """Return what is written below each field of a model.

    Pydantic can read this too, but does so whenever the model is imported, which took a tenth of each command.
    """
    own = [each for each in reversed(model.__mro__) if each.__module__.startswith("app.")]
    return {name: text for each in own for name, text in _documented(each)}


def _documented(model: type) -> Iterator[tuple[str, str]]:
    (definition,) = ast.parse(inspect.getsource(model)).body
    for statement, next_one in pairwise(definition.body if isinstance(definition, ast.ClassDef) else ()):
        match statement, next_one:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, text


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, ...]]:
    required, effects = _required(), _effects(model)
    settings = {name: each for name, each in model.model_json_schema()["properties"].items() if "$ref" not in each}
    for name, setting in settings.items():
        variable, choice = f"{prefix}{name.upper()}", _chosen(setting)
        is_credential = prefix != PREFIX and choice.get("writeOnly")
        yield (
            f"`{variable}`",
            _type(choice),
            _unit(name, choice),
            _default(setting["default"]),
            f"with `{prefix}URL`" if is_credential else "yes" if variable in required else "no",
            " ".join(effects[name].replace("``", "`").split()),
        )


def _chosen(setting: Schema) -> Schema:
    """Return the schema of a value that is set: of "this or null" the first."""
    chosen: Schema = setting.get("anyOf", [setting])[0]
    return chosen


def _type(schema: Schema) -> str:
    if choices := ["true", "false"] if schema.get("type") == "boolean" else schema.get("enum"):
        return " or ".join(f"`{value}`" for value in choices)
    if schema.get("writeOnly"):
        return "secret"
    match schema["type"]:
        case "array":
            return _list_type(schema["items"])
        case "integer" | "number":
            return f"{'whole number' if schema['type'] == 'integer' else 'number'}{_limits(schema)}"
        case _:
            return _text_type(schema)


def _list_type(items: Schema) -> str:
    if "prefixItems" in items:
        item = "`HH:MM-HH:MM`" if _has_times(items) else "`organisation=network`"
    else:
        item = f"{_type(_chosen(items))}s"
    return f"{item}, separated by commas"


def _has_times(items: Schema) -> bool:
    return any(each.get("format") == "time" for each in items.get("prefixItems", ()))


def _limits(schema: Schema) -> str:
    limits = [f"at least {schema['minimum']}"] if "minimum" in schema else []
    limits += [f"more than {schema['exclusiveMinimum']}"] if "exclusiveMinimum" in schema else []
    limits += [f"at most {schema['maximum']}"] if "maximum" in schema else []
    return "".join(f", {limit}" for limit in limits)


def _text_type(schema: Schema) -> str:
    if schema.get("pattern") == BASE_URL:
        return "URL"
    if "pattern" in schema:
        return f"text that matches `{schema['pattern']}`"
    return _FORMATS.get(schema.get("format", ""), "text")


def _unit(name: str, schema: Schema) -> str:
    if schema.get("format") in ("date", "time") or _has_times(schema.get("items", {})):
        return "Dutch time"
    return next((unit for suffix, unit in _UNITS.items() if name.endswith(suffix)), "")


def _default(value: object) -> str:
    return f"`{value}`" if value not in (None, "", []) else "none"


def _required() -> frozenset[str]:
    """Return the variables without which the hub does not start."""
    return frozenset(fault.partition(" ")[0] for fault in Settings.model_construct().weaknesses())
