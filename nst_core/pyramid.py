"""The schedule as data: which sizes to paint at, and how many steps at each.

VGG19 sees a fixed number of pixels, so big forms are laid down on a small canvas, where steps are
cheap, and the brushwork follows on larger ones (Gatys et al. 2017, arXiv 1611.07865). Pure
arithmetic: nothing here knows of a network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from nst_core.settings import Init, Quality, Settings

__all__ = ["SCHEDULES", "Level", "plan", "planned", "steps_of", "work_of"]

SCHEDULES: Final[Mapping[Quality, tuple[int, ...]]] = MappingProxyType(
    {
        Quality.DRAFT: (24, 26, 12, 7, 4),
        Quality.STANDARD: (48, 64, 28, 14, 7),
        Quality.FINE: (120, 120, 60, 30, 15),
    }
)
"""Steps by level, the coarsest first; levels beyond the last entry take as many as that. A sketch
has no levels."""

COARSEST: Final = 128
"""No level has a long side below this many pixels, but for pictures that are smaller anyway."""

SHRINK: Final = 0.5
"""Long side of a level over that of the next."""


@dataclass(frozen=True, slots=True)
class Level:
    """One size of the pyramid.

    Attributes:
        height: of the canvas in pixels.
        width: of the canvas in pixels.
        steps: optimisation steps at this size.
    """

    height: int
    width: int
    steps: int

    @property
    def pixels(self) -> int:
        """Of the canvas: what a step costs, in the main."""
        return self.height * self.width


def planned(settings: Settings, height: int, width: int) -> tuple[Level, ...]:
    """The levels of a painting, so not of a sketch.

    Args:
        settings: of the job.
        height: of the result in pixels.
        width: of the result in pixels.

    Raises:
        KeyError: the quality is a sketch.
    """
    # A given picture is painted on at the final size: coarse levels would wipe out its detail.
    coarse = settings.init is not Init.IMAGE
    return plan(height, width, SCHEDULES[settings.quality], settings.steps, coarse=coarse)


def plan(
    height: int,
    width: int,
    schedule: Sequence[int],
    steps: int | None = None,
    *,
    coarse: bool = True,
) -> tuple[Level, ...]:
    """The levels from coarse to fine, ending at (height, width).

    Args:
        height: of the result in pixels.
        width: of the result in pixels.
        schedule: steps by level, the coarsest first, such as one of `SCHEDULES`.
        steps: in total, shared out in the proportions of the schedule; every level gets at least
            one, so few steps mean few levels. None takes the schedule as it is.
        coarse: False paints at the final size alone.
    """
    sizes = _sizes(height, width, max(height, width) if steps is None else steps)
    counts = _counts(schedule, len(sizes))
    if not coarse:
        sizes, counts = sizes[-1:], counts[-1:]
    if steps is not None:
        counts = _share(steps, counts)
    return tuple(Level(*size, count) for size, count in zip(sizes, counts, strict=True))


def steps_of(levels: Sequence[Level]) -> int:
    """Steps of the whole job."""
    return sum(level.steps for level in levels)


def work_of(levels: Sequence[Level]) -> int:
    """Of the whole job, in pixels times steps."""
    return sum(level.steps * level.pixels for level in levels)


def _sizes(height: int, width: int, most: int) -> list[tuple[int, int]]:
    sizes = [(height, width)]
    while max(sizes[0]) * SHRINK >= COARSEST and len(sizes) < most:
        tall, wide = sizes[0]
        sizes.insert(0, (max(1, round(tall * SHRINK)), max(1, round(wide * SHRINK))))
    return sizes


def _counts(schedule: Sequence[int], levels: int) -> list[int]:
    if levels == 1:
        # A small picture has no coarser level to learn from, and its steps are cheap.
        return [sum(schedule[:2])]
    return [schedule[min(level, len(schedule) - 1)] for level in range(levels)]


def _share(steps: int, counts: Sequence[int]) -> list[int]:
    shares = [max(1, round(steps * count / sum(counts))) for count in counts]
    # Rounding may have handed out a few too many or too few: the levels with the most settle it.
    while missing := steps - sum(shares):
        shares[shares.index(max(shares))] += 1 if missing > 0 else -1
    return shares
