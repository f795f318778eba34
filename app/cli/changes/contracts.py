"""The documents of the API and its events, as a release keeps them, and the changes from one release to another."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.cli.changes.change import ChangeRule, ContractChange, Side, UnreadableDocument
from app.cli.changes.operations import openapi_changes
from app.cli.changes.schemas import SchemaComparison
from app.cli.changes.shape import Schema

__all__ = [
    "API",
    "ASYNCAPI",
    "EVENTS",
    "RELEASES",
    "Documents",
    "accepted_changes",
    "contract_changes",
    "documents_in",
    "keep_release",
    "releases",
]

RELEASES = Path("openapi", "releases")
API, ASYNCAPI, EVENTS = "hub.v1.json", "asyncapi.v1.json", "events/"
ACCEPTED = "accepted.md"
_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})*")

Documents = Mapping[str, Schema]
"""Documents by their path below ``openapi/``."""


def contract_changes(old: Documents, new: Documents) -> list[ContractChange]:
    """Return what changed for callers and receivers, each once: first what breaks them, then in the order of places.

    Raises:
        UnreadableDocument: one is missing, or is not what it should be.
    """
    for name in (API, ASYNCAPI):
        if name not in old:
            raise UnreadableDocument(f"it has no {name}")
    try:
        found = [
            *openapi_changes(old[API], new[API]),
            *_event_changes(old, new),
            *_message_changes(old[ASYNCAPI], new[ASYNCAPI]),
        ]
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableDocument(f"its documents are not as OpenAPI and AsyncAPI ask ({error!r})") from error
    return sorted(dict.fromkeys(found), key=lambda each: (not each.is_breaking, each.place, each.text))


def documents_in(folder: Path) -> Documents:
    """Return the documents of a folder, of a release or of a repository's ``openapi/``.

    Raises:
        UnreadableDocument: a file cannot be read, or is no JSON object.
    """
    found = [each for part in ("", EVENTS) for end in ("", ".gz") for each in folder.glob(f"{part}*.json{end}")]
    return {each.relative_to(folder).as_posix().removesuffix(".gz"): _document(each) for each in sorted(found)}


def keep_release(root: Path, version: str, documents: Documents) -> Path:
    """Write the documents of a release, compressed; return the folder.

    Raises:
        FileExistsError: the release is there already.
    """
    folder = root / RELEASES / version
    folder.mkdir(parents=True)
    for name, document in documents.items():
        path = folder / f"{name}.gz"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(json.dumps(document, separators=(",", ":")).encode(), mtime=0))
    return folder


def accepted_changes(folder: Path) -> frozenset[str]:
    """Return the lines of the breaking changes since a release that were accepted, each with its reason in the file."""
    file = folder / ACCEPTED
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableDocument(f"its {ACCEPTED} cannot be read ({error})") from error
    return frozenset(line.removeprefix("- ") for line in lines if line.startswith("- "))


def releases(root: Path) -> list[Path]:
    """Return the folders of all releases that are kept, oldest first.

    Raises:
        UnreadableDocument: a folder has no version as its name.
    """
    folder = root / RELEASES
    return sorted((each for each in folder.glob("*") if each.is_dir()), key=_version)


def _version(folder: Path) -> tuple[int, ...]:
    if not _VERSION.fullmatch(folder.name):
        raise UnreadableDocument(f"its folder {folder.name} has no version as its name, such as 0.1.0")
    return tuple(int(part) for part in folder.name.split("."))


def _document(path: Path) -> Schema:
    try:
        document = json.loads(_content(path))
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise UnreadableDocument(f"its {path.name} cannot be read ({error})") from error
    if not isinstance(document, dict):
        raise UnreadableDocument(f"its {path.name} is no JSON object")
    return document


def _content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _event_changes(old: Documents, new: Documents) -> Iterator[ContractChange]:
    before, after = ({name for name in each if name.startswith(EVENTS)} for each in (old, new))
    for name in before - after:
        place = f"event `{name.removeprefix(EVENTS).removesuffix('.json')}`"
        yield ContractChange(rule=ChangeRule.WEBHOOK_REMOVED, is_breaking=True, place=place, text="is no longer sent")
    for name in before & after:
        yield from _schemas(old[name], new[name], f"`{new[name]['title']}` in answers and events").between(
            old[name], new[name]
        )


def _message_changes(old: Schema, new: Schema) -> Iterator[ContractChange]:
    before, after = (each["components"]["messages"] for each in (old, new))
    for name in before.keys() & after.keys():
        was, is_now = before[name], after[name]
        place = f"event `{was['name']}`"
        if was["name"] != is_now["name"]:
            text = f"is no longer sent, but `{is_now['name']}`"
            yield ContractChange(rule=ChangeRule.WEBHOOK_REMOVED, is_breaking=True, place=place, text=text)
        if was.get("contentType") != is_now.get("contentType"):
            text = f"is `{is_now.get('contentType')}` now, and was `{was.get('contentType')}`"
            yield ContractChange(rule=ChangeRule.MEDIA_TYPE_REMOVED, is_breaking=True, place=place, text=text)
        for part in ("headers", "payload"):
            yield from _schemas(old, new, f"{place}, {part}").changes(was.get(part, {}), is_now.get(part, {}))
    for name in before.keys() - after.keys():
        place = f"event `{before[name]['name']}`"
        yield ContractChange(rule=ChangeRule.WEBHOOK_REMOVED, is_breaking=True, place=place, text="is no longer sent")


def _schemas(old: Schema, new: Schema, place: str) -> SchemaComparison:
    return SchemaComparison(old_document=old, new_document=new, side=Side.RECEIVED, place=place)
