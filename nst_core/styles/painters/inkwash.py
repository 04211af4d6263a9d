"""Ink wash: mountains that rise from mist, on fibrous paper, with one red sun."""

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
    to_plane,
)
from nst_core.styles.painters.noise import cloud_line, clouds, paper
from nst_core.styles.painters.plate import Plate, swell
from nst_core.styles.painters.scenes import Guide, disc, ridge

__all__ = ["paint_inkwash"]

_SILK = colours("d9c8a4 ece0c4 f4ecd8")
_INK = colours("14171c")[0]
_TEAL = colours("3f5f66")[0]


def paint_inkwash(rng: Generator, size: Size) -> Image.Image:
    """Brush peaks, pines and birds over a misty valley."""
    large = (size[0] * 2, size[1] * 2)
    guide = Guide(large)
    guide.put(np.ones_like(guide.x), ramp(_SILK, clouds(rng, large, 3, 4)))
    _heaven(rng, guide)
    guide.put(
        disc(guide, (0.70, 0.17), 0.075, 0.004) * (0.75 + 0.25 * clouds(rng, large, 12, 2)),
        colours("bf3a2b")[0],
    )
    for level, tall, dark in (
        (0.30, 0.13, 0.42),
        (0.42, 0.16, 0.60),
        (0.55, 0.15, 0.78),
        (0.70, 0.12, 0.95),
    ):
        _peaks(rng, guide, level, tall, dark)
    ink = _pines(rng, size)
    _stain(guide, ink * (0.80 + 0.2 * clouds(rng, large, 50, 2)), _INK)
    tooth = 0.90 + 0.14 * paper(rng, large, 120)
    return fit(to_image(guide.tint * tooth[..., None]), size)


def _heaven(rng: Generator, guide: Guide) -> None:
    """Drag a wide, half-dry brush across the sky: streaks of thin ink that swell and break."""
    swell_of_air = clouds(rng, guide.size, 3, 3)
    bend = guide.y + 0.10 * swell_of_air + 0.015 * np.sin(guide.x * 7)
    hairs = 0.5 + 0.5 * np.sin(bend * 260 + 3 * clouds(rng, guide.size, 5, 3))
    sweep = smooth(0.45, 0.85, 0.5 + 0.5 * np.sin(bend * 34 + 1.5))
    dry = smooth(0.25, 0.75, clouds(rng, guide.size, 10, 4))
    thin = smooth(0.52, 0.10, guide.y)
    _stain(guide, thin * sweep * (0.20 + 0.42 * dry * hairs), _TEAL)
    _stain(guide, 0.35 * thin * clouds(rng, guide.size, 4, 4) ** 2, _INK)


def _stain(guide: Guide, amount: Plane, ink: Floats) -> None:
    """Let ink sink in: it darkens what is there and never covers it."""
    guide.tint = np.asarray(
        guide.tint * mix(np.ones(3, np.float32), ink, np.clip(amount, 0, 1)), np.float32
    )


def _peaks(rng: Generator, guide: Guide, level: float, tall: float, dark: float) -> None:
    x, size = guide.x[0], guide.size
    line = np.abs(cloud_line(rng, x, 4, 2)) * 1.1 - 0.2 + 0.14 * cloud_line(rng, x, 18, 4)
    where, depth = ridge(guide, level, tall, line)
    fade = np.exp(-depth / (0.05 + 0.05 * dark))
    rough = clouds(rng, size, 12, 4)
    # Dry-brush texture strokes run down the slopes, away from each crest.
    slope = np.gradient(line * tall) * max(size)
    strokes = np.sin(guide.x * 90 + depth * slope[None, :] * 60 + 9 * rough)
    cut = smooth(0.1, 0.7, strokes) * smooth(0.24, 0.02, depth) * smooth(0.3, 0.55, rough)
    rim = np.exp(-((depth / 0.006) ** 2))
    pool = smooth(0.25, 0.75, clouds(rng, size, 6, 4))
    wash = 0.95 * fade * (0.5 + 0.5 * pool) + 0.62 * cut + 0.5 * rim * rough
    amount = where * dark * wash
    # Mist first: a veil of paper over what is behind keeps the layers apart.
    guide.put(where * 0.55 * smooth(0.0, 0.12, depth), _SILK[2])
    _stain(guide, amount, mix(_TEAL, _INK, dark))


def _pines(rng: Generator, size: Size) -> Plane:
    plate = Plate(size, np.zeros(3, np.float32))
    for foot, base, tall, lean in (
        (0.09, 0.77, 0.56, 0.08),
        (0.25, 0.77, 0.30, -0.03),
        (0.93, 0.76, 0.33, -0.06),
    ):
        _pine(rng, plate, np.array([foot * plate.right, base * plate.bottom / 0.75]), tall, lean)
    _birds(rng, plate)
    ink = to_plane(plate.image)
    return np.asarray(np.maximum(ink, 0.8 * soften(ink, plate.unit / 900)), np.float32)


def _pine(rng: Generator, plate: Plate, foot: Floats, tall: float, lean: float) -> None:
    t = np.linspace(0, 1, 40)
    trunk = np.stack([foot[0] + lean * t + 0.018 * np.sin(t * 7), foot[1] - tall * t], -1)
    white = np.ones(3, np.float32)
    plate.stroke(trunk, white, 0.017 * (1 - 0.85 * t))
    for k in np.linspace(8, 39, 11).astype(int):
        side = 1 if k % 2 else -1
        reach = side * tall * (0.34 - 0.22 * k / 39) * rng.uniform(0.7, 1.2)
        bend = np.linspace(0, 1, 16)
        limb = trunk[k] + np.stack([bend * reach, 0.035 * bend**2 - 0.02 * np.sin(bend * 5)], -1)
        plate.stroke(limb, white, np.linspace(0.006, 0.002, 16))
        for spot in limb[5::3]:
            _needles(rng, plate, spot)


def _needles(rng: Generator, plate: Plate, spot: Floats) -> None:
    """Brush one pad of needles: a fan of short strokes."""
    for turn in rng.uniform(-2.75, -0.4, 15):
        reach = rng.uniform(0.014, 0.032)
        tip = np.array([np.cos(turn) * 1.35, np.sin(turn) * 0.75]) * reach
        path = spot + np.linspace(0, 1, 5)[:, None] * tip
        tint = np.full(3, rng.uniform(0.55, 1.0), np.float32)
        plate.stroke(path, tint, swell(5, 0.0042))


def _birds(rng: Generator, plate: Plate) -> None:
    for n in range(7):
        x, y = (
            0.40 + 0.035 * n + rng.uniform(-0.01, 0.01),
            0.10 + 0.02 * abs(n - 2) + rng.uniform(-0.01, 0.01),
        )
        for side in (-1, 1):
            t = np.linspace(0, 1, 8)
            wing = np.stack([x + side * 0.017 * t, y - 0.010 * np.sin(t * 2.4)], -1)
            plate.stroke(
                wing,
                np.full(3, 0.85, np.float32),
                0.0035 * (1.1 - t),
            )
