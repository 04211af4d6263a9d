"""Pointillism: a riverside in dots of pure colour that mix in the eye."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import (
    Floats,
    Plane,
    Size,
    colours,
    emboss,
    ramp,
    smooth,
    soften,
    to_plane,
)
from nst_core.styles.painters.noise import cloud_line, clouds, scatter
from nst_core.styles.painters.plate import Plate
from nst_core.styles.painters.scenes import Guide, blob, disc, ridge, shape
from nst_core.styles.painters.strokes import pick

__all__ = ["paint_dots"]

_SKY = colours("6f9fd8 a9c8e8 f4dfc0 f9c9a0 f7a98a")
_WATER = colours("f3b48c c9a0b8 6f8fc4 3a66a8 274a86")
_GRASS = colours("f0e06a b4cc4a 5f9f4a 2f6f4a 1f4a4f")
_CROWN = colours("f4d65a a8c03f 4f8f3f 1f5a4a 24336b")
_SHORE = 0.44


def paint_dots(rng: Generator, size: Size) -> Image.Image:
    """Paint a river bank in the morning, first in broad dots, then in fine ones."""
    guide = _bank(rng, size)
    plate = Plate(size, colours("e8dcc4")[0])
    relief = Plate(size, np.zeros(3, np.float32))
    for radius, spacing, stray in (
        (0.0085, 0.0088, 0.06),
        (0.0056, 0.0074, 0.11),
        (0.0036, 0.0068, 0.16),
    ):
        _dab(rng, guide, plate, relief, (radius, spacing, stray))
    thick = soften(to_plane(relief.image), plate.unit / 1400)
    plate.sheet = emboss(plate.sheet, thick, 2.4)
    return plate.finish()


def _dab(
    rng: Generator, guide: Guide, plate: Plate, relief: Plate, brush: tuple[float, float, float]
) -> None:
    radius, spacing, stray = brush
    scale = float(max(guide.size))
    places = scatter(rng, guide.size, spacing * scale)
    tints = _pure(rng, pick(guide.tint, places), stray)
    radii = radius * rng.uniform(0.75, 1.15, len(places))
    heights = rng.uniform(0.4, 1.0, len(places))
    plate.spots(places / scale, radii, tints)
    relief.spots(places / scale, radii, np.repeat(heights[:, None], 3, axis=1))


def _pure(rng: Generator, tints: Floats, stray: float) -> Floats:
    """Push colours apart: some towards warm light, some towards their violet shadow."""
    middle = tints.mean(-1, keepdims=True)
    vivid = middle + (tints - middle) * 1.35
    side = rng.choice(3, len(tints), p=(0.56, 0.24, 0.20))
    shift = np.stack([np.zeros(3), [1.0, 0.55, -0.6], [-0.45, -0.35, 0.75]])[side] * stray * 1.6
    return np.asarray(vivid + shift + rng.normal(0, stray * 0.4, tints.shape), np.float32)


def _bank(rng: Generator, size: Size) -> Guide:
    guide = Guide(size)
    tone = guide.y / _SHORE + 0.22 * (clouds(rng, size, 4, 3) - 0.5)
    guide.put(np.ones_like(guide.x), ramp(_SKY, np.clip(tone, 0, 1)))
    guide.put(disc(guide, (0.36, 0.235), 0.15, 0.12) * 0.5, colours("fff0b0")[0])
    guide.put(disc(guide, (0.36, 0.235), 0.05, 0.006), colours("fff8dc")[0])
    _far_shore(rng, guide)
    _water(guide)
    _near_bank(rng, guide)
    for place, radius in (((0.84, 0.20), (0.19, 0.17)), ((0.70, 0.29), (0.10, 0.10))):
        _tree(rng, guide, place, radius)
    return guide


def _far_shore(rng: Generator, guide: Guide) -> None:
    for level, tall, tone in ((0.40, 0.035, "b49ac4 7a6aa8"), (0.425, 0.02, "8fae7a 3f6a6a")):
        where, depth = ridge(guide, level, tall, cloud_line(rng, guide.x[0], 4, 4))
        guide.put(where, ramp(colours(tone), smooth(0, 0.05, depth)))
    for x in np.arange(0.03, 0.62, 0.042) + rng.uniform(-0.012, 0.012, 15)[:15]:
        tall = rng.uniform(0.05, 0.12)
        outline = blob(rng, (x, _SHORE - tall * 0.8), (0.014, tall))
        side = np.clip((guide.x - x) / 0.03 + 0.5, 0, 1)
        guide.put(shape(guide, outline), ramp(_CROWN[1:], side))


def _water(guide: Guide) -> None:
    where = smooth(_SHORE - 0.001, _SHORE + 0.001, guide.y)
    mirrored = np.clip((2 * _SHORE - guide.y) * max(guide.size), 0, guide.size[1] - 1).astype(int)
    sway = guide.x + 0.01 * np.sin(guide.y * 210) * smooth(_SHORE, 0.6, guide.y)
    column = np.clip(sway * max(guide.size), 0, guide.size[0] - 1).astype(int)
    reflected = guide.tint[mirrored, column]
    depth = smooth(_SHORE, 0.74, guide.y)
    guide.put(where, 0.55 * reflected + 0.45 * ramp(_WATER, depth))
    band = smooth(0.55, 0.95, np.sin(guide.y * 300 + 5 * np.sin(guide.x * 14)))
    guide.put(where * band * 0.5, ramp(_WATER, np.clip(depth - 0.35, 0, 1)))
    glint = np.exp(-(((guide.x - 0.36) / 0.045) ** 2))
    guide.put(where * glint * (0.35 + 0.5 * band), colours("fff0c0")[0])
    _boat(guide)


def _boat(guide: Guide) -> None:
    sail = np.array([[0.200, 0.335], [0.197, 0.492], [0.262, 0.492]])
    jib = np.array([[0.192, 0.36], [0.189, 0.492], [0.150, 0.492]])
    hull = np.array([[0.138, 0.50], [0.278, 0.50], [0.258, 0.528], [0.160, 0.528]])
    for outline, tint in ((sail, "fffaf0"), (jib, "fbd9b4"), (hull, "8a2f3a")):
        guide.put(shape(guide, outline), colours(tint)[0])


def _near_bank(rng: Generator, guide: Guide) -> None:
    x = guide.x[0]
    line = smooth(0.28, 1.0, x) * 1.0 + 0.06 * cloud_line(rng, x, 6, 3)
    where, depth = ridge(guide, 0.735, 0.235, line)
    light = np.clip(depth * 3.2 + 0.45 * clouds(rng, guide.size, 7, 3), 0, 1)
    guide.put(where, ramp(_GRASS, light))
    shade = np.exp(-(((guide.x - 0.78) / 0.16) ** 2) - ((depth - 0.05) / 0.03) ** 2)
    guide.put(where * (0.85 * shade), colours("2a2f6b")[0])
    flowers: Plane = smooth(0.74, 0.8, clouds(rng, guide.size, 60, 1)) * where
    guide.put(flowers, ramp(colours("f25f5c ffd9e0 f7c948"), clouds(rng, guide.size, 9, 1)))


def _tree(
    rng: Generator, guide: Guide, place: tuple[float, float], radius: tuple[float, float]
) -> None:
    x, y = place
    trunk = np.array([[x - 0.014, y], [x + 0.014, y], [x + 0.022, 0.565], [x - 0.022, 0.565]])
    tone = np.clip((guide.x - x) / 0.04 + 0.5, 0, 1)
    guide.put(shape(guide, trunk), ramp(colours("c98a5a 6b3f5a 2f2350"), tone))
    for _ in range(9):
        off = rng.uniform(-0.62, 0.62, 2) * radius
        part = (radius[0] * rng.uniform(0.4, 0.6), radius[1] * rng.uniform(0.3, 0.5))
        where = shape(guide, blob(rng, (x + off[0], y + off[1]), part))
        down = (guide.y - y - off[1]) / part[1] + 0.7 * (guide.x - x - off[0]) / part[0]
        light = 0.45 + 0.42 * down + 0.2 * off[1] / radius[1]
        guide.put(where, ramp(_CROWN, np.clip(light, 0, 1)))
