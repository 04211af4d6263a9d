"""Smooth chance at any place, which land, water, clouds and peel are made of."""

from __future__ import annotations

from functools import cache

import numpy as np

from nst_core.styles.painters.canvas import Floats

__all__ = ["eroded", "fractal", "noise", "ridges", "slopes"]

# A power of two, so that a bit mask wraps a place round.
_PERIOD = 512
# Turning every octave hides the lattice that all of them share.
_COS, _SIN = 0.8, 0.6


@cache
def _table(seed: int) -> Floats:
    return np.random.default_rng(seed).uniform(-1, 1, (_PERIOD, _PERIOD)).astype(np.float32)


def _corners(table: Floats, x: Floats, y: Floats) -> tuple[Floats, ...]:
    """Return the four values around each place and the place inside the cell, 0 to 1."""
    left, top = np.floor(x), np.floor(y)
    column, row = left.astype(np.int32) & (_PERIOD - 1), top.astype(np.int32) & (_PERIOD - 1)
    right, below = (column + 1) & (_PERIOD - 1), (row + 1) & (_PERIOD - 1)
    flat = table.ravel()
    a, b = flat[row * _PERIOD + column], flat[row * _PERIOD + right]
    c, d = flat[below * _PERIOD + column], flat[below * _PERIOD + right]
    return a, b, c, d, np.asarray(x - left), np.asarray(y - top)


def slopes(x: Floats, y: Floats, seed: int) -> tuple[Floats, Floats, Floats]:
    """Return smooth noise, -1 to 1 with about one hill a unit, and its slopes along x and y."""
    return _slopes(_table(seed), x, y)


def _slopes(table: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    a, b, c, d, right, down = _corners(table, x, y)
    u, v = (t * t * t * (t * (t * 6 - 15) + 10) for t in (right, down))
    du, dv = (30 * t * t * (t * (t - 2) + 1) for t in (right, down))
    across, along, twist = b - a, c - a, a - b - c + d
    value = a + across * u + along * v + twist * u * v
    return value, du * (across + twist * v), dv * (along + twist * u)


def noise(x: Floats, y: Floats, seed: int) -> Floats:
    """Return smooth noise, -1 to 1, with about one hill a unit."""
    return _noise(_table(seed), x, y)


def _noise(table: Floats, x: Floats, y: Floats) -> Floats:
    a, b, c, d, u, v = _corners(table, x, y)
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    top = a + (b - a) * u
    return np.asarray(top + (c + (d - c) * u - top) * v)


def _turned(x: Floats, y: Floats, scale: float = 2.0) -> tuple[Floats, Floats]:
    return scale * (_COS * x - _SIN * y), scale * (_SIN * x + _COS * y)


def fractal(x: Floats, y: Floats, seed: int, octaves: int = 5, gain: float = 0.5) -> Floats:
    """Return noise with ever finer noise on top, about -1 to 1."""
    table, total, weight = _table(seed), np.zeros_like(x), 1.0
    for _ in range(octaves):
        total += weight * _noise(table, x, y)
        x, y = _turned(x, y)
        weight *= gain
    return np.asarray(total * (1 - gain) / (1 - gain**octaves) * 1.4)


def ridges(x: Floats, y: Floats, seed: int, octaves: int = 5) -> Floats:
    """Return noise folded into sharp crests, 0 to 1."""
    table, total, weight = _table(seed), np.zeros_like(x), 0.5
    for _ in range(octaves):
        crest = 1 - np.abs(_noise(table, x, y))
        total += weight * crest * crest
        x, y = _turned(x, y)
        weight *= 0.5
    return total


def eroded(x: Floats, y: Floats, seed: int, octaves: int = 9) -> Floats:
    """Return the heights of worn mountains, about -1 to 1: steep places get no finer noise.

    Source: Inigo Quilez, https://iquilezles.org/articles/morenoise/.
    """
    table, total, weight = _table(seed), np.zeros_like(x), 1.0
    tilt_x, tilt_y = np.zeros_like(x), np.zeros_like(x)
    for _ in range(octaves):
        value, across, along = _slopes(table, x, y)
        tilt_x += across
        tilt_y += along
        total += weight * value / (1 + tilt_x * tilt_x + tilt_y * tilt_y)
        x, y = _turned(x, y)
        weight *= 0.5
    return total
