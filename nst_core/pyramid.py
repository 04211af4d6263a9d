"""The schedule as data: which sizes to paint at, and how many steps at each.

VGG19 sees a fixed number of pixels, so big forms are laid down on a small canvas, where steps are
cheap, and the brushwork follows on larger ones (Gatys et al. 2017, arXiv 1611.07865). Pure
arithmetic: nothing here knows of a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from nst_core.settings import Quality

__all__ = ["STEPS", "Level", "plan"]

STEPS: Final[Mapping[Quality, int]] = MappingProxyType(
    {Quality.DRAFT: 60, Quality.STANDARD: 150, Quality.FINE: 400}
)
"""Steps of a whole job by quality, where `Settings.steps` does not say."""

COARSEST: Final = 128
"""No level has a long side below this many pixels, but for pictures that are smaller anyway."""

SHRINK: Final = 0.5
"""Long side of a level over that of the next."""

DECAY: Final = 0.7
"""Steps of a level over those of the level below it, which is cheaper."""


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
    def work(self) -> int:
        """Pixels times steps: what the level costs, up to the machine's pace."""
        return self.height * self.width * self.steps


def plan(height: int, width: int, steps: int, *, coarse: bool = True) -> tuple[Level, ...]:
    """The levels from coarse to fine, ending at (height, width), with `steps` steps in all.

    Args:
        height: of the result in pixels.
        width: of the result in pixels.
        steps: in total; every level gets at least one, so few steps mean few levels.
        coarse: False paints at the final size alone.
    """
    sizes = [(height, width)]
    while coarse and max(sizes[0]) * SHRINK >= COARSEST and len(sizes) < steps:
        tall, wide = sizes[0]
        sizes.insert(0, (max(1, round(tall * SHRINK)), max(1, round(wide * SHRINK))))
    return tuple(
        Level(*size, count) for size, count in zip(sizes, _share(steps, len(sizes)), strict=True)
    )


def _share(steps: int, levels: int) -> list[int]:
    weights = [DECAY**level for level in range(levels)]
    shares = [max(1, round(steps * weight / sum(weights))) for weight in weights]
    shares[0] = steps - sum(shares[1:])
    return shares
