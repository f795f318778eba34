"""The pages of the documentation, and what they name: links, code, commands."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *(ROOT / folder / "README.md" for folder in ("bench", "clients")),
    *sorted((ROOT / "docs").rglob("*.md")),
]

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE_BLOCK = re.compile(r"^```(\w*)(?: [^\n]*)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INLINE_CODE = re.compile(r"``(.+?)``|`([^`]+)`", re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def relative(path: Path) -> str:
    """Return the path of a file within the repository."""
    return str(path.relative_to(ROOT))


def code_blocks(page: Path, language: str | None = None) -> list[str]:
    """Return the contents of the page's fenced blocks, of one language if one is named."""
    return [code for of, code in _CODE_BLOCK.findall(page.read_text()) if language in (None, of)]


def inline_code(page: Path) -> list[str]:
    """Return the code between backticks outside blocks, each on one line."""
    return [" ".join((double or single).split()) for double, single in _INLINE_CODE.findall(without_blocks(page))]


def without_blocks(page: Path) -> str:
    """Return the page without its fenced blocks; lines keep their numbers."""
    return _CODE_BLOCK.sub(_blank, page.read_text())


def prose(page: Path) -> str:
    """Return what a person reads as sentences: no code, tags or targets of links; lines keep their numbers."""
    text = _INLINE_CODE.sub(_blank, without_blocks(page))
    return re.sub(r"<[^>\n]+>", "", re.sub(r"\]\([^)\s]+\)", "]", text))


def links(page: Path) -> list[str]:
    """Return the targets of the page's links within the repository."""
    return [link for link in _LINK.findall(without_blocks(page)) if "://" not in link]


def target(page: Path, link: str) -> Path:
    """Return the file or folder that a link of this page leads to."""
    path, _, _ = link.partition("#")
    return (page.parent / path).resolve() if path else page


def leads_somewhere(page: Path, link: str) -> bool:
    """Return whether the file of a link exists, and its heading if it names one."""
    _, _, anchor = link.partition("#")
    return target(page, link).exists() and (not anchor or anchor in _anchors(target(page, link)))


def commands(page: Path, program: str) -> Iterator[list[str]]:
    """Yield the words after the program's name of each command that the page shows, up to the end of the command."""
    lines = [line for block in code_blocks(page) for line in block.replace("\\\n", " ").splitlines()]
    for line in [*lines, *inline_code(page)]:
        for words in re.findall(rf"(?:^|\s|bin/){program} ([^|&;#…]+)", line):
            yield words.split()


def _anchors(page: Path) -> set[str]:
    headings = _HEADING.findall(without_blocks(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _blank(code: re.Match[str]) -> str:
    return "\n" * code.group().count("\n")
