"""Texts and captions of a request: parsed, trimmed, measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from bot.demo.entities import merged, trimmed
from bot.demo.hypertext import EntityError, parse_html
from bot.demo.spans import units
from bot.demo.wire import ApiError, Json, Params, bad

__all__ = ["CAPTION", "TEXT", "Words", "formatted", "read_words"]

TEXT: Final = 4096
CAPTION: Final = 1024
_MODES: Final = {"html", "none", ""}
# Known to Telegram, but nobody here writes in them: said so rather than shown unparsed.
_OTHER_MODES: Final = {"markdown", "markdownv2"}

_MOST_BYTES: Final = 32_768
_TYPE_NAMES: Final = {str: "String", int: "Number"}
_ENTITY_TYPES: Final = {
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "custom_emoji",
    "date_time",
}
# White space of all kinds, and what takes no room at all.
_INVISIBLE: Final = re.compile(r"[\s\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]*")

Words = tuple[str, list[Json]]


def read_words(params: Params, name: str, most: int, too_long: ApiError) -> Words:
    """The text in a parameter, and its entities.

    Args:
        params: of the request.
        name: "text" or "caption"; the entities are in the parameter that belongs to it.
        most: how many UTF-16 units it may have when it is parsed.
        too_long: what to say where it has more.

    Raises:
        ApiError: it cannot be parsed, or is too long.
    """
    if len(params.text(name).encode()) > _MOST_BYTES:
        raise bad("text is too long") if name == "text" else too_long
    entities = "entities" if name == "text" else "caption_entities"
    words = formatted(params.text(name), params.text("parse_mode"), params.json(entities) or [])
    if units(words[0]) > most:
        raise too_long
    return words


def formatted(text: str, mode: str, entities: object) -> Words:
    """Text with the entities that its mode, or the request, gives it.

    Raises:
        ApiError: it cannot be parsed.
    """
    mode = mode.strip().lower()
    if mode in _OTHER_MODES:
        raise bad("this server does not parse Markdown, only HTML")
    if mode not in _MODES:
        raise bad("unsupported parse_mode")
    if mode == "html":
        text, marked = _parsed(text)
    else:
        given = entities if isinstance(entities, list) else []
        marked = list(_inside(text, map(_entity, given)))
    text, marked = trimmed(text, marked)
    return ("", []) if _INVISIBLE.fullmatch(text) else (text, merged(text, marked))


def _inside(text: str, entities: Iterable[Json]) -> Iterator[Json]:
    """Those that cover a part of the text."""
    length = units(text)
    for entity in entities:
        start, count = entity["offset"], entity["length"]
        if 0 <= start < length and 0 < count <= length - start:
            yield entity


def _parsed(text: str) -> Words:
    try:
        return parse_html(text)
    except EntityError as error:
        words = f"can't parse entities: {error}"
        raise bad(words) from error


def _entity(given: object) -> Json:
    if not isinstance(given, dict):
        raise _no_entity("expected an Object")
    for name, kind in (("type", str), ("offset", int), ("length", int)):
        if name not in given:
            raise _no_entity(f'Can\'t find field "{name}"')
        if not isinstance(given[name], kind):
            raise _no_entity(f'Field "{name}" must be of type {_TYPE_NAMES[kind]}')
    if given["type"] not in _ENTITY_TYPES:
        raise _no_entity("Unsupported type specified")
    return given


def _no_entity(words: str) -> ApiError:
    return bad(f"can't parse MessageEntity: {words}")
