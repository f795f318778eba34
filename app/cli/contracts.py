"""Commands for generated documents: the contracts that other programs build on, and pages of reference."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from app.api.openapi.document import EXAMPLE_URL, document, document_without_webhooks
from app.cli.error_pages import error_pages
from app.cli.errors_page import errors_page
from app.cli.program import console
from app.cli.settings_page import settings_page
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
    root: Annotated[Path, typer.Option(help="Root folder of the repository.")] = Path(),
) -> None:
    """Write the generated files of openapi/ and docs/reference/."""
    if not (root / EVENT_SCHEMAS).is_dir():
        raise typer.BadParameter(f"has no folder {EVENT_SCHEMAS}; give the root of the repository", param_hint="--root")
    files = generated_files()
    outdated = dict(_outdated(root, files))
    if check:
        _report(outdated)
    else:
        for path in outdated:
            _write(root, path, files)
    console.print(f"{len(files)} generated files are up to date.")


def generated_files() -> dict[Path, str]:
    """Return the content of every generated file by its path in the repository."""
    schemas = {
        EVENT_SCHEMAS / f"{event_type}.json": _json(schema_document(event_type, f"{EXAMPLE_URL}/v1"))
        for event_type in TO_SUBSCRIPTIONS
    }
    return {
        Path("openapi", "hub.v1.json"): _json(document()),
        Path("openapi", "hub.v1.without-webhooks.json"): _json(document_without_webhooks()),
        Path("openapi", "asyncapi.v1.json"): _json(asyncapi_document()),
        Path("docs", "reference", "errors.md"): errors_page(),
        Path("docs", "reference", "settings.md"): settings_page(),
        **{ERROR_PAGES / f"{code}.md": page for code, page in error_pages().items()},
        **schemas,
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
