"""Watercolour: wet washes with dark rims, blooms and grains of pigment."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import (
    Floats,
    Plane,
    Size,
    colours,
    fit,
    mix,
    ramp,
    smooth,
    soften,
    to_image,
)
from nst_core.styles.painters.noise import cloud_line, clouds, paper
from nst_core.styles.painters.plate import Plate, swell
from nst_core.styles.painters.scenes import Guide, blob, ridge, shape

__all__ = ["paint_watercolour"]

_WHITE = np.ones(3, np.float32)


class _Block:
    """A sheet of rough paper that washes sink into, each darkening what is there."""

    def __init__(self, rng: Generator, size: Size) -> None:
        self.rng = rng
        self.guide = Guide(size)
        self.unit = max(size)
        self.tooth = paper(rng, size, 150)
        self.bleed = clouds(rng, size, 16, 4), clouds(rng, size, 16, 4)
        self.pools = [clouds(rng, size, 7, 4) for _ in range(4)]
        self.guide.put(np.ones_like(self.guide.x), colours("fbf6ea")[0])

    def wash(self, where: Plane, tint: Floats, strength: float, wet: float = 0.0) -> None:
        """Lay one wash.

        Args:
            where: mask of 0..1.
            tint: the colour of the pigment, one for all or one for each place.
            strength: how much pigment, 0..1.
            wet: how far it creeps beyond its mask, in units of the long side.
        """
        box = self._box(where, 0.014 + 3 * wet)
        mask = self._creep(where, box, 0.006 + wet)
        if wet:
            mask = soften(mask, wet * self.unit * 0.5)
        rim = np.clip(mask - soften(mask, 0.0035 * self.unit), 0, 1) * (0.0 if wet > 0.02 else 1.5)
        pool = self.pools[self.rng.integers(len(self.pools))][box]
        grain = 1 + 0.5 * (self.tooth[box] - 0.5)
        load = mask * (0.50 + 0.75 * pool) * grain + rim
        amount = np.clip(strength * load, 0, 1)
        ink = tint if tint.ndim == 1 else tint[box]
        self.guide.tint[box] *= mix(_WHITE, ink, amount)

    def lift(self, where: Plane, amount: float) -> None:
        """Blot a shape back towards the white of the paper."""
        box = self._box(where, 0.008)
        mask = soften(self._creep(where, box, 0.006), 2)
        self.guide.tint[box] = mix(self.guide.tint[box], _WHITE, amount * mask)

    def _box(self, where: Plane, margin: float) -> tuple[slice, slice]:
        """Return the rows and columns a mask touches, and a margin for what creeps out of it."""
        reach = int(margin * self.unit) + 2
        spans = (np.nonzero(where.max(1 - axis))[0] for axis in (0, 1))
        rows, columns = (slice(max(int(n[0]) - reach, 0), int(n[-1]) + reach) for n in spans)
        return rows, columns

    def _creep(self, where: Plane, box: tuple[slice, slice], reach: float) -> Plane:
        rows, columns = (np.arange(n)[part] for n, part in zip(where.shape, box, strict=True))
        off = [((b[box] - 0.5) * 2 * reach * self.unit).astype(int) for b in self.bleed]
        rows = np.clip(rows[:, None] + off[0], 0, where.shape[0] - 1)
        columns = np.clip(columns[None] + off[1], 0, where.shape[1] - 1)
        return np.asarray(where[rows, columns], np.float32)


def paint_watercolour(rng: Generator, size: Size) -> Image.Image:
    """Wash a meadow of poppies and cornflowers under a clearing sky."""
    block = _Block(rng, (size[0] * 2, size[1] * 2))
    _sky(block)
    _hills(block)
    _meadow(block)
    _flowers(block)
    sheet = _stems(block, size)
    tooth = 0.93 + 0.12 * block.tooth
    return fit(to_image(sheet * tooth[..., None]), size)


def _sky(block: _Block) -> None:
    guide, rng = block.guide, block.rng
    fall = smooth(0.46, 0.0, guide.y)
    block.wash(np.ones_like(fall) * (0.35 + 0.65 * fall), colours("5fa4dc")[0], 0.62)
    glow = smooth(0.20, 0.40, guide.y) * smooth(0.50, 0.42, guide.y)
    block.wash(glow, colours("ffb36b")[0], 0.5, 0.03)
    for code, cut, strength in (
        ("3f86d0", 0.40, 0.42),
        ("3a62b8", 0.56, 0.42),
        ("7a6fc4", 0.66, 0.40),
    ):
        mass = clouds(rng, guide.size, 3.5, 4) + 0.25 * (fall - 0.6)
        where = smooth(cut, cut + 0.02, mass) * smooth(0.42, 0.36, guide.y)
        block.wash(where, colours(code)[0], strength)
    for _ in range(7):
        _bloom(block)


def _bloom(block: _Block) -> None:
    """Let a drop of clean water push the pigment into a ragged ring."""
    rng, guide = block.rng, block.guide
    place = rng.uniform(0.03, guide.size[0] / block.unit), rng.uniform(0.02, 0.28)
    radius = rng.uniform(0.035, 0.085)
    spot = shape(guide, blob(rng, place, (radius * 1.25, radius * 0.8)))
    block.lift(spot, 0.45)
    block.wash(spot, colours("4f8fd0")[0], 0.12)


def _hills(block: _Block) -> None:
    guide = block.guide
    for n, codes in enumerate(("7f8fd0 a99ad0", "4f7fb0 5fa0a8", "2f7f7a 6fae6a")):
        line = cloud_line(block.rng, guide.x[0], 3 + n, 4)
        where, depth = ridge(guide, 0.36 + 0.045 * n, 0.05 - 0.008 * n, line)
        fade = smooth(0.16, 0.0, depth) * 0.75 + 0.25
        block.wash(where * fade * smooth(0.62, 0.5, guide.y), ramp(colours(codes), guide.x), 0.72)
    for x in np.linspace(0.03, 0.97, 15):
        tall = block.rng.uniform(0.02, 0.05)
        crown = blob(
            block.rng,
            (float(x + block.rng.uniform(-0.02, 0.02)), 0.475 - tall * 0.6),
            (tall * 0.6, tall),
        )
        block.wash(shape(guide, crown), colours("1f5f5a")[0], 0.62)


def _meadow(block: _Block) -> None:
    guide, rng = block.guide, block.rng
    for n, codes in enumerate(("e8d04a a8c84a", "a8c850 4f9f4a", "4f9a4a 1f6f5a", "2f7f4a 14503f")):
        line = cloud_line(rng, guide.x[0], 4, 4)
        where, depth = ridge(guide, 0.475 + 0.065 * n, 0.018, line)
        patch = smooth(0.25, 0.6, clouds(rng, guide.size, 6, 3))
        tint = ramp(colours(codes), clouds(rng, guide.size, 5, 3))
        block.wash(where * (0.45 + 0.55 * patch) * smooth(0.42, 0.0, depth), tint, 0.68)
    blooms = smooth(0.70, 0.76, clouds(rng, guide.size, 9, 3)) * smooth(0.5, 0.6, guide.y)
    block.wash(blooms, colours("1f5f7a")[0], 0.6)


def _flowers(block: _Block) -> None:
    rng, guide = block.rng, block.guide
    count = 46
    spots = rng.uniform((0, 0), (1, 1), (count, 2))
    spots = spots[np.argsort(spots[:, 1])]
    for n, (x, part) in enumerate(spots.tolist()):
        near = 0.25 + 0.75 * part
        y = 0.50 + 0.22 * part
        radius = 0.048 * near * rng.uniform(0.7, 1.15)
        codes = ("e8303a f2603a", "d81f4a f08a5a", "3f5fd0 7a5fd0", "f29a2a f7c83a")[n % 7 % 4]
        _flower(
            block, (x * guide.size[0] / block.unit, y * guide.bottom / 0.75), radius, colours(codes)
        )


def _flower(block: _Block, place: tuple[float, float], radius: float, tints: Floats) -> None:
    """Wash four petals one over the other, then drop dark pigment into the heart."""
    guide, rng = block.guide, block.rng
    block.lift(shape(guide, blob(rng, place, (radius * 1.1, radius * 0.85))), 0.62)
    for k in range(4):
        turn = k * np.pi / 2 + rng.uniform(-0.4, 0.4)
        spot = (place[0] + 0.48 * radius * np.cos(turn), place[1] + 0.40 * radius * np.sin(turn))
        petal = shape(
            guide, blob(rng, (float(spot[0]), float(spot[1])), (radius * 0.72, radius * 0.6))
        )
        block.wash(petal, tints[k % 2], 0.85)
    heart = shape(guide, blob(rng, place, (radius * 0.22, radius * 0.18)))
    block.wash(heart, colours("2a1430")[0], 0.95)


def _stems(block: _Block, size: Size) -> Floats:
    """Flick grass over the washes with a dry rigger brush, and spatter."""
    rng, plate = block.rng, Plate(size, _WHITE)
    tints = colours("1f5f3f 3f8a3f 8fb83f 14453f c9c04a")
    for _ in range(420):
        x, y = rng.uniform(0, plate.right), plate.bottom * rng.uniform(0.78, 1.04)
        tall, lean = rng.uniform(0.03, 0.13), rng.normal(0, 0.25)
        t = np.linspace(0, 1, 9)
        blade = np.stack([x + lean * tall * t**1.8, y - tall * t], -1)
        plate.stroke(blade, mix(_WHITE, tints[rng.integers(5)], 0.8), swell(9, 0.0038))
    for code in ("d8303a", "3f5fc0", "2f7f5a", "f2a03a"):
        spots = rng.uniform((0, 0), (plate.right, plate.bottom), (34, 2))
        plate.dots(spots, rng.uniform(0.0008, 0.0042, 34), mix(_WHITE, colours(code)[0], 0.75))
    return np.asarray(block.guide.tint * plate.sheet, np.float32)
