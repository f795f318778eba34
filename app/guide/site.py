"""The guide: the documentation as a site of files that need nothing from elsewhere, each made when it is first read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from app.guide.layout import Group, Layout
from app.guide.markdown import Document, parsed, read_document
from app.guide.pages import INDEX, PAGE, docs_folder, language_of, link_from, root_of, sources

REFERENCE = "../../docs"
"""Where the API reference is, as seen from the first page of the guide that a hub serves."""

_STATIC = ("icon.svg", "search.js", "style.css")
_SEARCH = "search.json"
_MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_ABSENT = "# No such page\n\nThe guide has no page at this address; the [first page]({index}) leads to all of them.\n"


_DEEPEST = 20
"""The most folders of an address whose page for what is absent has links that work."""


class GuideFile(NamedTuple):
    """A file of the guide. ``tag`` differs when the content does."""

    content: bytes
    media_type: str
    tag: str


class Guide:
    """The files of the guide by their addresses.

    Args:
        folder: of the documentation.
        reference: the address of the API reference as seen from the first page; None where there is none.
    """

    def __init__(self, folder: Path, reference: str | None) -> None:
        self._sources = sources(folder)
        self._layout = Layout(self._groups(), reference)
        self._made: dict[str, GuideFile] = {}

    @property
    def addresses(self) -> Sequence[str]:
        """The addresses of all files, relative to that of the guide."""
        return [*self._sources, *_STATIC, _SEARCH]

    def file(self, address: str) -> GuideFile | None:
        """Return a file; None where there is none. An address that is empty or ends with ``/`` is that of its index."""
        name = f"{address}{INDEX}" if not address or address.endswith("/") else address
        if name not in self._made:
            content = self._content(name)
            if content is None:
                return None
            self._made[name] = _file(name, content)
        return self._made[name]

    def absent(self, address: str) -> GuideFile:
        """Return the page that says that there is no page at this address."""
        # Every link goes up as far as the address is deep, which a caller decides.
        address = address if address.count("/") <= _DEEPEST else ""
        text = _ABSENT.format(index=root_of(address) + INDEX)
        document = read_document(text, lambda link: link)
        return _file(INDEX, self._layout.page(address, document).encode())

    def _content(self, name: str) -> bytes | None:
        if name in _STATIC:
            return (files("app.guide") / "static" / name).read_bytes()
        if name == _SEARCH:
            return json.dumps(list(self._searched()), ensure_ascii=False).encode()
        source = self._sources.get(name)
        if source is None:
            return None
        return self._page(name, source) if source.suffix == PAGE else source.read_bytes()

    def _page(self, address: str, source: Path) -> bytes:
        return self._layout.page(address, self._document(address, source)).encode()

    def _document(self, address: str, source: Path) -> Document:
        link_of = partial(link_from, address, known=self._sources)
        return read_document(source.read_text(encoding="utf-8"), link_of, language_of(address))

    def _groups(self) -> list[Group]:
        """Return the list of pages: the links below each heading of the first page."""
        groups: dict[str, dict[str, str]] = {}
        heading = ""
        _, tokens = parsed(self._sources[INDEX].read_text(encoding="utf-8"))
        for before, token in zip([None, *tokens], tokens, strict=False):
            if before and before.type == "heading_open":
                heading = token.content if before.tag == "h2" else ""
            elif heading and token.type == "inline":
                for opened, text in pairwise(token.children or []):
                    link = link_from(INDEX, str(opened.attrGet("href") or ""), self._sources)
                    if opened.type == "link_open" and link is not None and link in self._sources:
                        groups.setdefault(heading, {}).setdefault(link, text.content)
        return [Group(name, list(pages.items())) for name, pages in groups.items()]

    def _searched(self) -> Iterator[Mapping[str, str]]:
        for address, source in self._sources.items():
            if source.suffix == PAGE:
                document = self._document(address, source)
                for each in document.sections:
                    place = address if each.level == 1 or not each.anchor else f"{address}#{each.anchor}"
                    yield {"at": place, "page": document.title, "heading": each.heading, "text": each.text}


@cache
def served_guide() -> Guide:
    """Return the guide as a hub serves it."""
    return Guide(docs_folder(), REFERENCE)


def write_guide(folder: Path) -> int:
    """Write all files of the guide into a folder. Return how many they are."""
    guide = Guide(docs_folder(), None)
    for address in guide.addresses:
        found = guide.file(address)
        if found is not None:
            target = folder / PurePosixPath(address)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(found.content)
    return len(guide.addresses)


def _file(name: str, content: bytes) -> GuideFile:
    media_type = _MEDIA_TYPES.get(PurePosixPath(name).suffix, "text/plain")
    return GuideFile(content, media_type, f'"{sha256(content).hexdigest()[:32]}"')
