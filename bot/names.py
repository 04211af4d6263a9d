"""What things are called before people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from bot.look import Look
from bot.style import Mix, Picture, Preset, Style, parts_of
from bot.texts import Text, shorten
from bot.words import Words
from nst_core.settings import Quality
from nst_core.styles import Gallery

__all__ = ["BRUSH", "QUALITY", "Named", "credits_of", "described", "label", "named", "title"]

_LONGEST: Final = 120

QUALITY: Final[Mapping[Quality, Text]] = MappingProxyType(
    {
        Quality.SKETCH: Text.QUALITY_SKETCH,
        Quality.DRAFT: Text.QUALITY_DRAFT,
        Quality.STANDARD: Text.QUALITY_STANDARD,
        Quality.FINE: Text.QUALITY_FINE,
    }
)
BRUSH: Final[Mapping[int, Text]] = MappingProxyType(
    {
        -2: Text.BRUSH_FINEST,
        -1: Text.BRUSH_FINER,
        0: Text.BRUSH_USUAL,
        1: Text.BRUSH_BOLDER,
        2: Text.BRUSH_BOLDEST,
    }
)


class Named(Protocol):
    """A style of the gallery, as far as its name goes."""

    @property
    def name(self) -> str:
        """The name it is chosen by."""

    @property
    def title(self) -> str:
        """The name it is shown by."""


def title(style: Style, look: Look, usual: Look, gallery: Gallery, words: Words) -> str:
    """What is to be painted: the style, and what is unusual about the look."""
    name = shorten(named(style, gallery, words), _LONGEST)
    return " · ".join((name, *described(look, usual, words)))


def named(style: Style, gallery: Gallery, words: Words) -> str:
    """What a style is called before people."""
    match style:
        case Preset(name):
            # An operator may have taken it away since.
            return label(gallery.find(name), words) if name in gallery else name
        case Picture():
            return words.plain(Text.OWN_STYLE)
        case Mix():
            parts = ((named(part, gallery, words), share) for part, share in parts_of(style))
            return " + ".join(
                words.plain(Text.MIX_PART, style=part, share=share) for part, share in parts
            )


def label(style: Named, words: Words) -> str:
    """The style's name before people; an operator may have given it a whole novel, or nothing."""
    return shorten(words.title(style.title)) or style.name


def credits_of(style: Style, gallery: Gallery) -> str:
    """Whom a style is owed to, a line for each part of it; empty where nobody is to be named."""
    presets = [part.name for part, _ in parts_of(style) if isinstance(part, Preset)]
    owed = (shorten(gallery[name].credit, _LONGEST) for name in presets if name in gallery)
    return "\n".join(dict.fromkeys(filter(None, owed)))


def described(look: Look, usual: Look, words: Words) -> Iterator[str]:
    """What is unusual about a look, a few words each."""
    if look.strength != usual.strength:
        yield words.plain(Text.LOOK_STRENGTH, strength=f"{look.strength:g}")
    if look.own_colors != usual.own_colors:
        yield words.plain(Text.LOOK_OWN_COLORS if look.own_colors else Text.LOOK_STYLE_COLORS)
    if look.brush != usual.brush:
        degree = Text.LOOK_BOLDER if look.brush > usual.brush else Text.LOOK_FINER
        yield words.plain(degree) + _times(abs(look.brush - usual.brush))
    if look.size != usual.size:
        yield words.plain(Text.LOOK_SIZE, size=look.size)
    if look.attempt != usual.attempt:
        yield words.plain(Text.LOOK_ATTEMPT, number=look.attempt + 1)


def _times(steps: int) -> str:
    return f" × {steps}" if steps > 1 else ""
