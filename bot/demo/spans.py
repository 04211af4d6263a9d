"""Where entities lie in a text, and which of them may lie over each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any, Final, TypeAlias

Entity: TypeAlias = dict[str, Any]
Span: TypeAlias = tuple[int, int]

__all__ = [
    "CODE_TYPES",
    "QUOTE_TYPES",
    "Entity",
    "Span",
    "apart",
    "char_offsets",
    "in_order",
    "is_exclusive",
    "overlap",
    "piece_offsets",
    "settled",
    "span_of",
    "units",
    "within_or_apart",
]

_STYLE_TYPES: Final = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTE_TYPES: Final = frozenset({"blockquote", "expandable_blockquote"})
CODE_TYPES: Final = frozenset({"code", "pre"})
# Of entities over the same characters, the outer one comes first.
_ORDER: Final = {
    kind: place
    for place, kind in enumerate(
        ("blockquote", "expandable_blockquote", "pre", "code", "text_link", "text_mention")
    )
} | {kind: 90 + place for place, kind in enumerate((*_STYLE_TYPES, "custom_emoji"))}


def units(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text) + sum(char > "\uffff" for char in text)


def char_offsets(text: str) -> list[int]:
    """Return the UTF-16 offset of every character, and of the end."""
    return piece_offsets(list(text))


def piece_offsets(pieces: list[str]) -> list[int]:
    """Return the UTF-16 offset of every piece of a text, and of the end."""
    return list(accumulate((units(piece) for piece in pieces), initial=0))


def span_of(entity: Entity) -> Span:
    """Return where an entity begins and ends."""
    return entity["offset"], entity["offset"] + entity["length"]


def in_order(entity: Entity) -> tuple[int, int, int]:
    """Return the key that sorts entities as Telegram does: the outer ones before the inner."""
    return entity["offset"], -entity["length"], _ORDER.get(entity["type"], 50)


def is_exclusive(entity: Entity) -> bool:
    """Tell whether an entity is of a kind that can hold nothing but styles."""
    return entity["type"] not in QUOTE_TYPES and entity["type"] not in _STYLE_TYPES


def overlap(one: Span, other: Span) -> bool:
    """Tell whether two spans share a character."""
    return one[0] < other[1] and other[0] < one[1]


def within_or_apart(one: Span, quote: Span) -> bool:
    """Tell whether a span lies inside a quote or outside it, not across its border."""
    return not overlap(one, quote) or (quote[0] <= one[0] and one[1] <= quote[1])


def apart(entities: Iterable[Entity]) -> Iterator[Entity]:
    """Of sorted entities that overlap, keep the first."""
    free = 0
    for entity in entities:
        if entity["offset"] >= free:
            free = span_of(entity)[1]
            yield entity


def settled(entities: list[Entity]) -> list[Entity]:
    """Keep only the overlaps that Telegram allows: styles anywhere but in code, quotes outside."""
    entities = sorted(entities, key=in_order)
    quotes = list(apart(entity for entity in entities if entity["type"] in QUOTE_TYPES))
    borders = [span_of(quote) for quote in quotes]
    lone = [
        entity
        for entity in apart(filter(is_exclusive, entities))
        if all(within_or_apart(span_of(entity), border) for border in borders)
    ]
    code = [span_of(entity) for entity in lone if entity["type"] in CODE_TYPES]
    styles = [
        {"type": kind, "offset": begin, "length": end - begin}
        for kind in _STYLE_TYPES
        for span in _joined(span_of(entity) for entity in entities if entity["type"] == kind)
        for begin, end in _without(span, code)
    ]
    return sorted([*quotes, *lone, *styles], key=in_order)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Make one of sorted spans that overlap or touch."""
    result: list[Span] = []
    for begin, end in spans:
        if result and begin <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((begin, end))
    return result


def _without(span: Span, holes: Iterable[Span]) -> Iterator[Span]:
    """Yield what sorted holes leave of a span."""
    begin, end = span
    for left, right in holes:
        if begin < min(left, end):
            yield begin, min(left, end)
        begin = max(begin, right)
    if begin < end:
        yield begin, end
