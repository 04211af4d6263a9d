"""Thick oil paint: a swirling night, and a burning dusk in long bands."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import Plane, Size, colours, ramp, smooth
from nst_core.styles.painters.noise import cloud_line, clouds
from nst_core.styles.painters.scenes import Guide, around, disc, heading, ridge, shape
from nst_core.styles.painters.strokes import Brush, Easel

__all__ = ["paint_bands", "paint_swirls"]

_NIGHT = colours("0b1a45 15317a 1f55a8 4a8cc7 a9cfdd e6ecc9")
_GLOW = colours("fff6c4 ffe07a f6b93b 9fc4a8 3f7fb8")
_WHEAT = colours("5b4a17 b3831f e3b23c f7dd7e")
_FIRE = colours("7a1420 c22a1e e8551f f58b1f fbc04a fde8a0")
_LAKE = colours("0d1730 1c3a5e 2f6c86 7fb0a4 f0a24e")
_SUN = (0.66, 0.30)
_STARS = ((0.17, 0.12, 0.07), (0.44, 0.24, 0.13), (0.64, 0.09, 0.05), (0.86, 0.17, 0.11))


def paint_swirls(rng: Generator, size: Size) -> Image.Image:
    """Paint a rolling night sky over hills and a wheat field."""
    guide = Guide(size)
    _night_sky(rng, guide)
    _night_land(rng, guide)
    _cypress(guide)
    easel = Easel(rng, size, guide.tint)
    wide = Brush(length=0.10, width=0.017, bristles=7, streak=0.09, drift=0.09)
    fine = Brush(length=0.055, width=0.0095, bristles=4, streak=0.07, drift=0.10, spacing=1.5)
    easel.cover(guide.tint, guide.angle, wide)
    easel.cover(guide.tint, guide.angle, fine)
    _village(easel, size)
    return easel.finish(7)


def _night_sky(rng: Generator, guide: Guide) -> None:
    x, y = guide.x, guide.y
    right, down = np.ones_like(x), 0.55 * np.sin(x * 9 + 1) * smooth(0, 0.2, y)
    for n, (cx, cy, reach) in enumerate(_STARS):
        pull = 4 * np.exp(-(((x - cx) ** 2 + (y - cy) ** 2) / reach**2)) * (1 if n % 2 else -1)
        turn = around(guide, (cx, cy))
        right, down = right + pull * np.cos(turn), down + pull * np.sin(turn)
    guide.angle = np.arctan2(down, right)
    flow = clouds(rng, guide.size, 5, 3)
    bands = 0.5 + 0.5 * np.sin(26 * (y + 0.035 * np.sin(x * 9 + 1)) + 3 * flow)
    guide.put(np.ones_like(x), ramp(_NIGHT, 0.1 + 0.38 * flow + 0.36 * bands * flow))
    for cx, cy, reach in _STARS:
        _star(guide, (cx, cy), reach)


def _star(guide: Guide, place: tuple[float, float], reach: float) -> None:
    far = np.hypot(guide.x - place[0], guide.y - place[1]) / reach
    rings = np.clip(far + 0.09 * np.sin(far * 22), 0, 1)
    guide.put(smooth(1.0, 0.55, far), ramp(_GLOW, rings))


def _night_land(rng: Generator, guide: Guide) -> None:
    x = guide.x[0]
    tones = (colours("16285c 2c4f93"), colours("123b4f 3f8a86"), colours("14402c 74a04e"))
    for n, tone in enumerate(tones):
        line = cloud_line(rng, x, 3 + n, 3)
        tall = 0.05 - 0.01 * n
        where, depth = ridge(guide, 0.44 + 0.055 * n, tall, line)
        guide.put(where, ramp(tone, smooth(0.09, 0.0, depth)), heading(line, tall))
    line = cloud_line(rng, x, 2, 2)
    where, depth = ridge(guide, 0.60, 0.03, line)
    waves = 0.5 + 0.5 * np.sin(depth * 95 + 6 * np.sin(guide.x * 7))
    field = ramp(_WHEAT, np.clip(0.2 + 0.75 * waves, 0, 1))
    guide.put(where, field, heading(line, 0.03) - 0.35 + 0.5 * np.sin(guide.x * 11))


def _village(easel: Easel, size: Size) -> None:
    """Paint a few lit houses with a fine brush, after the land they stand on."""
    rng, guide = easel.rng, Guide(size)
    homes = np.zeros_like(guide.x)
    for left in np.linspace(0.44, 0.80, 9) + rng.uniform(-0.012, 0.012, 9):
        base, wide = rng.uniform(0.56, 0.59), rng.uniform(0.028, 0.042)
        tall = wide * 0.75
        wall = np.array([[0, 0], [wide, 0], [wide, -tall], [0, -tall]]) + np.array((left, base))
        roof = np.array([[-0.005, 0], [wide + 0.005, 0], [wide / 2, -tall * 0.9]])
        guide.put(shape(guide, wall), colours("f4d48a d99a55 8fa6c9")[rng.integers(3)], np.pi / 2)
        top = shape(guide, roof + np.array((left, base - tall)))
        guide.put(top, colours("7a2c22 2a3a7a")[rng.integers(2)], 0.5)
        homes = np.maximum(homes, np.maximum(shape(guide, wall), top))
    brush = Brush(length=0.014, width=0.005, bristles=2, streak=0.05, drift=0.06, spacing=0.8)
    easel.cover(guide.tint, guide.angle, brush, homes)


def _cypress(guide: Guide) -> None:
    for foot, top, wide in ((0.085, 0.13, 0.055), (0.15, 0.33, 0.035)):
        up = np.clip((0.72 - guide.y) / (0.72 - top), 0, 1)
        sway = foot + 0.012 * np.sin(guide.y * 38) + 0.01 * np.sin(guide.y * 17)
        half = wide * np.abs(np.sin(np.pi * up**0.6)) ** 0.8 * (1 - 0.45 * up)
        off = (guide.x - sway) / np.maximum(half, 1e-4)
        where = (np.abs(off) < 1) & (up > 0) & (up < 1)
        lit = np.clip(0.5 + 0.5 * np.sin(off * 5 + guide.y * 60), 0, 1)
        lean = -np.pi / 2 + 0.5 * off + 0.3 * np.sin(guide.y * 38)
        guide.put(where, ramp(colours("08150f 14351f 3b6330"), lit), lean)


def paint_bands(rng: Generator, size: Size) -> Image.Image:
    """Paint a dusk whose sky, hills and lake run in long trembling bands."""
    guide = Guide(size)
    _burning_sky(rng, guide)
    _dark_lake(rng, guide)
    easel = Easel(rng, size, guide.tint)
    long = Brush(length=0.30, width=0.013, bristles=5, streak=0.06, drift=0.07)
    thin = Brush(length=0.20, width=0.006, bristles=3, streak=0.05, drift=0.09, spacing=2.6)
    easel.cover(guide.tint, guide.angle, long)
    easel.cover(guide.tint, guide.angle, thin)
    _pines(easel, guide)
    return easel.finish(5)


def _bent(guide: Guide, phase: float) -> Plane:
    """How far each place is lifted by the tremble that the whole picture shares."""
    x, y = guide.x, guide.y
    wide = 0.045 * np.sin(x * 7 + phase + 5 * y) + 0.02 * np.sin(x * 17 - 9 * y + phase)
    return np.asarray(wide, np.float32)


def _along(level: Plane) -> Plane:
    down, right = np.gradient(level)
    return np.asarray(np.arctan2(-right, down), np.float32)


def _burning_sky(rng: Generator, guide: Guide) -> None:
    level = guide.y + _bent(guide, 0.4)
    far = np.hypot(guide.x - _SUN[0], (guide.y - _SUN[1]) * 1.2)
    near = smooth(0.42, 0.10, far)
    level = level + (0.47 - 1.05 * far - level) * near
    tone = np.clip(level / 0.45, 0, 1) + 0.15 * np.sin(level * 95)
    tone = tone + 0.25 * (clouds(rng, guide.size, 4, 3) - 0.5)
    guide.put(np.ones_like(level), ramp(_FIRE, np.clip(tone, 0, 1)), _along(level))
    teal = smooth(0.8, 1, np.sin(level * 62 + 2)) * smooth(0.3, 0.1, level)
    guide.put(teal * 0.8, colours("3f7f86")[0])
    guide.put(disc(guide, _SUN, 0.05), colours("fff8d6")[0])


def _dark_lake(rng: Generator, guide: Guide) -> None:
    x = guide.x[0]
    for n, tone in enumerate((colours("5c1f3f 9c3a3f"), colours("241a44 5a3a6a"))):
        line = cloud_line(rng, x, 2 + n, 2)
        where, depth = ridge(guide, 0.40 + 0.05 * n, 0.06, line)
        bands = 0.5 + 0.5 * np.sin(depth * 150)
        guide.put(where, ramp(tone, bands), heading(line, 0.06))
    level = guide.y + 0.6 * _bent(guide, 2.2)
    where = smooth(0.478, 0.482, level)
    glint = np.exp(-(((guide.x - _SUN[0]) / (0.04 + 0.3 * (guide.y - 0.45))) ** 2))
    tone = 0.32 + 0.28 * np.sin(level * 120) + 0.45 * glint
    guide.put(where, ramp(_LAKE, np.clip(tone, 0, 1)), _along(level))
    _shore(guide)


def _shore(guide: Guide) -> None:
    rise = 0.62 + 0.42 * guide.x**1.5 + 0.02 * np.sin(guide.x * 21)
    depth = guide.y - rise
    bands = 0.5 + 0.5 * np.sin(depth * 170)
    land = ramp(
        colours("1a0f1c 4a1f2a a2472c e0913c"), np.clip(bands * smooth(0.2, 0, depth), 0, 1)
    )
    guide.put(smooth(-0.001, 0.001, depth), land, _along(depth))


def _pines(easel: Easel, guide: Guide) -> None:
    """Paint the pines last and on their own, so that no band runs through them."""
    brush = Brush(length=0.035, width=0.007, bristles=3, streak=0.05, drift=0.05)
    for foot, top in ((0.055, 0.34), (0.20, 0.28), (0.12, 0.10)):
        where, side = _pine(guide, foot, top)
        needles = ramp(colours("0b0a14 1c1428 3a2038 8a3a2c"), np.abs(side))
        droop = np.where(side > 0, 0.75, np.pi - 0.75)
        easel.cover(needles, droop, brush, where)


def _pine(guide: Guide, foot: float, top: float) -> tuple[Plane, Plane]:
    up = (guide.y - top) / (0.74 - top)
    saw = np.mod(up * 8, 1)
    half = 0.006 + 0.062 * np.clip(up, 0, 1) * (0.35 + 0.65 * saw)
    side = (guide.x - foot - 0.01 * np.sin(guide.y * 14)) / half
    where = (np.abs(side) < 1) & (up > 0) & (up < 1.02)
    return where, np.clip(side, -1, 1)
