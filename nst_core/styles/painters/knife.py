"""Broad paint: an autumn wood with a palette knife, a harbour in wild colours."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import Floats, Plane, Size, colours, ramp, smooth
from nst_core.styles.painters.noise import cloud_line, clouds
from nst_core.styles.painters.scenes import Guide, blob, disc, heading, ridge, shape
from nst_core.styles.painters.strokes import Brush, Easel

__all__ = ["paint_autumn", "paint_fauve"]

_LEAVES = colours("5a1420 a82a1c dd5a1a f2931f f8c83a fbe68a")
_AIR = colours("2a4a6a 5f8fa8 b8cfc4 f3dca0")
_FLOOR = colours("3a1a1c 7a2c1c b8541f e39a34 f3cf6a")
_BARK = colours("f6f0e2 d8d3cc 9aa0ac 4a4654")


def paint_autumn(rng: Generator, size: Size) -> Image.Image:
    """Spread a birch wood in October along a wet path."""
    guide = _wood(rng, size)
    easel = Easel(rng, size, guide.tint)
    slab = Brush(length=0.045, width=0.026, bristles=12, streak=0.05, drift=0.10, spacing=0.8)
    touch = Brush(length=0.022, width=0.014, bristles=7, streak=0.05, drift=0.13, spacing=1.3)
    easel.cover(guide.tint, guide.angle, slab)
    easel.cover(guide.tint, guide.angle + 0.5, touch)
    _birches(easel, size)
    _falling(easel, size)
    return easel.finish(6)


def _wood(rng: Generator, size: Size) -> Guide:
    guide = Guide(size)
    mass = clouds(rng, size, 5, 4)
    low = guide.bottom * 0.66
    haze = np.exp(-(((guide.x - 0.47) / 0.14) ** 2) - ((guide.y - low * 0.75) / 0.24) ** 2)
    leaves = ramp(_LEAVES, np.clip(0.1 + 0.75 * mass + 0.35 * haze, 0, 1))
    turn = 6.3 * clouds(rng, size, 4, 2)
    guide.put(np.ones_like(mass), leaves, turn)
    gaps = smooth(0.52, 0.72, clouds(rng, size, 7, 3)) * smooth(0.6, 0.2, guide.y)
    guide.put(gaps * 0.9, ramp(_AIR, np.clip(guide.y / low + 0.3 * haze, 0, 1)))
    guide.put(0.85 * smooth(0.35, 0.95, haze), colours("fbeebc")[0])
    _ground(rng, guide, low)
    return guide


def _ground(rng: Generator, guide: Guide, low: float) -> None:
    line = cloud_line(rng, guide.x[0], 4, 3)
    where, depth = ridge(guide, low, 0.02, line)
    tone = np.clip(0.85 - depth * 1.5 + 0.5 * (clouds(rng, guide.size, 8, 3) - 0.5), 0, 1)
    guide.put(where, ramp(_FLOOR, tone), 0.12 * np.sin(guide.x * 9))
    half = 0.025 + 0.75 * np.maximum(depth, 0)
    middle = 0.47 + 0.10 * np.sin(depth * 12)
    path = smooth(1.0, 0.8, np.abs(guide.x - middle) / half) * where
    shine = np.clip(0.9 - depth * 3.0 + 0.35 * np.sin(depth * 160), 0, 1)
    guide.put(path, ramp(colours("35406a 6a7fa6 c9b8b0 f9e3b0"), shine), 0.0)


def _birches(easel: Easel, size: Size) -> None:
    rng, guide = easel.rng, Guide(size)
    everything = np.zeros_like(guide.x)
    for foot, wide, base in (
        (0.30, 0.008, 0.70),
        (0.62, 0.009, 0.70),
        (0.70, 0.013, 0.73),
        (0.21, 0.015, 0.75),
        (0.84, 0.021, 0.85),
        (0.08, 0.026, 0.93),
        (0.95, 0.017, 0.78),
    ):
        sway = foot + 0.018 * np.sin(guide.y * rng.uniform(3, 7) + rng.uniform(0, 6))
        up = 1 - guide.y / (base * guide.bottom)
        across = (guide.x - sway) / (wide * (1 - 0.35 * up))
        where = (np.abs(across) < 1) & (up > 0)
        marks = smooth(0.66, 0.74, clouds(rng, size, 26, 2)) * smooth(
            1.1, 0.1, np.abs(across + 0.3)
        )
        tone = 0.32 + 0.42 * across + 0.8 * marks
        guide.put(where, ramp(_BARK, np.clip(tone, 0, 1)), 0.12)
        everything = np.maximum(everything, where)
    knife = Brush(length=0.016, width=0.009, bristles=5, streak=0.04, drift=0.03, spacing=0.62)
    easel.cover(guide.tint, guide.angle, knife, everything)


def _falling(easel: Easel, size: Size) -> None:
    """Throw bright leaves over everything, thick where the crowns are."""
    rng, guide = easel.rng, Guide(size)
    crowns = clouds(rng, size, 6, 3) + 0.25 * smooth(0.35, 0.0, guide.y)
    tint = ramp(_LEAVES[1:], clouds(rng, size, 30, 2))
    leaf = Brush(length=0.012, width=0.009, bristles=3, streak=0.05, drift=0.12, spacing=1.6)
    easel.cover(tint, 6.3 * clouds(rng, size, 30, 1), leaf, (crowns > 0.72) * 1.0)


def paint_fauve(rng: Generator, size: Size) -> Image.Image:
    """Paint a harbour village in colours that no harbour ever had."""
    guide = _harbour(rng, size)
    easel = Easel(rng, size, colours("f3e3c8")[0] + np.zeros((size[1], size[0], 3), np.float32))
    slab = Brush(length=0.052, width=0.019, bristles=6, streak=0.055, drift=0.085, spacing=1.0)
    dab = Brush(length=0.026, width=0.012, bristles=4, streak=0.05, drift=0.11, spacing=1.7)
    easel.cover(guide.tint, guide.angle, slab)
    easel.cover(guide.tint, guide.angle, dab)
    _village(easel, size)
    return easel.finish(4.5)


def _harbour(rng: Generator, size: Size) -> Guide:
    guide = Guide(size)
    mass = clouds(rng, size, 4, 3)
    sky = ramp(colours("f7a8b8 f9d35a 7fd0c4 f48a6a f7c0cc"), mass)
    guide.put(np.ones_like(mass), sky, 0.5 * np.sin(guide.x * 6) + 0.9 * (mass - 0.5))
    guide.put(disc(guide, (0.24, 0.13), 0.055), colours("fff0a0")[0], 1.0)
    for level, tall, tone in (
        (0.30, 0.07, "2f5fb8 7a5ac8 e0508a"),
        (0.38, 0.05, "0f8a6a 5fc04a f2d23a"),
    ):
        line = cloud_line(rng, guide.x[0], 3, 3)
        where, depth = ridge(guide, level, tall, line)
        tint = ramp(colours(tone), np.clip(clouds(rng, size, 7, 2) + depth, 0, 1))
        guide.put(where, tint, heading(line, tall) + 0.7)
    water = smooth(0.469, 0.471, guide.y)
    wave = clouds(rng, size, 5, 2) * 0.7 + 0.3 * np.sin(guide.y * 130 + 4 * np.sin(guide.x * 8))
    sea = ramp(colours("123f9a 1f8fc8 3fc8b0 f28a5a f7d06a"), np.clip(wave, 0, 1))
    guide.put(water, sea, 0.10 * np.sin(guide.x * 14))
    return guide


def _village(easel: Easel, size: Size) -> None:
    """Build houses, trees and boats patch by patch over the land."""
    rng, fine = (
        easel.rng,
        Brush(length=0.02, width=0.008, bristles=3, streak=0.04, drift=0.05, spacing=0.8),
    )
    walls = colours("f25f3a f7c93a f6efe0 f29ab0 5fb8d8 e8543f")
    roofs = colours("c21f3a 1f3f9a 7a2f8a e0601f")
    for n in range(13):
        left, base = 0.02 + 0.056 * n + rng.uniform(-0.01, 0.01), 0.475 + rng.uniform(-0.012, 0.006)
        wide, tall = rng.uniform(0.045, 0.062), rng.uniform(0.055, 0.12)
        guide = Guide(size)
        wall = np.array([[0, 0], [wide, 0], [wide, -tall], [0, -tall]]) + np.array((left, base))
        roof = np.array([[-0.006, 0], [wide + 0.006, 0], [wide * 0.55, -0.04]])
        roof = roof + np.array((left, base - tall))
        _patch(easel, guide, wall, walls[rng.integers(6)], fine, 1.5)
        _patch(easel, guide, roof, roofs[rng.integers(4)], fine, 0.45)
        for row in range(int(tall / 0.034)):
            spot = np.array([left + wide * 0.3, base - 0.028 - 0.032 * row])
            pane = np.array([[0, 0], [0.011, 0], [0.011, 0.015], [0, 0.015]]) + spot
            _patch(easel, guide, pane, colours("142a6a")[0], fine, 1.5)
    _trees(easel, size, fine)
    _boats(easel, size, fine)


def _patch(
    easel: Easel, guide: Guide, outline: Floats, tint: Floats, brush: Brush, turn: float
) -> None:
    where = shape(guide, np.asarray(outline, np.float32))
    lit: Plane = 0.86 + 0.28 * smooth(0, 1, guide.x * 7 % 1)
    easel.cover(tint * lit[..., None], np.full_like(guide.x, turn), brush, where)


def _trees(easel: Easel, size: Size, brush: Brush) -> None:
    for place, radius in (
        ((0.86, 0.27), (0.11, 0.13)),
        ((0.96, 0.33), (0.07, 0.10)),
        ((0.76, 0.36), (0.05, 0.07)),
    ):
        guide = Guide(size)
        x, y = place
        trunk = np.array([[x - 0.012, y], [x + 0.012, y], [x + 0.02, 0.50], [x - 0.016, 0.50]])
        _patch(easel, guide, trunk, colours("8a1f5a")[0], brush, 1.5)
        crown = shape(guide, blob(easel.rng, place, radius))
        side = (guide.x - x) / radius[0] + 0.8 * (guide.y - y) / radius[1]
        tone = 0.5 + 0.35 * side + 0.3 * (clouds(easel.rng, size, 12, 2) - 0.5)
        tint = ramp(colours("f9e05a f28a2a d8343a 7a1f6a 1f3f8a"), np.clip(tone, 0, 1))
        easel.cover(tint, 3 * tone, brush, crown)


def _boats(easel: Easel, size: Size, brush: Brush) -> None:
    for x, y, long, code in (
        (0.20, 0.60, 0.13, "d82a3a"),
        (0.55, 0.56, 0.10, "7a2f9a"),
        (0.74, 0.67, 0.16, "f27a1f"),
    ):
        guide = Guide(size)
        hull = np.array([[-0.5, 0], [0.55, -0.02], [0.40, 0.17], [-0.36, 0.17]]) * long + (x, y)
        mast = np.array([[-0.015, -0.9], [0.015, -0.9], [0.02, 0], [-0.02, 0]]) * long + (x, y)
        sail = np.array([[0.04, -0.85], [0.05, -0.08], [0.50, -0.12]]) * long + (x, y)
        glow = np.array([[-0.4, 0.2], [0.42, 0.2], [0.3, 0.34], [-0.3, 0.34]]) * long + (x, y)
        for part, tint, turn in (
            (mast, "2a1a4a", 1.5),
            (sail, "fbf3dc", 1.2),
            (hull, code, 0.05),
            (glow, code, 0.0),
        ):
            _patch(easel, guide, part, colours(tint)[0], brush, turn)
