"""Soft pastel on black paper: northern lights over a frozen lake."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import Floats, Plane, Size, colours, mix, ramp, smooth
from nst_core.styles.painters.noise import cloud_line, clouds
from nst_core.styles.painters.scenes import Guide, heading, ridge
from nst_core.styles.painters.strokes import Brush, Easel

__all__ = ["paint_aurora"]

_NIGHT = colours("0a1030 101c48 1c2a66")
_LIGHTS = colours("1a4f6a 1fa67a 5fe0a0 c8f7c0 a86fd8 d85fa8")
_SNOW = colours("1c2450 3f5a9a 8fb0d8 e6f2f4")
_SHORE = 0.50


def paint_aurora(rng: Generator, size: Size) -> Image.Image:
    """Rub curtains of light over snowy hills, firs and their reflections."""
    guide = Guide(size)
    _sky(rng, guide)
    _hills(rng, guide)
    _ice(rng, guide)
    easel = Easel(rng, size, guide.tint)
    stick = Brush(length=0.085, width=0.011, bristles=5, streak=0.07, drift=0.05)
    tip = Brush(length=0.045, width=0.006, bristles=3, streak=0.06, drift=0.08, spacing=2.0)
    easel.cover(guide.tint, guide.angle, stick)
    easel.cover(guide.tint, guide.angle, tip)
    _firs(easel, size)
    return easel.finish(3.5)


def _sky(rng: Generator, guide: Guide) -> None:
    guide.put(np.ones_like(guide.x), ramp(_NIGHT, clouds(rng, guide.size, 4, 3)), np.pi / 2)
    for level, tall, phase in ((0.20, 0.16, 0.3), (0.33, 0.22, 2.2), (0.40, 0.13, 4.4)):
        _curtain(rng, guide, level, tall, phase)
    lean = 0.30 * np.sin(guide.x * 6 + 1)
    guide.angle = np.asarray(guide.angle + lean, np.float32)


def _curtain(rng: Generator, guide: Guide, level: float, tall: float, phase: float) -> None:
    """Hang one curtain: bright along its hem, fading upwards through violet."""
    x = guide.x[0]
    hem = level + 0.07 * np.sin(x * 7 + phase) + 0.03 * cloud_line(rng, x, 6, 3)
    up = (hem[None, :] - guide.y) / tall
    folds = 0.45 + 0.55 * np.abs(np.sin(x * 34 + phase + 3 * np.sin(x * 11)))
    glow = smooth(-0.12, 0.05, up) * smooth(1.05, 0.15, up) * folds[None, :]
    tint = ramp(_LIGHTS, np.interp(up, (-0.1, 0.05, 0.22, 0.5, 0.9), (0.1, 0.6, 0.38, 0.82, 1.0)))
    guide.put(np.clip(glow * 1.15, 0, 1), tint)


def _hills(rng: Generator, guide: Guide) -> None:
    for level, tall in ((0.42, 0.09), (0.485, 0.035)):
        line = cloud_line(rng, guide.x[0], 4, 4)
        where, depth = ridge(guide, level, tall, line)
        slope = np.gradient(line)[None, :] * 90
        light = (
            0.55 + 0.34 * np.tanh(slope) - 3.2 * depth + 0.4 * (clouds(rng, guide.size, 9, 3) - 0.5)
        )
        guide.put(where, ramp(_SNOW, np.clip(light, 0, 1)), heading(line, tall) + 0.9)


def _ice(rng: Generator, guide: Guide) -> None:
    where: Plane = smooth(_SHORE - 0.001, _SHORE + 0.001, guide.y)
    scale = max(guide.size)
    row = np.clip((2 * _SHORE - guide.y * 1.0) * scale, 0, guide.size[1] - 1).astype(int)
    sway = guide.x + 0.012 * np.sin(guide.y * 160 + 3 * np.sin(guide.x * 9))
    column = np.clip(sway * scale, 0, guide.size[0] - 1).astype(int)
    mirrored: Floats = guide.tint[row, column]
    dark = mix(mirrored, _NIGHT[0], 0.25 + 0.35 * smooth(_SHORE, 0.75, guide.y))
    guide.put(where, dark, 0.06 * np.sin(guide.x * 12))
    drift = smooth(0.60, 0.75, clouds(rng, guide.size, 6, 3)) * smooth(0.60, 0.72, guide.y)
    guide.put(where * drift, _SNOW[2])


def _firs(easel: Easel, size: Size) -> None:
    """Draw the firs with the edge of a dark stick, frost on their left side."""
    rng = easel.rng
    needle = Brush(length=0.022, width=0.0055, bristles=3, streak=0.05, drift=0.03, spacing=0.95)
    for foot, base, tall in (
        (0.06, 0.72, 0.46),
        (0.15, 0.66, 0.26),
        (0.22, 0.60, 0.15),
        (0.95, 0.73, 0.52),
        (0.86, 0.66, 0.30),
        (0.78, 0.60, 0.17),
        (0.71, 0.56, 0.10),
        (0.30, 0.56, 0.09),
    ):
        guide = Guide(size)
        up = (guide.y - base + tall) / tall
        saw = np.mod(up * 7 + rng.uniform(0, 1), 1)
        half = tall * (0.012 + 0.20 * np.clip(up, 0, 1) * (0.45 + 0.55 * saw))
        side = (guide.x - foot) / half
        where = ((np.abs(side) < 1) & (up > 0) & (up < 1)) * 1.0
        frost = np.clip(0.35 - 0.75 * side + 0.8 * (0.5 - saw), 0, 1)
        tint = ramp(colours("060a1c 0f2a3f 2f6a78 bfe6e0"), frost * 0.95)
        easel.cover(tint, np.where(side > 0, 0.7, np.pi - 0.7), needle, where)
