"""A flat stage: what is drawn has a colour, a glow of its own and stands off the ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

from bot.demo.samples.scenery.fields import fractal
from nst_core.styles.painters.canvas import Floats, Size, colours, soften, to_plane, to_sheet

__all__ = ["Point", "Stage", "varied"]

Point = tuple[float, float]


def varied(rng: Generator, code: str, spread: float = 0.03) -> Floats:
    """Return an sRGB colour, 0..1, a little off the given one."""
    return np.asarray(np.clip(colours(code)[0] + rng.normal(0, spread, 3), 0, 1), np.float32)


def _bytes(colour: Floats | str) -> tuple[int, ...]:
    values = colours(colour)[0] if isinstance(colour, str) else colour
    return tuple((np.clip(values, 0, 1) * 255 + 0.5).astype(int).tolist())


class Stage:
    """Three pictures drawn at once: colour, glow and relief, and a mask of what is drawn."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self._colour = Image.new("RGB", size)
        self._glow = Image.new("RGB", size)
        self._relief = Image.new("L", size, 90)
        self._mask = Image.new("L", size)
        images = (self._colour, self._glow, self._relief, self._mask)
        self._pens = [ImageDraw.Draw(image) for image in images]

    def area(
        self,
        points: Sequence[Point],
        colour: Floats | str,
        relief: int = 120,
        glow: Floats | str = "000000",
    ) -> None:
        """Fill a polygon, in pixels; relief is 0 (deep) to 255, glow is light of its own."""
        fills: tuple[object, ...] = (_bytes(colour), _bytes(glow), relief, 255)
        for pen, fill in zip(self._pens, fills, strict=True):
            pen.polygon(list(points), fill=fill)  # type: ignore[arg-type]

    def box(
        self,
        corner: Point,
        size: Point,
        colour: Floats | str,
        relief: int = 120,
        glow: Floats | str = "000000",
    ) -> None:
        """Fill a rectangle that begins at its upper left corner."""
        (x, y), (wide, tall) = corner, size
        self.area(
            [(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)], colour, relief, glow
        )

    def line(self, ends: Sequence[Point], width: float, colour: Floats | str, relief: int) -> None:
        """Draw a line of constant width."""
        fills: tuple[object, ...] = (_bytes(colour), (0, 0, 0), relief, 255)
        for pen, fill in zip(self._pens, fills, strict=True):
            pen.line(list(ends), fill=fill, width=max(1, round(width)))  # type: ignore[arg-type]

    def mask(self) -> Floats:
        """Return where anything is drawn, 0 or 1."""
        return to_plane(self._mask)

    def lit(self, ambient: Floats, seed: int) -> Floats:
        """Return linear light ``(height, width, 3)``: colours under a light, corners dulled.

        Args:
            ambient: the light that falls on every place, linear, ``(height, width, 3)``.
            seed: of the stains on the walls.
        """
        colour = to_sheet(self._colour) ** 2.2
        relief = to_plane(self._relief)
        unit = self.size[0] / 640
        corner = np.clip(soften(relief, 3 * unit) - relief, -0.2, 1)
        wide = np.clip(soften(relief, 9 * unit) - relief, 0, 1)
        down, right = np.gradient(soften(relief, 1))
        edge = np.clip(1 + 1.6 * (right * 0.4 + down), 0.4, 1.8)
        shade = np.clip(1 - 1.5 * corner - 0.9 * wide, 0.12, 1.3) * edge
        y, x = np.mgrid[: self.size[1], : self.size[0]].astype(np.float32) / (24 * unit)
        stains = (
            1 + 0.20 * fractal(x, y * 0.35, seed, 6, 0.6) + 0.10 * fractal(x * 9, y * 9, seed, 2)
        )
        glow = to_sheet(self._glow) ** 2.2
        return np.asarray(colour * ambient * (shade * stains)[..., None] + glow * 3.0, np.float32)
