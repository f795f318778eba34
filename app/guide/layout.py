"""What surrounds a page of the guide: the bar at the top, the list of pages, and the contents of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from app.guide.markdown import Document, Section
from app.guide.pages import language_of, root_of

NAME = "trajecthub"

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "skip": "Skip to the text",
        "guide": "Guide",
        "reference": "API reference",
        "search": "Search the guide",
        "pages": "All pages",
        "on_this_page": "On this page",
    },
    "nl": {
        "skip": "Naar de tekst",
        "guide": "Handleiding",
        "reference": "API-referentie",
        "search": "Zoek in de handleiding",
        "pages": "Alle pagina's",
        "on_this_page": "Op deze pagina",
    },
}
# Ids with a dot cannot be those of headings.
_PAGE = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{root}style.css">
<link rel="icon" href="{root}icon.svg">
<script src="{root}search.js" defer></script>
</head>
<body>
<a class="skip" href="#guide.text">{skip}</a>
<header>
<a class="name" href="{root}index.html">{name} <span>{guide}</span></a>
<form role="search" data-root="{root}"><input type="search" aria-label="{search}" placeholder="{search}"></form>
<a class="to-pages" href="#guide.pages">{pages}</a>{reference_link}
</header>
<div class="columns">
<main id="guide.text" tabindex="-1">
<div class="found" aria-live="polite"></div>
{contents}{html}</main>
<nav id="guide.pages" aria-label="{pages}">
{navigation}</nav>
</div>
</body>
</html>
"""


@dataclass(frozen=True)
class Group:
    """Pages of one kind, by address and name."""

    name: str
    pages: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Layout:
    """The same of all pages.

    Attributes:
        groups: the list of pages.
        reference: the address of the API reference as seen from the first page; None where there is none.
    """

    groups: Sequence[Group]
    reference: str | None

    def page(self, address: str, document: Document) -> str:
        """Return a page as HTML; ``address`` is its own, relative to the guide."""
        language, root = language_of(address), root_of(address)
        texts = _TEXTS[language]
        title = document.title
        return _PAGE.format(
            **texts,
            language=language,
            root=root,
            name=NAME,
            title=escape(f"{title} · {NAME}" if title else NAME),
            reference_link=self._reference_link(root, texts["reference"]),
            contents=_contents(document.sections, texts["on_this_page"]),
            html=document.html,
            navigation="".join(_group(each, address, root) for each in self.groups),
        )

    def _reference_link(self, root: str, text: str) -> str:
        return f'\n<a href="{root}{self.reference}">{text}</a>' if self.reference else ""


def _group(group: Group, present: str, root: str) -> str:
    items = "".join(_item(address, name, present, root) for address, name in group.pages)
    return f"<h2>{escape(group.name)}</h2>\n<ul>\n{items}</ul>\n"


def _item(address: str, name: str, present: str, root: str) -> str:
    here = ' aria-current="page"' if address == present else ""
    lang = f' lang="{language_of(address)}"' if language_of(address) != language_of(present) else ""
    return f'<li><a href="{root}{address}"{here}{lang}>{escape(name)}</a></li>\n'


def _contents(sections: Sequence[Section], text: str) -> str:
    items = [f'<li><a href="#{each.anchor}">{escape(each.heading)}</a></li>' for each in sections if each.level == 2]
    if len(items) < 3:
        return ""
    listed = "\n".join(items)
    return f'<details class="contents"><summary>{text}</summary>\n<ul>\n{listed}\n</ul>\n</details>\n'
