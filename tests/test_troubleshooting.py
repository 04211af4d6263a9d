"""The page on troubles quotes the program, and the program really says so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.words import Language, catalogue

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text()
QUOTES = [
    line
    for box in re.findall(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in box.split("\n")
    if line
]
# What differs from one time to the next: no quote can go over it without an ellipsis.
GAP = "\0"


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in ("bot", "nst_core"):
        for path in (ROOT / package).rglob("*.py"):
            yield path.stem, ast.parse(path.read_text())


def constants() -> dict[tuple[str, str], str]:
    """Texts by their module and name."""
    found = {}
    for module, tree in sources():
        for node in tree.body:
            match node:
                case ast.AnnAssign(ast.Name(name), _, ast.Constant(str(text))):
                    found[module, name] = text
    return found


def filled(value: ast.expr, module: str, known: Mapping[tuple[str, str], str]) -> str:
    """What stands in a text that is made of parts, where that is always the same."""
    match value:
        case ast.Constant(str(text)):
            return text
        case ast.FormattedValue(ast.Name(name)):
            return known.get((module, name), GAP)
        case ast.FormattedValue(ast.Attribute(ast.Name(other), name)):
            return known.get((other, name), GAP)
    return GAP


def said() -> Iterator[str]:
    """Everything that the program may say; what stands alone is said to readers of the code."""
    known = constants()
    for module, tree in sources():
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            match node:
                case ast.Constant(str(text)) if id(node) not in told:
                    yield re.sub(r"%(\.0f|[sdr])", GAP, text)
                case ast.JoinedStr(parts):
                    yield "".join(filled(part, module, known) for part in parts)
    for form in catalogue(Language.ENGLISH).values():
        for text in [form] if isinstance(form, str) else form.values():
            yield re.sub(r"\{\w+\}", GAP, re.sub(r"<[^>]+>", "", text))
    yield (ROOT / "deploy" / "broker.sh").read_text()


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [*said()]


@pytest.mark.parametrize("quote", QUOTES)
def test_the_program_says_what_the_page_quotes(quote: str, texts: list[str]) -> None:
    words = re.compile(".*".join(map(re.escape, quote.split("…"))), re.DOTALL)
    assert any(words.search(text) for text in texts), quote


def test_there_are_quotes() -> None:
    assert len(QUOTES) > 50
