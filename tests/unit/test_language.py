"""Documents, docstrings, comments and the app's own texts use the field's words, not those of a private language."""

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.support.documents import PAGES, ROOT, prose, relative

# Folders of Python source whose docstrings and comments are read too.
SOURCE_FOLDERS: tuple[str, ...] = ("app", "bench", "clients", "tests/contract", "tests/e2e", "tests/support")

PHRASES = {
    r"bells?": "signal, notification",
    r"parcels?": "delivery, payload",
    r"letters?(?!, digits)": "request, character",
    r"(?<!social )(?<!youth )(?<!_)desks?": "console",
    r"(?:has|have|takes?|keeps?|leaves?|loses?|lost|whose|partner's|have the|has the) (?:a |the )?turns?": "lease",
    r"manners": "pull policy, style",
    r"stor(?:y|ies)": "timeline, scenario",
    r"strangers?": "non-owner",
    r"way out": "remedy, outbound client",
    r"gives": "returns, contains",
    r"tells? whether": "return whether",
    r"so many": "at most N",
    r"on end": "in a row",
    r"all the same": "nevertheless",
    r"beside": "next to, compared with, in addition to",
    r"stands(?! for)": "is",
    r"held": "stored, locked",
    r"by (?:itself|themselves)": "automatically, alone",
    r"about nobody": "without a subject",
    r"(?:own|last|same|partner's|owner's|operator's|caller's|referrer's) words?": "statement, data, decision",
    r"told": "sent, disclosed, notified, reported, logged",
    r"all that": "everything",
    r"of which": "whose, from which",
}
BANNED = re.compile(rf"\b(?:{'|'.join(f'({phrase})' for phrase in PHRASES)})\b", re.IGNORECASE)
OPENING = re.compile(r"\b(?:Give|Tell)\b")

Passage = tuple[int, str]


def findings(path: Path, passages: Iterator[Passage]) -> Iterator[str]:
    """Yield where a passage, which begins on a line, uses a banned phrase, and what to write instead."""
    for first_line, text in passages:
        for found in BANNED.finditer(text.replace("\n", " ")):
            line = first_line + text.count("\n", 0, found.start())
            instead = list(PHRASES.values())[(found.lastindex or 1) - 1]
            yield f"{relative(path)}:{line}: {found.group()!r}: {instead}"


def documents() -> Iterator[str]:
    for page in PAGES:
        yield from findings(page, iter([(1, prose(page))]))


def sources() -> Iterator[str]:
    for folder in SOURCE_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from findings(path, comments(path))
            yield from findings(path, docstrings(path))
            yield from (
                f"{relative(path)}:{line}: opens with {text.split()[0]!r}: Return …"
                for line, text in docstrings(path)
                if OPENING.match(text.lstrip())
            )
    for path in sorted((ROOT / "app").rglob("*.py")):
        yield from findings(path, texts(path))


def comments(path: Path) -> Iterator[Passage]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def docstrings(path: Path) -> Iterator[Passage]:
    """Yield every string that is a statement of its own: docstrings, and those of attributes."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text)), lineno=line):
                # Names in double backticks are code.
                yield line, re.sub(r"``[^`]*``", "", inspect.cleandoc(text))


def texts(path: Path) -> Iterator[Passage]:
    """Yield every string of more than one word: messages, and the descriptions in contracts."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Constant(value=str(text), lineno=line) if " " in text:
                yield line, re.sub(r"``[^`]*``", "", text)


def test_no_text_uses_a_private_word() -> None:
    assert [*documents(), *sources()] == []
