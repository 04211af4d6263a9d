"""The library's reference: `make docs` writes it into `docs/api.md`, from the docstrings.

What stands above `MARK` in the page is written by hand. Sources are read, never imported.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import griffe
from griffe import Attribute, Class, Function, Module, Object

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "api.md"
MARK: Final = "<!-- Below: `make docs` writes it, from the docstrings. -->\n"
# In the order of the page. What several of them offer is described where it comes first.
MODULES: Final = (
    "nst_core",
    "nst_core.result",
    "nst_core.settings",
    "nst_core.pyramid",
    "nst_core.images",
    "nst_core.errors",
    "nst_core.timelapse",
    "nst_core.imprint",
    "nst_core.weights",
    "nst_core.styles",
    "nst_core.executor",
    "nst_core.cluster.executor",
)
_WIDTH: Final = 88
_SECTIONS: Final = {
    "parameters": "Arguments",
    "attributes": "Attributes",
    "returns": "Returns",
    "yields": "Yields",
    "raises": "Raises",
}
# What a handle asks of its executor; people ask the handle.
_INNER: Final = frozenset(
    {
        "nst_core.executor.local.LocalExecutor.cancel",
        "nst_core.cluster.executor.CeleryExecutor.cancel",
    }
)
_BASES: Final = {
    "StrEnum": "an enumeration of strings",
    "Protocol": "a protocol: whatever has these methods",
    "Exception": "an exception",
}

Member = Function | Attribute
Thing = Class | Member


def slug(heading: str, taken: dict[str, int]) -> str:
    """The anchor that code hosts give a heading: repeated ones are numbered."""
    plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
    count = taken[plain] = taken.get(plain, -1) + 1
    return f"{plain}-{count}" if count else plain


def package() -> Module:
    """All of `nst_core`, as its sources say."""
    loader = griffe.GriffeLoader(
        search_paths=[ROOT], docstring_parser=griffe.Parser.google, allow_inspection=False
    )
    found = loader.load("nst_core")
    loader.resolve_aliases(implicit=False, external=False)
    assert isinstance(found, Module)
    return found


def words(thing: Object) -> str:
    """Its docstring; empty without one."""
    return thing.docstring.value if thing.docstring else ""


@dataclass
class Section:
    """A module on the page, and what is described there."""

    module: Module
    things: list[Thing] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.module.path


def sections(whole: Module) -> list[Section]:
    """What the page describes: functions, then classes, then values, by name."""
    seen: set[str] = set()
    found = []
    for path in MODULES:
        module = whole if path == whole.path else whole[path.removeprefix("nst_core.")]
        section = Section(module)
        for name in map(str, module.exports or ()):
            thing = module[name]
            target = thing.final_target if thing.is_alias else thing
            if target.path not in seen and not name.startswith("__"):
                seen.add(target.path)
                section.things.append(target)
        section.things.sort(key=lambda one: (_KINDS.index(type(one)), one.name))
        found.append(section)
    return found


_KINDS: Final[tuple[type[Thing], ...]] = (Function, Class, Attribute)


def members(kind: Class) -> Iterator[Member]:
    """What a class offers beside its fields: methods and properties."""
    for member in kind.members.values():
        if isinstance(member, Function) and not member.name.startswith("_"):
            if member.path not in _INNER:
                yield member
        elif isinstance(member, Attribute) and "property" in member.labels:
            yield member


def fields(kind: Class) -> dict[str, Attribute]:
    """The fields of a dataclass or the members of an enumeration, in their order.

    What belongs to the class itself is one of them where its docstring tells of it.
    """
    texts = told(kind, "attributes")
    return {
        name: member
        for name, member in kind.members.items()
        if isinstance(member, Attribute)
        and "property" not in member.labels
        and not name.startswith("_")
        and (is_enum(kind) or "instance-attribute" in member.labels or name in texts)
    }


def told(thing: Object, section: str) -> dict[str, str]:
    """What a docstring says in one of its sections, by name."""
    found: dict[str, str] = {}
    for part in thing.docstring.parsed if thing.docstring else ():
        if part.kind.value == section:
            for item in part.value:
                name = item.name if hasattr(item, "name") else str(item.annotation)
                found[name] = item.description
    return found


class Writer:
    """Writes Markdown, and links what is named to where it is described."""

    def __init__(self, shown: Iterable[Section], above: str = "") -> None:
        self._sections = list(shown)
        self._anchors: dict[str, str] = {}
        self._scope = ""
        taken: dict[str, int] = {}
        for heading in re.findall(r"^#+ (.+)$", above, re.MULTILINE):
            slug(heading, taken)
        for section in self._sections:
            self._anchors[section.name] = slug(section.name, taken)
            for thing in section.things:
                self._anchor(f"{section.name}.{thing.name}", thing.path, slug(thing.name, taken))
                for title, member in _titled(thing):
                    self._anchor(f"{section.name}.{title}", member.path, slug(title, taken))

    def _anchor(self, public: str, path: str, anchor: str) -> None:
        self._anchors[public] = self._anchors[path] = anchor

    def page(self) -> Iterator[str]:
        """The lines of everything."""
        for section in self._sections:
            summary = words(section.module).partition("\n\n")[0]
            yield f"- [`{section.name}`](#{self._anchors[section.name]}): {self._line(summary)}"
        yield ""
        for section in self._sections:
            yield from self._section(section)

    def _section(self, section: Section) -> Iterator[str]:
        self._scope = section.name
        yield from (f"## {section.name}", "", self._linked(words(section.module)), "")
        for thing in section.things:
            summary = words(thing).partition("\n\n")[0]
            yield f"- [`{thing.name}`](#{self._anchors[thing.path]}): {self._line(summary)}"
        yield ""
        for thing in section.things:
            yield from self._thing(thing)

    def _thing(self, thing: Thing) -> Iterator[str]:
        yield from (f"### {thing.name}", "")
        if isinstance(thing, Class):
            yield from self._class(thing)
        elif isinstance(thing, Function):
            yield from self._function(thing)
        else:
            yield from _code(thing.source)
            yield from (self._linked(words(thing)), "")

    def _class(self, kind: Class) -> Iterator[str]:
        if nature := self._nature(kind):
            yield from (f"*{nature}*", "")
        init = kind.members.get("__init__")
        if isinstance(init, Function) and not is_frozen(kind):
            yield from _code(_signature(init, f"class {kind.name}"))
        has_fields = is_frozen(kind) or is_enum(kind)
        yield from self._docstring(kind, without="attributes" if has_fields else "")
        if has_fields:
            yield from self._fields(kind)
        for title, member in _titled(kind):
            yield from (f"#### {title}", "")
            if isinstance(member, Function):
                yield from self._function(member)
            else:
                yield from _code(f"@property\ndef {member.name}(self) -> {member.annotation}")
                yield from (self._linked(words(member)), "")

    def _nature(self, kind: Class) -> str:
        bases = [str(base).partition("[")[0] for base in kind.bases]
        named = [_BASES.get(base) or self._linked(f"{_article(base)} `{base}`") for base in bases]
        if is_frozen(kind):
            made = ", made by keywords alone" if _is_keyword_only(kind) else ""
            named.insert(0, f"a frozen dataclass{made}")
        text = ", ".join(named)
        return text and f"{text[0].upper()}{text[1:]}."

    def _fields(self, kind: Class) -> Iterator[str]:
        texts = told(kind, "attributes")
        if is_enum(kind):
            yield from ("| member | value | meaning |", "|---|---|---|")
            for name, member in fields(kind).items():
                value = str(member.value).strip("'\"")
                yield f"| `{name}` | `{value}` | {self._cell(words(member))} |"
        else:
            yield from ("| attribute | type | default | meaning |", "|---|---|---|---|")
            for name, member in fields(kind).items():
                kinds, text = self._linked(_coded(member.annotation)), texts.get(name, "")
                yield f"| `{name}` | {kinds} | {_default(member)} | {self._cell(text)} |"
        yield ""

    def _function(self, function: Function) -> Iterator[str]:
        yield from _code(_signature(function, f"def {function.name}"))
        yield from self._docstring(function)

    def _docstring(self, thing: Object, without: str = "") -> Iterator[str]:
        for part in thing.docstring.parsed if thing.docstring else ():
            kind = part.kind.value
            if kind == "text":
                yield from (self._linked(part.value), "")
            elif kind != without:
                yield from self._named(kind, part.value)

    def _named(self, kind: str, items: Iterable[Any]) -> Iterator[str]:
        yield from (f"**{_SECTIONS[kind]}**", "")
        for item in items:
            text = self._line(item.description)
            if kind in {"returns", "yields"}:
                yield text
            else:
                name = (
                    self._linked(f"`{item.annotation}`") if kind == "raises" else f"`{item.name}`"
                )
                yield f"- {name}: {text}"
        yield ""

    def _cell(self, text: str) -> str:
        return self._line(text).replace("|", "\\|")

    def _line(self, text: str) -> str:
        return self._linked(" ".join(text.split()))

    def _linked(self, text: str) -> str:
        """The text, with every `name` that is described on the page as a link."""
        return re.sub(r"(?<!`)`([A-Za-z_][\w.]*)`(?!`)", self._link, text.replace("``", "`"))

    def _link(self, found: re.Match[str]) -> str:
        name = found[1]
        for path in (f"{self._scope}.{name}", name, f"nst_core.{name}", *self._anywhere(name)):
            if anchor := self._anchors.get(path):
                return f"[`{name}`](#{anchor})"
        return found[0]

    def _anywhere(self, name: str) -> Iterator[str]:
        if name[:1].isupper():
            yield from (f"{section.name}.{name}" for section in self._sections)


def _titled(thing: Thing) -> Iterator[tuple[str, Member]]:
    """Members with what stands above each."""
    for member in members(thing) if isinstance(thing, Class) else ():
        yield f"{thing.name}.{member.name}", member


def is_enum(kind: Class) -> bool:
    return any(str(base) == "StrEnum" for base in kind.bases)


def is_frozen(kind: Class) -> bool:
    return "dataclass" in kind.labels


def _is_keyword_only(kind: Class) -> bool:
    return any("kw_only=True" in str(decorator.value) for decorator in kind.decorators)


def _code(text: str) -> Iterator[str]:
    # Not "python": those blocks are programs, and are run by a test.
    yield from ("```py", text, "```", "")


def _coded(value: object) -> str:
    return f"`{value}`".replace("|", "\\|") if value is not None else ""


def _said(value: object) -> str:
    """A value in the quotes of our sources."""
    return str(value).replace("'", '"')


def _article(name: str) -> str:
    return "an" if name[0] in "AEIOU" else "a"


def _default(member: Attribute) -> str:
    value = "" if member.value is None else _said(member.value)
    if value.startswith("field("):
        found = re.search(r"(default|default_factory)=(lambda: )?(.+?)(?:, repr=.*)?\)$", value)
        value = found[3] if found else ""
        if found and found[1] == "default_factory" and not found[2]:
            value += "()"
    return _coded(value) if value else ""


def _signature(function: Function, head: str) -> str:
    """As in the source, on one line where it fits."""
    words = [str(word) for word in _parameters(function)]
    returned = function.returns if function.name != "__init__" else None
    tail = f") -> {returned}" if returned is not None else ")"
    start = ("async " if "async" in function.labels else "") + head + "("
    line = start + ", ".join(words) + tail
    if len(line) > _WIDTH:
        line = start + "".join(f"\n    {word}," for word in words) + "\n" + tail
    return ("@classmethod\n" if "classmethod" in function.labels else "") + line


def _parameters(function: Function) -> Iterator[str]:
    starred = False
    for parameter in function.parameters:
        if parameter.name in {"self", "cls"}:
            continue
        if parameter.kind is griffe.ParameterKind.keyword_only and not starred:
            starred = True
            yield "*"
        text = parameter.name
        if parameter.annotation is not None:
            text += f": {parameter.annotation}"
        if parameter.default is not None:
            text += f" = {_said(parameter.default)}"
        yield text


def written(page: str) -> str:
    """The page as it ought to be: what stands above the mark, and the reference below it."""
    above = page.partition(MARK)[0]
    lines = Writer(sections(package()), above).page()
    return above + MARK + "\n" + re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def main() -> int:
    PAGE.write_text(written(PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
