"""Message entities: what Telegram's servers find in plain text, and keep of what they are given.

The rules are those of TDLib, which the public Bot API server is built on, see
``td/telegram/MessageEntity.cpp`` in https://github.com/tdlib/td, and of
https://core.telegram.org/bots/api#formatting-options. An entity is a dictionary as in the Bot
API; its offset and length count UTF-16 code units.
"""

from __future__ import annotations

import re
from typing import Final

from bot.demo.spans import (
    QUOTE_TYPES,
    Entity,
    apart,
    char_offsets,
    in_order,
    is_exclusive,
    overlap,
    piece_offsets,
    span_of,
    units,
    within_or_apart,
)

__all__ = ["detect", "merged", "trimmed"]

_BLANK: Final = " \n"
_CONTROL: Final = re.compile(r"[\0-\t\v\f\x0e-\x1f]")
_DROPPED: Final = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
# Only names that people often write without a scheme; TDLib knows every top-level domain.
_TOP_LEVEL: Final = (
    "com|org|net|edu|gov|info|biz|io|dev|app|ai|me|co|tv|art|bot|dog|chat|link|site|online|store"
    "|blog|cloud|page|xyz|tech|club|gallery|photo|photos|studio|eu|uk|us|ca|de|fr|it|es|pt|nl|be"
    "|ch|at|se|no|fi|dk|pl|cz|sk|hu|ro|bg|gr|tr|ru|su|ua|by|kz|ir|il|in|cn|jp|kr|tw|hk|sg|id|th"
    "|vn|au|nz|br|mx|ar|cl|za|рф"
)
_LABEL: Final = r"[^\W_](?:[\w~-]*[^\W_])?"
_PATH: Final = r"[^\s<>\"«»\u2000-\u200b\u200e\u200f\u2016-\u206f]"
_TAIL: Final = rf"(?::\d{{1,5}})?(?:/{_PATH}*|[?#]{_PATH}+)?"
_FINDERS: Final = {
    "bot_command": re.compile(
        r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>@])"
    ),
    "mention": re.compile(r"(?<!\w)@[A-Za-z0-9_]{2,32}(?!\w)"),
    "hashtag": re.compile(r"(?<![\w·])#(?=[\w·]*[^\W\d_])[\w\u200c·]{1,256}(?![\w\u200c·]*#)"),
    "email": re.compile(
        r"(?<![\w.+@/-])(?:[A-Za-z0-9_-]{0,26}[.+]){0,10}[A-Za-z0-9_-]{1,35}"
        r"@(?:[A-Za-z0-9](?:[A-Za-z0-9_-]{0,28}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,8}(?![\w@-])"
    ),
    "url": re.compile(
        rf"(?:(?<![A-Za-z0-9+-])(?:https?|ftp)://(?:[^\s/?#@<>\"]+@)?(?:{_LABEL}\.)+{_LABEL}"
        rf"|(?<![\w/#@.~-])(?:{_LABEL}\.)+(?:{_TOP_LEVEL})(?![\w@~-]|\.\w)"
        rf"|(?<!\w)(?:tg|ton)://[\w-]{{1,253}}){_TAIL}",
        re.IGNORECASE,
    ),
}


def detect(text: str) -> list[Entity]:
    """Find what needs no markup: commands, mentions, hashtags, addresses of pages and mail.

    Cashtags, phone and bank card numbers are left out, and of the addresses written without a
    scheme only those under the most usual top-level domains are found.

    Returns:
        Entities that do not overlap, by offset.
    """
    offsets = char_offsets(text)
    found: list[Entity] = []
    for kind, finder in _FINDERS.items():
        for match in finder.finditer(text):
            begin, end = match.start(), match.start() + len(_core(kind, match.group()))
            length = offsets[end] - offsets[begin]
            found.append({"type": kind, "offset": offsets[begin], "length": length})
    return list(apart(sorted(found, key=in_order)))


def _core(kind: str, matched: str) -> str:
    """Leave the full stop or bracket that ends a sentence out of an address."""
    if kind != "url":
        return matched
    core = matched.rstrip(".:;,('?!`")
    for opening, closing in ("()", "[]", "{}"):
        while core.endswith(closing) and core.count(closing) > core.count(opening):
            core = core[:-1].rstrip(".:;,('?!`")
    return core


def merged(text: str, marked: list[Entity]) -> list[Entity]:
    """Add what ``detect`` finds to marked entities, where these leave room for it.

    Args:
        text: the plain text.
        marked: its entities, as ``parse_html`` or the sender gave them.
    """
    quotes = [span_of(entity) for entity in marked if entity["type"] in QUOTE_TYPES]
    taken = [span_of(entity) for entity in marked if is_exclusive(entity)]
    fresh = (
        entity
        for entity in detect(text)
        if not any(overlap(span_of(entity), other) for other in taken)
        and all(within_or_apart(span_of(entity), quote) for quote in quotes)
    )
    return sorted([*marked, *fresh], key=in_order)


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Clean a text as the server does before it stores it.

    Control characters become spaces, carriage returns and a few marks that spoil the layout go,
    and so does white space at both ends. Entities follow; those left empty or blank are dropped.

    Args:
        text: the plain text.
        entities: its entities, inside the text.

    Returns:
        The text, which may be empty, and its entities in Telegram's order.
    """
    before = char_offsets(text)
    kept = [_DROPPED.sub("", _CONTROL.sub(" ", char)) for char in text]
    after = piece_offsets(kept)
    moved = dict(zip(before, after, strict=True))
    clean = "".join(kept)
    head = len(clean) - len(clean.lstrip(_BLANK))
    last = units(clean.rstrip(_BLANK))
    blank = {
        offset for offset, char in zip(char_offsets(clean), clean, strict=False) if char in _BLANK
    }
    result = []
    for entity in entities:
        begin, end = (moved.get(place, last) for place in span_of(entity))
        while begin in blank and begin < end:
            begin += 1
        length = min(end, last) - begin
        if length > 0:
            result.append({**entity, "offset": begin - head, "length": length})
    return clean.strip(_BLANK), sorted(result, key=in_order)
