"""The files of ``docs/`` and their addresses in the guide."""

import posixpath
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

PAGE = ".md"
INDEX = "index.html"
_INDEX_PAGE = "README.md"
_SHOWN = {PAGE, ".cfg", ".conf", ".cs", ".json", ".php", ".py", ".service", ".ts", ".yaml", ".yml"}


def docs_folder() -> Path:
    """Return the folder of the documentation: in a clone that of the repository, otherwise that of the package."""
    package = Path(__file__).parents[1]
    in_repository, in_package = package.parent / "docs", package / "docs"
    return in_repository if (in_repository / _INDEX_PAGE).is_file() else in_package


def sources(folder: Path) -> Mapping[str, Path]:
    """Return the files of the guide by their address, relative to that of the guide."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in _SHOWN)
    return {address_of(path.relative_to(folder).as_posix()): path for path in files}


def address_of(name: str) -> str:
    """Return the address of a file, which is named relative to the documentation."""
    path = PurePosixPath(name)
    if path.name == _INDEX_PAGE:
        return str(path.with_name(INDEX))
    return str(path.with_suffix(".html")) if path.suffix == PAGE else name


def language_of(address: str) -> str:
    """Return the language in which a page is written."""
    return "nl" if address.startswith("nl/") else "en"


def root_of(address: str) -> str:
    """Return the way from a page to the first page's folder, with a slash at its end, or nothing."""
    return "../" * address.count("/")


def link_from(page: str, link: str, known: Mapping[str, object]) -> str | None:
    """Return a link of a page's source as it is from the page; None when it leads to a file outside the guide."""
    path, sign, anchor = link.partition("#")
    if "://" in link or not path:
        return link
    source = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    address = address_of(source)
    if address not in known:
        return None
    return posixpath.relpath(address, posixpath.dirname(page) or ".") + sign + anchor
