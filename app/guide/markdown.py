"""Markdown to HTML: headings with anchors, highlighted code, links to other pages, and the text for the search."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound
from typing_extensions import override

LinkOf = Callable[[str], str | None]
"""Returns where a link leads from the page as it is shown; None when that is not part of the guide."""

_LEVELS = 4
_LINK_TO_HEADING = {"en": "Link to this section", "nl": "Link naar deze paragraaf"}
_DIAGRAM = {"en": "A diagram, in the notation of Mermaid.", "nl": "Een diagram, in de notatie van Mermaid."}


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading and the text below it, up to the next heading.

    Attributes:
        anchor: its id on the page.
        level: 1 for the title of the page.
    """

    anchor: str
    level: int
    heading: str
    text: str


@dataclass(frozen=True)
class Document:
    """A page without what surrounds it."""

    html: str
    sections: Sequence[Section]

    @property
    def title(self) -> str:
        """The first heading."""
        return self.sections[0].heading if self.sections else ""


def read_document(text: str, link_of: LinkOf, language: str = "en") -> Document:
    """Return a page of Markdown as HTML; ``language`` is that of its text."""
    parser, tokens = parsed(text)
    for token in tokens:
        if token.type == "inline":
            token.children = list(_linked(token.children or [], link_of))
    _anchor_headings(tokens, _LINK_TO_HEADING[language])
    html = parser.renderer.render(tokens, parser.options, {"language": language})
    return Document(html, list(_sections(tokens)))


def parsed(text: str) -> tuple[MarkdownIt, list[Token]]:
    """Return a parser and the tokens of a page; headings have their anchors as ``id``."""
    parser = MarkdownIt("commonmark", {"html": True}, renderer_cls=_Renderer).enable("table")
    parser.use(anchors_plugin, max_level=_LEVELS)
    return parser, parser.parse(text)


class _Renderer(RendererHTML):
    """Writes no ``style``, which the policy of the pages forbids, and lets the keyboard scroll what is wide."""

    def table_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return '<div class="wide" tabindex="0">' + self.renderToken(tokens, index, options, env)

    def table_close(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return self.renderToken(tokens, index, options, env) + "</div>\n"

    def th_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return self._cell(tokens, index, options, env)

    def td_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return self._cell(tokens, index, options, env)

    @override
    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        language = tokens[idx].info.partition(" ")[0]
        block = f'<pre tabindex="0"><code>{_highlighted(tokens[idx].content, language)}</code></pre>\n'
        if language != "mermaid":
            return block
        return f"<figure><figcaption>{_DIAGRAM[env['language']]}</figcaption>\n{block}</figure>\n"

    def _cell(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        style = tokens[index].attrs.pop("style", None)
        if style:
            tokens[index].attrSet("class", str(style).replace("text-align:", ""))
        return self.renderToken(tokens, index, options, env)


def _highlighted(code: str, language: str) -> str:
    options: Mapping[str, bool] = {"startinline": True} if language == "php" and "<?php" not in code else {}
    try:
        lexer = get_lexer_by_name(language, **options)
    except ClassNotFound:
        return escape(code, quote=False)
    written: str = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return written


def _linked(tokens: Sequence[Token], link_of: LinkOf) -> Iterator[Token]:
    """Yield the tokens of a line with links as they are shown; of those that lead nowhere only their text."""
    kept: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            address = link_of(str(token.attrGet("href")))
            kept.append(address is not None)
            token.attrSet("href", address or "")
        if token.type not in {"link_open", "link_close"} or kept[-1]:
            yield token
        if token.type == "link_close":
            kept.pop()


def _anchor_headings(tokens: Sequence[Token], label: str) -> None:
    for opened, inline in pairwise(tokens):
        if opened.type == "heading_open" and "id" in opened.attrs and inline.children is not None:
            link = f'<a class="anchor" href="#{opened.attrGet("id")}" aria-label="{label}">#</a>'
            inline.children.append(Token("html_inline", "", 0, content=link))


def _sections(tokens: Sequence[Token]) -> Iterator[Section]:
    heading: Token | None = None
    title, texts = "", list[str]()
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "heading_open":
            if heading:
                yield _section(heading, title, texts)
            heading, texts = token, []
        elif before and before.type == "heading_open":
            title = _text_of(token)
        elif token.type in {"inline", "fence"}:
            texts.append(_text_of(token))
    if heading:
        yield _section(heading, title, texts)


def _section(opened: Token, title: str, texts: Sequence[str]) -> Section:
    return Section(
        anchor=str(opened.attrGet("id") or ""),
        level=int(opened.tag[1:]),
        heading=title,
        text=" ".join(" ".join(texts).split()),
    )


def _text_of(token: Token) -> str:
    if token.type == "fence":
        return token.content
    parts = (" " if each.type == "softbreak" else each.content for each in token.children or ())
    kept = (part for part, each in zip(parts, token.children or (), strict=True) if each.type != "html_inline")
    return "".join(kept)
