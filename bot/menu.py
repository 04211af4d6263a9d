"""The settings menu: what a person may choose, and what a choice makes of the preferences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from bot.look import BRUSHES, Look
from bot.names import BRUSH, QUALITY
from bot.preferences import Preferences
from bot.texts import Text
from bot.words import Language, Words, words_in
from nst_core.settings import Quality

__all__ = ["Choice", "Field", "choices", "chosen", "current", "title"]

_SIZES: Final = (256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096)
_STRENGTHS: Final = (20.0, 35.0, 50.0, 65.0, 80.0, 100.0)
_AUTO: Final = "auto"
_ON: Final = "on"
_OFF: Final = "off"
_STYLE: Final = "style"
_PHOTO: Final = "photo"


class Field(StrEnum):
    """What may be set."""

    QUALITY = "quality"
    SIZE = "size"
    STRENGTH = "strength"
    COLORS = "colors"
    BRUSH = "brush"
    PREVIEW = "preview"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that a field may be.

    Attributes:
        value: what its button carries.
        label: what it is called before people.
        is_chosen: whether the field is this now.
    """

    value: str
    label: str
    is_chosen: bool


Offer: TypeAlias = Callable[[Look, int, Words], Iterator[tuple[str, str]]]
"""Values and their labels, from the operator's look, the largest size and the words."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is to be known of a field: its title, its values, and the way there and back."""

    title: Text
    offered: Offer
    now: Callable[[Preferences, Look], str]
    made: Callable[[Preferences, str], Preferences]


def title(field: Field, words: Words) -> str:
    """What a field is called before people."""
    return words.plain(_KINDS[field].title)


def choices(
    field: Field, preferences: Preferences, usual: Look, largest: int, words: Words
) -> list[Choice]:
    """What a field may be.

    Args:
        field: which one.
        preferences: what the person chose so far.
        usual: as the operator chose.
        largest: long side in pixels that a person may ask for.
        words: what to speak.
    """
    kind = _KINDS[field]
    now = kind.now(preferences, preferences.look(usual, largest))
    offered = dict(kind.offered(usual, largest, words))
    # What was chosen once may not be offered any more.
    return [Choice(value, label, value == now) for value, label in ({now: now} | offered).items()]


def current(field: Field, preferences: Preferences, usual: Look, largest: int, words: Words) -> str:
    """What a field is called that it is now; see `choices`."""
    found = choices(field, preferences, usual, largest, words)
    return next(choice.label for choice in found if choice.is_chosen)


def chosen(
    field: Field, value: str, preferences: Preferences, usual: Look, largest: int
) -> Preferences | None:
    """The preferences with that choice made; None for what was not offered."""
    kind = _KINDS[field]
    if value not in dict(kind.offered(usual, largest, words_in(Language.ENGLISH))):
        return None
    return kind.made(preferences, value)


def _qualities(_: Look, __: int, words: Words) -> Iterator[tuple[str, str]]:
    for quality in Quality:
        yield quality.value, words.plain(QUALITY[quality])


def _sizes(usual: Look, largest: int, words: Words) -> Iterator[tuple[str, str]]:
    for size in sorted({*_SIZES, usual.size, largest}):
        if size <= largest:
            yield str(size), words.plain(Text.PIXELS, size=size)


def _strengths(usual: Look, _: int, __: Words) -> Iterator[tuple[str, str]]:
    for strength in sorted({*_STRENGTHS, usual.strength}):
        yield f"{strength:g}", f"{strength:g}"


def _colors(_: Look, __: int, words: Words) -> Iterator[tuple[str, str]]:
    yield _STYLE, words.plain(Text.COLORS_STYLE)
    yield _PHOTO, words.plain(Text.COLORS_PHOTO)


def _brushes(_: Look, __: int, words: Words) -> Iterator[tuple[str, str]]:
    for brush in BRUSHES:
        yield str(brush), words.plain(BRUSH[brush])


def _switch(_: Look, __: int, words: Words) -> Iterator[tuple[str, str]]:
    yield _ON, words.plain(Text.ON)
    yield _OFF, words.plain(Text.OFF)


def _languages(_: Look, __: int, words: Words) -> Iterator[tuple[str, str]]:
    yield _AUTO, words.plain(Text.LANGUAGE_AUTO)
    for language in Language:
        yield language.value, language.own_name


_KINDS: Final[Mapping[Field, _Kind]] = MappingProxyType(
    {
        Field.QUALITY: _Kind(
            Text.SETTING_QUALITY,
            _qualities,
            lambda _, look: look.quality.value,
            lambda preferences, value: replace(preferences, quality=Quality(value)),
        ),
        Field.SIZE: _Kind(
            Text.SETTING_SIZE,
            _sizes,
            lambda _, look: str(look.size),
            lambda preferences, value: replace(preferences, size=int(value)),
        ),
        Field.STRENGTH: _Kind(
            Text.SETTING_STRENGTH,
            _strengths,
            lambda _, look: f"{look.strength:g}",
            lambda preferences, value: replace(preferences, strength=float(value)),
        ),
        Field.COLORS: _Kind(
            Text.SETTING_COLORS,
            _colors,
            lambda _, look: _PHOTO if look.own_colors else _STYLE,
            lambda preferences, value: replace(preferences, own_colors=value == _PHOTO),
        ),
        Field.BRUSH: _Kind(
            Text.SETTING_BRUSH,
            _brushes,
            lambda _, look: str(look.brush),
            lambda preferences, value: replace(preferences, brush=int(value)),
        ),
        Field.PREVIEW: _Kind(
            Text.SETTING_PREVIEW,
            _switch,
            lambda preferences, _: _ON if preferences.preview else _OFF,
            lambda preferences, value: replace(preferences, preview=value == _ON),
        ),
        Field.LANGUAGE: _Kind(
            Text.SETTING_LANGUAGE,
            _languages,
            lambda preferences, _: preferences.language or _AUTO,
            lambda preferences, value: replace(
                preferences, language=None if value == _AUTO else Language(value)
            ),
        ),
    }
)
