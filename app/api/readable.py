"""What can be read of a document that has not wholly the form of its model: each value that is right on its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType, override

from app.domain.stated import Stated

_UNREADABLE = object()

Reading = tuple[str, object]
"""A field with its path, and its value or that it is unreadable."""


def read_stated(model: type[BaseModel], document: Mapping[str, object]) -> Stated:
    """Return what a document states, as far as it can be read as the model says."""
    readings = list(_readings(model, document, ""))
    return Stated(
        {field: value for field, value in readings if value is not _UNREADABLE},
        frozenset(field for field, value in readings if value is _UNREADABLE),
    )


def _readings(model: type[BaseModel], document: Mapping[str, object], prefix: str) -> Iterator[Reading]:
    for name, reader in _readers(model).items():
        if name in document:
            yield from reader.read(prefix + name, document[name])


@dataclass(frozen=True)
class _Value:
    """Reads a single value."""

    form: TypeAdapter[object]

    def read(self, path: str, value: object) -> Iterator[Reading]:
        try:
            yield path, self.form.validate_python(value)
        except ValidationError:
            yield path, _UNREADABLE


@dataclass(frozen=True)
class _Array(_Value):
    """Reads an array; if not all of it can be read, then those items that can."""

    item: _Value

    @override
    def read(self, path: str, value: object) -> Iterator[Reading]:
        for field, found in super().read(path, value):
            yield field, found
            if found is _UNREADABLE and isinstance(value, list):
                items = (reading for each in value for _, reading in self.item.read(path, each))
                yield path, tuple(each for each in items if each is not _UNREADABLE)


@dataclass(frozen=True)
class _Object:
    """Reads an object field by field, by the only model that it can have, or by the one that it names."""

    models: tuple[type[BaseModel], ...]

    def read(self, path: str, value: object) -> Iterator[Reading]:
        if isinstance(value, Mapping):
            for model in self.models:
                if len(self.models) == 1 or _names(model, value):
                    yield from _readings(model, value, f"{path}.")
        elif value is not None:
            yield path, _UNREADABLE


def _names(model: type[BaseModel], document: Mapping[str, object]) -> bool:
    """Return whether an object says that it has this one of several models."""
    tags = {name: field for name, field in model.model_fields.items() if get_origin(field.annotation) is Literal}
    return all(document.get(name) in get_args(field.annotation) for name, field in tags.items())


@cache
def _readers(model: type[BaseModel]) -> Mapping[str, _Value | _Object]:
    """Return what reads each field of a model, by its name in JSON."""
    return {field.alias or name: _reader(field) for name, field in model.model_fields.items()}


def _reader(field: FieldInfo) -> _Value | _Object:
    if models := tuple(_models_in(field.annotation)):
        return _Object(models)
    limited: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    form: TypeAdapter[object] = TypeAdapter(limited)
    if get_origin(field.annotation) in (tuple, frozenset):
        return _Array(form, _Value(TypeAdapter(get_args(field.annotation)[0])))
    return _Value(form)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Return the models that a type can be, not those of the items of an array."""
    if isinstance(annotation, TypeAliasType):
        yield from _models_in(annotation.__value__)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, UnionType, Annotated):
        for part in get_args(annotation):
            yield from _models_in(part)
