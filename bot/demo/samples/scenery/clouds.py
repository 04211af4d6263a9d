"""Clouds with a body: light is followed through a layer of vapour, step by step."""

from __future__ import annotations

import numpy as np
from PIL import Image

from bot.demo.samples.scenery.landform import View
from nst_core.styles.painters.canvas import Floats, smooth, soften

__all__ = ["cumulus"]

_SIDE = 64
_BASE, _TOP = 1.0, 2.5
_STEPS = 56


def _table(seed: int) -> Floats:
    return np.random.default_rng(seed).random((_SIDE, _SIDE, _SIDE), np.float32).ravel()


def _noise(table: Floats, x: Floats, y: Floats, z: Floats) -> Floats:
    """Return smooth noise in space, 0 to 1."""
    cells, parts = [], []
    for axis in (x, y, z):
        low = np.floor(axis)
        part = axis - low
        cells.append(low.astype(np.int32) % _SIDE)
        parts.append(part * part * (3 - 2 * part))
    total = np.zeros_like(x)
    for corner in range(8):
        sides = [(corner >> bit) & 1 for bit in range(3)]
        place, weight = np.zeros_like(cells[0]), np.ones_like(x)
        for cell, part, side in zip(cells, parts, sides, strict=True):
            place = place * _SIDE + (cell + side) % _SIDE
            weight = weight * (part if side else 1 - part)
        total += weight * table[place]
    return total


def _dense(table: Floats, place: Floats, octaves: int) -> Floats:
    """Return how dense the vapour is at places ``(3, n)``: flat below, heaped above."""
    x, y, z = place
    shape = _noise(table, x * 0.34 + 5, y * 0.3, z * 0.34)
    puffs, weight, scale = np.zeros_like(x), 0.5, 1.1
    for _ in range(octaves):
        puffs += weight * _noise(table, x * scale, y * scale, z * scale)
        weight, scale = weight * 0.52, scale * 2.13
    high = (y - _BASE) / (_TOP - _BASE)
    heap = smooth(0, 0.10, high) * smooth(1.05, 0.25, high)
    return np.asarray(
        np.clip((1.25 * shape + 0.85 * puffs + 0.42 * heap - 1.36) * 5.5, 0, 1) * (heap > 0)
    )


def cumulus(view: View, sun: Floats, seed: int, shrink: int = 3) -> tuple[Floats, Floats]:
    """Return the sunlight that clouds send to each pixel, and how much they hide, 0 to 1.

    Args:
        view: the camera; its eye lies below the clouds.
        sun: the direction to the sun.
        seed: of their shapes.
        shrink: how many pixels share one ray each way.
    """
    size = (view.size[0] // shrink, view.size[1] // shrink)
    small = View(size, view.eye, view.spread, view.horizon)
    up = np.broadcast_to(small.rows[:, None], (size[1], size[0]))
    ways = np.stack([np.broadcast_to(small.columns, up.shape), up, np.ones_like(up)])
    above = up > 0.035
    ways = ways[:, above]
    light, clear = _followed(_table(seed), ways, sun, seed)
    planes = []
    for values, empty in ((light, 0.0), (1 - clear, 0.0)):
        plane = np.full(up.shape, empty, np.float32)
        plane[above] = values
        plane = soften(plane, 1)
        large = Image.fromarray(plane).resize(view.size, Image.Resampling.BICUBIC)
        planes.append(np.asarray(large, np.float32))
    return np.maximum(planes[0], 0), np.clip(planes[1], 0, 1)


def _followed(table: Floats, ways: Floats, sun: Floats, seed: int) -> tuple[Floats, Floats]:
    light = np.zeros(ways.shape[1], np.float32)
    clear = np.ones_like(light)
    begin, end = _BASE / ways[1], np.minimum(_TOP / ways[1], _BASE / ways[1] + 9)
    step = (end - begin) / _STEPS
    along = begin + step * np.random.default_rng(seed).random(light.shape, np.float32)
    for _ in range(_STEPS):
        place = ways * along
        dense = _dense(table, place, 5)
        inside = np.flatnonzero((dense > 0.004) & (clear > 0.02))
        if inside.size:
            thick = np.zeros(inside.size, np.float32)
            for far in (0.05, 0.14, 0.32, 0.7):
                towards = place[:, inside] + sun[:, None] * np.float32(far)
                thick += _dense(table, towards, 3) * far * 0.9
            taken = 1 - np.exp(-dense[inside] * step[inside] * 7.0)
            shine = np.exp(-thick * 6.5) * 0.85 + 0.15 * np.exp(-thick * 1.4)
            light[inside] += clear[inside] * taken * shine
            clear[inside] *= 1 - taken
        along = along + step
    return light, clear
