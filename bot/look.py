"""`Look`: what the buttons under a painting change of it, beside its style; plain data, no I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from nst_core.settings import RANGES, Colors, Settings

__all__ = ["USUAL", "Change", "Look"]

_MOST: Final[Mapping[str, int]] = MappingProxyType({"strength": 3, "brush": 2})
_TIMES_LARGER: Final = 3
_ATTEMPTS: Final = 36

_STRENGTH_STEP: Final = 15.0
_BRUSH_STEP: Final = 2**0.5
SIZE_STEP: Final = 2
"""By how much one step makes a painting larger."""
_CODE: Final = re.compile(r"([0-6])([sp])([0-4])([0-3])([0-9a-z])")


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


@dataclass(frozen=True, slots=True)
class Look:
    """How a painting is to look, in steps away from what the operator chose.

    Attributes:
        strength: steps of strength, softer to stronger, -3 to 3.
        own_colors: whether the photo's colours are kept.
        brush: steps of the brush, finer to bolder, -2 to 2.
        larger: how often the size was doubled, 0 to 3.
        attempt: 0 for the usual start, then others, up to 35.
    """

    strength: int = 0
    own_colors: bool = False
    brush: int = 0
    larger: int = 0
    attempt: int = 0

    def code(self) -> str:
        """The look in five characters, for a button."""
        attempt = "0123456789abcdefghijklmnopqrstuvwxyz"[self.attempt]
        colors = "p" if self.own_colors else "s"
        strength, brush = self.strength + _MOST["strength"], self.brush + _MOST["brush"]
        return f"{strength}{colors}{brush}{self.larger}{attempt}"

    @classmethod
    def from_code(cls, text: str) -> Look | None:
        """The look that `code` wrote; None for anything else."""
        if not (found := _CODE.fullmatch(text)):
            return None
        strength, colors, brush, larger, attempt = found.groups()
        return cls(
            strength=int(strength) - _MOST["strength"],
            own_colors=colors == "p",
            brush=int(brush) - _MOST["brush"],
            larger=int(larger),
            attempt=int(attempt, 36),
        )

    def after(self, change: Change) -> Look | None:
        """The look one step further; None where that is no step, or one too many."""
        further = _STEPS[change](self)
        fine = (
            further != self
            and abs(further.strength) <= _MOST["strength"]
            and abs(further.brush) <= _MOST["brush"]
            and further.larger <= _TIMES_LARGER
        )
        return further if fine else None

    def within(self, usual: Settings, largest: int) -> Look:
        """The look without doublings of the size that change nothing; see `settings`."""
        sizes = [
            replace(self, larger=times).settings(usual, largest).size
            for times in range(self.larger + 1)
        ]
        return replace(self, larger=sizes.index(sizes[-1]))

    def settings(self, usual: Settings, largest: int) -> Settings:
        """The engine's settings for it.

        Args:
            usual: what the operator chose.
            largest: long side in pixels that a person may ask for; a button's data can be forged.
        """
        changes: dict[str, Any] = {
            "strength": _within("strength", usual.strength + _STRENGTH_STEP * self.strength),
            "style_scale": _within("style_scale", usual.style_scale * _BRUSH_STEP**self.brush),
            "size": min(usual.size * SIZE_STEP**self.larger, max(usual.size, largest)),
        }
        if self.own_colors:
            changes["colors"] = Colors.PHOTO
        if self.attempt:
            changes["seed"] = self.attempt
        return replace(usual, **changes)


USUAL: Final = Look()
"""As the operator chose."""

_STEPS: Final[Mapping[Change, Callable[[Look], Look]]] = MappingProxyType(
    {
        Change.STRONGER: lambda look: replace(look, strength=look.strength + 1),
        Change.SOFTER: lambda look: replace(look, strength=look.strength - 1),
        Change.OWN_COLORS: lambda look: replace(look, own_colors=True),
        Change.STYLE_COLORS: lambda look: replace(look, own_colors=False),
        Change.FINER: lambda look: replace(look, brush=look.brush - 1),
        Change.BOLDER: lambda look: replace(look, brush=look.brush + 1),
        Change.LARGER: lambda look: replace(look, larger=look.larger + 1),
        Change.AGAIN: lambda look: replace(look, attempt=(look.attempt + 1) % _ATTEMPTS),
    }
)


def _within(setting: str, value: float) -> float:
    low, high = RANGES[setting]
    return min(max(value, low), high)
