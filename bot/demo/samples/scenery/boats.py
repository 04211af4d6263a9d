"""Boats at their moorings: hulls, cabins, masts, stays and furled sails."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from bot.demo.samples.scenery.stage import Point, Stage, varied

__all__ = ["fleet"]


def fleet(stage: Stage, rng: Generator, waterline: float) -> None:
    """Moor a few boats along a waterline, in pixels from the top."""
    width = stage.size[0]
    plan = ((0.03, 0.20, "2b4a63", 1), (0.285, 0.13, "d9d2c2", 0), (0.455, 0.23, "7a2a22", 1))
    more = ((0.715, 0.12, "3b5a46", 0), (0.855, 0.17, "ddd6c8", 1))
    for left, long, paint, masts in plan + more:
        _boat(stage, rng, (left * width, waterline), long * width, paint, sails=bool(masts))


def _boat(stage: Stage, rng: Generator, at: Point, long: float, paint: str, *, sails: bool) -> None:
    """Draw one boat seen from the side, its bow to the right."""
    (x, y), hull = at, varied(rng, paint)
    tall = long * 0.135
    _hull(stage, (x, y), long, hull)
    cabin = long * 0.26
    start = x + long * (0.16 if sails else 0.30)
    roof = y - tall - cabin * 0.34
    stage.box((start, roof), (cabin, cabin * 0.36), "d8cfbd", 150)
    stage.box((start - 4, roof - cabin * 0.05), (cabin + 8, cabin * 0.07), "7b4a2c", 200)
    for i in range(3):
        pane = (start + cabin * (0.1 + 0.3 * i), roof + cabin * 0.08)
        stage.box(pane, (cabin * 0.2, cabin * 0.15), "20150c", 80, "ffb85c")
    if sails:
        _rig(stage, rng, (x, y - tall), long)


def _hull(
    stage: Stage, at: Point, long: float, hull: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
) -> None:
    x, y = at
    tall = long * 0.135
    along = np.linspace(0, 1, 40)
    sheer = y - tall * (0.86 + 0.55 * (along - 0.42) ** 2 * 2.2)
    top = [(x + long * (a * 1.06 - 0.02), s) for a, s in zip(along, sheer, strict=True)]
    foot = [(x + long * 0.93, y), (x + long * 0.05, y)]
    bands = ((0.0, 1.0, 0.55), (0.30, 1.0, 0.85), (0.62, 1.0, 1.1))
    stage.area([*top, *foot], np.clip(hull * 0.62, 0, 1), 130)
    for low, high, tone in bands:
        upper = [(px, py + (y - py) * (1 - high)) for px, py in top]
        lower = [(px, py + (y - py) * (1 - low)) for px, py in reversed(top)]
        lower = [(px + (x + long * 0.5 - px) * 0.06 * (1 - low), py) for px, py in lower]
        stage.area(upper + lower, np.clip(hull * tone, 0, 1), 135)
    stage.line(top, tall * 0.10, "c9b98f", 215)
    stage.line([(px, py + tall * 0.2) for px, py in top[1:-2]], tall * 0.06, "e6dfcf", 180)
    stage.area(
        [foot[1], foot[0], (foot[0][0] + 3, y - tall * 0.1), (foot[1][0] - 4, y - tall * 0.1)],
        "4a1f1a",
        120,
    )


def _rig(stage: Stage, rng: Generator, deck: Point, long: float) -> None:
    x, y = deck
    thick = max(2.0, long * 0.016)
    masts = ((0.52, 1.02), (0.24, 0.74)) if long > stage.size[0] * 0.19 else ((0.50, 0.98),)
    for place, high in masts:
        foot = (x + long * place, y + long * 0.03)
        top = (foot[0] + long * 0.006, y - long * high)
        stage.line([foot, top], thick, "c9a878", 190)
        for end in (1.02, 0.0):
            stage.line([top, (x + long * end, y - long * 0.015)], 1, "1c1a1c", 150)
        _furled(stage, rng, (foot[0], y - long * 0.14), long * 0.30, thick)
        spreader = y - long * high * 0.62
        stage.line(
            [(foot[0] - long * 0.035, spreader), (foot[0] + long * 0.035, spreader)],
            3,
            "7a5632",
            180,
        )


def _furled(stage: Stage, rng: Generator, at: Point, long: float, thick: float) -> None:
    """Draw a boom with its sail rolled up under a cover."""
    (x, y), cover = at, varied(rng, str(rng.choice(["2e3f5e", "b9ad93", "6a2f28"])))
    stage.line([(x, y), (x - long, y + long * 0.02)], thick * 0.8, "8a6238", 180)
    lumps = np.linspace(0, 1, 14)
    bulge = thick * (1.1 + 0.35 * rng.random(14)) * (1.15 - 0.7 * lumps)
    upper = [(x - long * a, y - b * 1.6) for a, b in zip(lumps, bulge, strict=True)]
    stage.area([*upper, (x - long, y), (x, y)], cover, 200)
