"""`Look`: how a painting is to look, beside its style; plain data, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from nst_core.settings import RANGES, Colors, Quality, Settings

__all__ = ["BRUSHES", "Change", "Look"]

BRUSHES: Final = range(-2, 3)
"""Finer to bolder; 0 paints as broadly as the style picture does."""

_STRENGTH_STEP: Final = 15.0
_BRUSH_STEP: Final = 2**0.5
_SIZE_STEP: Final = 2


class Change(StrEnum):
    """One step away from a look."""

    STRONGER = "stronger"
    SOFTER = "softer"
    OWN_COLORS = "own_colors"
    STYLE_COLORS = "style_colors"
    FINER = "finer"
    BOLDER = "bolder"
    LARGER = "larger"
    AGAIN = "again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a painting is to look.

    Attributes:
        quality: how carefully to paint.
        size: long side in pixels.
        strength: of the style, 0 to 100.
        own_colors: whether the photo's colours are kept.
        brush: one of `BRUSHES`.
        attempt: 0 for the usual start, then others.
    """

    quality: Quality
    size: int
    strength: float
    own_colors: bool = False
    brush: int = 0
    attempt: int = 0

    @classmethod
    def of(cls, settings: Settings) -> Look:
        """As the operator chose."""
        return cls(
            quality=settings.quality,
            size=settings.size,
            strength=settings.strength,
            own_colors=settings.colors is Colors.PHOTO,
            attempt=settings.seed,
        )

    def after(self, change: Change, largest: int) -> Look | None:
        """The look one step further; None where there is no further.

        Args:
            change: which way.
            largest: long side in pixels that a person may ask for.
        """
        further = _STEPS[change](self).within(max(self.size, largest))
        return further if further != self else None

    def within(self, largest: int) -> Look:
        """The look, no larger than that."""
        return replace(self, size=min(self.size, largest))

    def settings(self, usual: Settings) -> Settings:
        """The engine's settings for it.

        Args:
            usual: what the operator chose, for all that a look does not say.
        """
        changes: dict[str, Any] = {
            "quality": self.quality,
            "size": self.size,
            "strength": self.strength,
            "style_scale": _within("style_scale", usual.style_scale * _BRUSH_STEP**self.brush),
            "colors": Colors.PHOTO if self.own_colors else Colors.STYLE,
            "seed": self.attempt,
        }
        return replace(usual, **changes)


_STEPS: Final[Mapping[Change, Callable[[Look], Look]]] = MappingProxyType(
    {
        Change.STRONGER: lambda look: _stronger(look, _STRENGTH_STEP),
        Change.SOFTER: lambda look: _stronger(look, -_STRENGTH_STEP),
        Change.OWN_COLORS: lambda look: replace(look, own_colors=True),
        Change.STYLE_COLORS: lambda look: replace(look, own_colors=False),
        Change.FINER: lambda look: replace(look, brush=max(look.brush - 1, BRUSHES[0])),
        Change.BOLDER: lambda look: replace(look, brush=min(look.brush + 1, BRUSHES[-1])),
        Change.LARGER: lambda look: replace(look, size=look.size * _SIZE_STEP),
        Change.AGAIN: lambda look: replace(look, attempt=look.attempt + 1),
    }
)


def _stronger(look: Look, by: float) -> Look:
    return replace(look, strength=_within("strength", look.strength + by))


def _within(setting: str, value: float) -> float:
    low, high = RANGES[setting]
    return min(max(value, low), high)
