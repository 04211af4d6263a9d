"""Smooth chance: the clouds, grain and meanders that painters start from."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import Floats, Plane, Size

__all__ = ["cloud_line", "clouds", "paper", "scatter"]


def clouds(rng: Generator, size: Size, cells: float, octaves: int = 4) -> Plane:
    """Return soft random hills from 0 to 1.

    Args:
        rng: the source of chance.
        size: width and height in pixels.
        cells: how many hills fit along the long side.
        octaves: how often finer hills, each half as high, are added.
    """
    total = np.zeros((size[1], size[0]), np.float32)
    for octave in range(octaves):
        total += _layer(rng, size, cells * 2**octave) * 0.5**octave
    low, high = np.quantile(total, [0.005, 0.995])
    return np.asarray(np.clip((total - low) / (high - low), 0, 1), np.float32)


def _layer(rng: Generator, size: Size, cells: float) -> Plane:
    across, down = (max(2, round(cells * side / max(size))) for side in size)
    seeds = rng.random((down + 4, across + 4), np.float32)
    # Cropping the margin keeps the flattened border of the interpolation out of the picture.
    box = (2.0, 2.0, across + 2.0, down + 2.0)
    return np.asarray(Image.fromarray(seeds).resize(size, Image.Resampling.BICUBIC, box))


def cloud_line(rng: Generator, x: Floats, cells: float, octaves: int = 5) -> Floats:
    """Return a random ridge over places ``x`` in 0..1: values about -1 to 1."""
    total = np.zeros(np.shape(x), np.float64)
    for octave in range(octaves):
        count = max(2, round(cells * 2**octave))
        knots = rng.uniform(-1, 1, count + 2)
        place = np.clip(x, 0, 1) * count
        left = np.minimum(place.astype(int), count)
        part = place - left
        part = part * part * (3 - 2 * part)
        total += (knots[left] * (1 - part) + knots[left + 1] * part) * 0.5**octave
    return np.asarray(total, np.float32)


def paper(rng: Generator, size: Size, grain: float = 160) -> Plane:
    """Return the tooth of a sheet of paper, 0 to 1: fibres and pits, never single pixels."""
    return 0.6 * clouds(rng, size, grain, 2) + 0.4 * clouds(rng, size, grain / 6, 3)


def scatter(rng: Generator, size: Size, spacing: float, jitter: float = 0.9) -> Floats:
    """Return places ``(n, 2)`` in pixels, about ``spacing`` apart, past every border, shuffled."""
    across, down = (int(side / spacing) + 3 for side in size)
    cells = np.stack(np.meshgrid(np.arange(across), np.arange(down)), -1).reshape(-1, 2)
    places = cells + (rng.random(cells.shape) - 0.5) * jitter - 0.5
    # Rows set off by half a cell hide the lattice.
    places[:, 0] += (cells[:, 1] % 2) * 0.5
    return np.asarray(rng.permutation(places * spacing), np.float32)
