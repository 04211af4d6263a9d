"""Marbled paper: drops of ink pushed apart on water, then combed."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import Floats, Plane, Size, colours, fit, grid, to_image
from nst_core.styles.painters.noise import clouds, paper, scatter
from nst_core.styles.painters.voronoi import Labels

__all__ = ["paint_marbling"]

_INKS = colours("14234f 1f5f8b 2fa6a0 f3e6c8 d9a441 c8452e 7a1f3a f6efe0")
_ODDS = (0.20, 0.15, 0.13, 0.15, 0.12, 0.11, 0.06, 0.08)


def paint_marbling(rng: Generator, size: Size) -> Image.Image:
    """Drop inks, draw a fine comb across them and swirl a few whorls with a stylus."""
    large = (size[0] * 2, size[1] * 2)
    x, y = (axis.copy() for axis in grid(large))
    for place, reach, turn in _whorls(rng, size):
        x, y = _unswirl(x, y, place, reach, turn)
    x, y = _uncomb(x, y)
    sheet = _inks(rng, x, y, size)
    tooth = 0.93 + 0.09 * paper(rng, large) + 0.03 * clouds(rng, large, 5, 2)
    return fit(to_image(sheet * tooth[..., None]), size)


def _whorls(rng: Generator, size: Size) -> list[tuple[Floats, float, float]]:
    """Return where the stylus turns, how far it reaches and how much it turns (radians)."""
    wide, tall = size[0] / max(size), size[1] / max(size)
    places = np.array([(0.24, 0.30), (0.70, 0.24), (0.46, 0.66), (0.87, 0.70), (0.08, 0.78)])
    places = places * (wide, tall) + rng.normal(0, 0.02, (5, 2))
    reaches, turns = (0.14, 0.17, 0.15, 0.11, 0.10), (4.2, -5.0, 4.6, -3.6, 3.4)
    return list(zip(places, reaches, turns, strict=True))


def _unswirl(x: Plane, y: Plane, place: Floats, reach: float, turn: float) -> tuple[Plane, Plane]:
    right, down = x - place[0], y - place[1]
    angle = turn * np.exp(-((np.hypot(right, down) / reach) ** 2) * 2.0)
    cos, sin = np.cos(angle), np.sin(angle)
    return place[0] + right * cos - down * sin, place[1] + right * sin + down * cos


def _uncomb(x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """Undo a wavy pull along x, then the teeth of a comb pulled up and down."""
    x = x + 0.035 * np.sin(y * 21) + 0.012 * np.sin(y * 47 + 1)
    teeth = np.abs(np.mod(x * 11, 1) - 0.5) * 2
    way = np.where(np.floor(x * 11) % 2 > 0, 1, -1)
    pull = 0.11 * (np.exp(-teeth * 2.2) - 0.33) * way
    y = y + pull
    return x, y


def _inks(rng: Generator, x: Plane, y: Plane, size: Size) -> Floats:
    """Take the drops back one by one: the last drop that holds a place gives its ink."""
    spots = scatter(rng, size, 0.12 * max(size), 0.8) / max(size)
    # Four drops on one spot push each other into rings; combed, rings become feathers.
    drops = np.repeat(spots, 4, axis=0)
    radii = rng.uniform(0.016, 0.044, len(drops)).astype(np.float32)
    inks = rng.choice(len(_INKS), len(drops), p=_ODDS).astype(np.int32)
    # A few rows at a time stay in the processor's cache, which halves the work.
    rows = [
        _trace_back(x[top : top + 24], y[top : top + 24], drops, radii, inks)
        for top in range(0, len(x), 24)
    ]
    return _INKS[np.concatenate(rows)]


def _trace_back(x: Plane, y: Plane, drops: Floats, radii: Floats, inks: Labels) -> Labels:
    shape = x.shape
    x, y = (np.asarray(axis, np.float32).ravel() for axis in (x, y))
    found, left = np.zeros(x.size, np.int32), np.arange(x.size)
    for (cx, cy), radius, ink in zip(drops, radii, inks, strict=True):
        right, down = x - cx, y - cy
        far = right * right + down * down
        inside = far < radius * radius
        if inside.any():
            found[left[inside]] = ink
            stay = ~inside
            right, down, far, left = right[stay], down[stay], far[stay], left[stay]
        squeeze = np.sqrt(1 - radius * radius / far)
        x, y = cx + right * squeeze, cy + down * squeeze
    # Water that no drop reached still carries the first, striped throw of ink.
    stripe = np.floor((y + 0.02 * np.sin(x * 25)) * 26).astype(int) * 5
    found[left] = np.array([3, 0, 2, 7, 1, 4, 3, 5])[stripe % 8]
    return found.reshape(shape)
