"""Commands for generated documents: the contracts that other programs build on, and pages of reference."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from app import __version__
from app.api.openapi.document import EXAMPLE_URL, document, document_without_webhooks
from app.cli.changes.change import UnreadableDocument
from app.cli.changes.contracts import (
    API,
    ASYNCAPI,
    EVENTS,
    RELEASES,
    Documents,
    accepted_changes,
    contract_changes,
    documents_in,
    keep_release,
)
from app.cli.changes.page import changes_page
from app.cli.error_pages import error_pages
from app.cli.errors_page import errors_page
from app.cli.program import console
from app.cli.settings_page import settings_page
from app.cli.terms_page import terms_page
from app.domain.events import TO_SUBSCRIPTIONS
from app.events.asyncapi import asyncapi_document
from app.events.contract.data_schemas import schema_document

EVENT_SCHEMAS = Path("openapi", "events")
ERROR_PAGES = Path("docs", "reference", "errors")
_DESCRIBES = {EVENT_SCHEMAS: "event", ERROR_PAGES: "error"}

commands = typer.Typer()


@commands.command()
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    typer.echo(_json(document()), nl=False)


@commands.command()
def asyncapi() -> None:
    """Print the AsyncAPI document of the events."""
    typer.echo(_json(asyncapi_document()), nl=False)


@commands.command()
def contracts(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when a file is not up to date.")] = False,
    against: Annotated[
        Path | None,
        typer.Option(help="Folder of a release: list what changed since then; fail when that is breaking."),
    ] = None,
    release: Annotated[
        bool, typer.Option("--release", help="Keep the documents as those of this version of the hub.")
    ] = False,
    root: Annotated[Path, typer.Option(help="Root folder of the repository.")] = Path(),
) -> None:
    """Write the generated files of openapi/ and docs/reference/."""
    if not (root / EVENT_SCHEMAS).is_dir():
        raise typer.BadParameter(f"has no folder {EVENT_SCHEMAS}; give the root of the repository", param_hint="--root")
    if against is not None:
        _compare(against)
        return
    if release:
        _keep(root)
    try:
        _generate(root, check=check)
    except UnreadableDocument as error:
        said = f"{root / RELEASES} cannot be read, because {error}; put it right, or move it elsewhere"
        raise typer.BadParameter(said, param_hint="--root") from error


def _compare(folder: Path) -> None:
    """Print the changes since a release."""
    try:
        documents, accepted = documents_in(folder), accepted_changes(folder)
        found = contract_changes(documents, contract_documents())
    except UnreadableDocument as error:
        said = f"{folder} cannot be compared, because {error}; give the folder of a release"
        raise typer.BadParameter(said, param_hint="--against") from error
    breaking = [each for each in found if each.is_breaking and each.line not in accepted]
    for each in found:
        mark = "breaking" if each in breaking else "accepted" if each.is_breaking else "compatible"
        console.print(f"{mark}: {each.line}", soft_wrap=True, markup=False)
    console.print(f"{len(found)} changes since {folder.name}, {len(breaking)} of them breaking.")
    if breaking:
        console.print("docs/compatibility.md says what to do instead.")
        raise typer.Exit(1)


def _keep(root: Path) -> None:
    try:
        folder = keep_release(root, __version__, contract_documents())
    except FileExistsError:
        raise typer.BadParameter(
            f"{__version__} is kept already; a release does not change", param_hint="--release"
        ) from None
    console.print(f"{folder.relative_to(root)} is written", soft_wrap=True)


def _generate(root: Path, *, check: bool) -> None:
    files = generated_files(root)
    outdated = dict(_outdated(root, files))
    if check:
        _report(outdated)
    else:
        for path in outdated:
            _write(root, path, files)
    console.print(f"{len(files)} generated files are up to date.")


def contract_documents() -> Documents:
    """Return the documents of the API and its events by their path below ``openapi/``."""
    schemas = {
        f"{EVENTS}{event_type}.json": schema_document(event_type, f"{EXAMPLE_URL}/v1")
        for event_type in TO_SUBSCRIPTIONS
    }
    return {API: document(), ASYNCAPI: asyncapi_document(), **schemas}


def generated_files(root: Path = Path()) -> dict[Path, str]:
    """Return the content of every generated file by its path in the repository, which has the releases."""
    documents = contract_documents()
    return {
        **{Path("openapi", name): _json(each) for name, each in documents.items()},
        Path("openapi", "hub.v1.without-webhooks.json"): _json(document_without_webhooks()),
        Path("docs", "reference", "errors.md"): errors_page(),
        Path("docs", "reference", "settings.md"): settings_page(),
        Path("docs", "reference", "terms.md"): terms_page(),
        **{ERROR_PAGES / f"{code}.md": page for code, page in error_pages().items()},
        Path("docs", "reference", "api-changes.md"): changes_page(root, documents),
    }


def _outdated(root: Path, files: Mapping[Path, str]) -> Iterator[tuple[Path, str]]:
    for path, content in files.items():
        if not (root / path).exists():
            yield path, "is missing"
        elif (root / path).read_text(encoding="utf-8") != content:
            yield path, "is not up to date"
    for folder, described in _DESCRIBES.items():
        for found in sorted((root / folder).glob("*")):
            if (path := found.relative_to(root)) not in files:
                yield path, f"describes no {described}"


def _report(outdated: Mapping[Path, str]) -> None:
    for path, fault in outdated.items():
        console.print(f"{path} {fault}", soft_wrap=True)
    if outdated:
        console.print("Run 'trajecthub contracts' and commit the result.")
        raise typer.Exit(1)


def _write(root: Path, path: Path, files: Mapping[Path, str]) -> None:
    if path in files:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(files[path], encoding="utf-8")
        console.print(f"{path} is written", soft_wrap=True)
    else:
        (root / path).unlink()
        console.print(f"{path} is removed", soft_wrap=True)


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
