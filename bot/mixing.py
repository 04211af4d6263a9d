"""Mixes of two styles: a little more of the one, a little less of the other."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from bot.style import Mix, Part, Style

__all__ = ["MOST_PARTS", "Shift", "shifted"]

MOST_PARTS: Final = 4
"""Styles that may be mixed: more are not told from one another."""

_STEP: Final = 20
_LEAST: Final = 10


class Shift(StrEnum):
    """One step away from a mix of two."""

    FIRST = "more_first"
    SECOND = "more_second"


def shifted(style: Style, shift: Shift) -> Style | None:
    """The mix one step further; None where there is none, or no further."""
    match style:
        case Mix((first, second)):
            by = _STEP if shift is Shift.FIRST else -_STEP
            share = min(max(first.share + by, _LEAST), 100 - _LEAST)
            further = Mix((Part(first.style, share), Part(second.style, 100 - share)))
            return further if further != style else None
    return None
