"""Telegram's HTML taken apart, in the words of TDLib where it is wrong.

Rules and errors are those of ``parse_html`` in ``td/telegram/MessageEntity.cpp``, see
https://github.com/tdlib/td; offsets in errors count bytes of UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import parse_qs, urlsplit

from bot.demo.spans import CODE_TYPES, Entity, settled, units

__all__ = ["EntityError", "parse_html"]

_STYLES: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_TAGS: Final = frozenset(_STYLES) | {"a", "blockquote", "code", "pre", "tg-emoji"}
# The one attribute of a tag that counts, and how its value has to begin.
_ATTRIBUTES: Final = {
    ("a", "href"): "",
    ("blockquote", "expandable"): "",
    ("code", "class"): "language-",
    ("span", "class"): "tg-",
    ("tg-emoji", "emoji-id"): "",
}
_SPACE: Final = " \t\r\n\v\0"
_REFERENCE: Final = re.compile(
    r"&(?:#x(?P<hex>[0-9A-Fa-f]+)|#(?P<decimal>[0-9]+)|(?P<name>lt|gt|amp|quot)(?![A-Za-z]));?"
)
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TAG_NAME: Final = re.compile(rf"[^{_SPACE}>]*")
_ATTRIBUTE_NAME: Final = re.compile(rf"[^{_SPACE}=>/\"']*")
_NAME_TOKEN: Final = re.compile(r"[A-Za-z0-9.-]*")
_SPACES: Final = re.compile(r"[ \t\r\n\v]*")
_LONE_SURROGATE: Final = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)
_BAD_EMOJI: Final = "Invalid custom emoji identifier specified"


class EntityError(ValueError):
    """A text that cannot be parsed; says what follows "Bad Request: can't parse entities: "."""


def parse_html(text: str) -> tuple[str, list[Entity]]:
    """Take Telegram's HTML apart.

    Args:
        text: a message or caption as sent with ``parse_mode=HTML``.

    Returns:
        The plain text and its entities, in Telegram's order, overlapping only as Telegram
        allows. The user of a ``text_mention`` has an ``id`` only.

    Raises:
        EntityError: a tag is unknown, malformed or not closed, or a custom emoji or a character
            number is not valid.
    """
    parser = _Parser(text)
    parser.run()
    plain = "".join(parser.plain)
    if any("\ud800" <= char <= "\udfff" for char in plain):
        raise EntityError(_LONE_SURROGATE)
    for entity in parser.entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return plain, settled(parser.entities)


@dataclass(frozen=True, slots=True)
class _Open:
    """A start tag that waits for its end."""

    name: str
    argument: str
    offset: int
    piece: int


class _Parser:
    """Reads HTML once, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.plain: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def run(self) -> None:
        while self.place < len(self.text):
            if self._peek() != "<":
                self._say(self._character())
            elif self.text.startswith("</", self.place):
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            name = self.open[-1].name
            message = f'Can\'t find end tag corresponding to start tag "{name}"'
            raise EntityError(message)

    def _peek(self) -> str:
        """Return the next character, or a zero at the end, which ends a word as a space does."""
        return self.text[self.place] if self.place < len(self.text) else "\0"

    def _at_end(self) -> bool:
        return self.place >= len(self.text)

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.place)
        taken = found.group() if found else ""
        self.place += len(taken)
        return taken

    def _say(self, piece: str) -> None:
        self.plain.append(piece)
        self.length += units(piece)

    def _character(self) -> str:
        """Read one character, or the one that a reference such as ``&lt;`` stands for."""
        found = _REFERENCE.match(self.text, self.place) if self._peek() == "&" else None
        decoded = _decoded(found) if found else ""
        if found and decoded:
            self.place = found.end()
            return decoded
        self.place += 1
        return self.text[self.place - 1]

    def _fail(self, what: str, place: int, more: str = "") -> NoReturn:
        offset = len(self.text[:place].encode("utf-8", "surrogatepass"))
        message = f"{what} at byte offset {offset}{more}"
        raise EntityError(message)

    def _start_tag(self) -> None:
        begin = self.place
        self.place += 1
        name = self._take(_TAG_NAME).lower()
        if self._at_end():
            self._fail("Unclosed start tag", begin)
        if name not in _TAGS:
            self._fail(f'Unsupported start tag "{name}"', begin)
        argument = self._argument(name, begin)
        if name == "span" and argument != "spoiler":
            self._fail('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(name, argument, self.length, len(self.plain)))

    def _argument(self, tag: str, begin: int) -> str:
        """Read the attributes up to the end of the tag; return the value that counts."""
        argument = ""
        self._take(_SPACES)
        while self._peek() != ">":
            name = self._take(_ATTRIBUTE_NAME)
            if not name:
                self._fail(f'Empty attribute name in the tag "{tag}"', begin)
            value = self._value(tag, begin)
            prefix = _ATTRIBUTES.get((tag, name))
            if prefix is not None and value.startswith(prefix):
                argument = value.removeprefix(prefix) or name * (tag == "blockquote")
            self._take(_SPACES)
        self.place += 1
        return argument

    def _value(self, tag: str, begin: int) -> str:
        self._take(_SPACES)
        if self._peek() != "=":
            if self._at_end():
                self._fail(f'Unclosed start tag "{tag}"', begin)
            return ""
        self.place += 1
        self._take(_SPACES)
        if self._at_end():
            self._fail(f'Unclosed start tag "{tag}"', begin)
        value = self._quoted() if self._peek() in "'\"" else self._name_token()
        if self._at_end():
            self._fail("Unclosed start tag", begin)
        return value

    def _quoted(self) -> str:
        quote, value = self._peek(), ""
        self.place += 1
        while not self._at_end() and self._peek() != quote:
            value += self._character()
        self.place += 1
        return value

    def _name_token(self) -> str:
        begin = self.place
        value = self._take(_NAME_TOKEN).lower()
        if self._peek() not in _SPACE + ">":
            self._fail("Unexpected end of name token", begin)
        return value

    def _end_tag(self) -> None:
        begin = self.place
        if not self.open:
            self._fail("Unexpected end tag", begin)
        self.place += 2
        name = self._take(_TAG_NAME).lower()
        self._take(_SPACES)
        if self._peek() != ">":
            self._fail("Unclosed end tag", begin)
        self.place += 1
        start = self.open.pop()
        if name not in ("", start.name):
            more = f', expected "</{start.name}>", found "</{name}>"'
            self._fail("Unmatched end tag", begin, more)
        if self.length > start.offset:
            self._close(start)

    def _close(self, start: _Open) -> None:
        span: Entity = {"offset": start.offset, "length": self.length - start.offset}
        if start.name in _STYLES:
            self.entities.append({"type": _STYLES[start.name], **span})
        elif start.name == "blockquote":
            kind = "expandable_blockquote" if start.argument else "blockquote"
            self.entities.append({"type": kind, **span})
        elif start.name == "tg-emoji":
            self.entities.append(_custom_emoji(start.argument, span))
        elif start.name == "a":
            url = start.argument or "".join(self.plain[start.piece :])
            self.entities.extend(_link(url, span))
        else:
            self._close_code(start, span)

    def _close_code(self, start: _Open, span: Entity) -> None:
        """Add code, or join it with the block over the same characters that it lies next to."""
        last = self.entities[-1] if self.entities else {}
        twin = span.items() <= last.items() and last["type"] in CODE_TYPES - {start.name}
        language = start.argument or (last.get("language") if twin else "")
        if twin and language:
            self.entities.pop()
            self.entities.append({"type": "pre", **span, "language": language})
        elif start.argument:
            self.entities.append({"type": start.name, **span, "language": start.argument})
        else:
            self.entities.append({"type": start.name, **span})


def _decoded(reference: re.Match[str]) -> str:
    """Return the character of a reference, empty where Telegram leaves it as it stands."""
    if reference["name"]:
        return _NAMED[reference["name"]]
    code = int(reference["hex"], 16) if reference["hex"] else int(reference["decimal"][:12])
    short = len(reference.group().removesuffix(";")) < 10
    return chr(code) if short and 0 < code < 0x10FFFF else ""


def _custom_emoji(number: str, span: Entity) -> Entity:
    if not re.fullmatch(r"-?[0-9]{1,19}", number) or int(number) == 0:
        raise EntityError(_BAD_EMOJI)
    return {"type": "custom_emoji", **span, "custom_emoji_id": number}


def _link(url: str, span: Entity) -> Iterator[Entity]:
    found = urlsplit(url) if re.match(r"tg:(//)?user\?", url, re.IGNORECASE) else None
    user = parse_qs(found.query).get("id", [""])[0] if found else ""
    if re.fullmatch(r"[0-9]{1,18}", user):
        yield {"type": "text_mention", **span, "user": {"id": int(user)}}
    elif checked := _checked_link(url):
        yield {"type": "text_link", **span, "url": checked}


_LONGEST_ADDRESS: Final = 2048
_ADDRESS: Final = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<user>[^\s/?#@]+@)?(?P<host>[^\s/?#@:]+\.[^\s/?#@:]*[^\s/?#@:.])"
    r"(?P<port>:\d{1,5})?(?P<rest>[/?#]\S*)?",
    re.IGNORECASE,
)


def _checked_link(url: str) -> str:
    """Return a link as Telegram writes it out, empty if it refuses it."""
    if re.match(r"(tg|ton|tonsite):", url, re.IGNORECASE):
        return url
    found = _ADDRESS.fullmatch(url) if len(url) <= _LONGEST_ADDRESS else None
    if not found:
        return ""
    scheme, host = (found["scheme"] or "http").lower(), found["host"].lower()
    rest = found["rest"] or "/"
    slash = "" if rest.startswith("/") else "/"
    return f"{scheme}://{found['user'] or ''}{host}{found['port'] or ''}{slash}{rest}"
