"""Nearest-neighbour cells over scattered points, without a library for it."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nst_core.styles.painters.canvas import Floats, Size

__all__ = ["Labels", "borders", "cells"]

Labels: TypeAlias = NDArray[np.int32]


def cells(size: Size, points: Floats, block: int = 64) -> Labels:
    """Return for every pixel the index of its nearest point ``(n, 2)``, in pixels.

    The picture is done in blocks, each against only the points that can win in it.
    """
    labels = np.empty((size[1], size[0]), np.int32)
    for top in range(0, size[1], block):
        for left in range(0, size[0], block):
            high, wide = min(block, size[1] - top), min(block, size[0] - left)
            labels[top : top + high, left : left + wide] = _block(points, left, top, wide, high)
    return labels


def _block(points: Floats, left: int, top: int, wide: int, high: int) -> Labels:
    centre = np.array([left + wide / 2, top + high / 2], np.float32)
    far = np.hypot(*(points - centre).T)
    # A point farther than the nearest one by a whole diagonal cannot be nearest anywhere here.
    near = np.nonzero(far <= far.min() + np.hypot(wide, high))[0]
    x = np.arange(left, left + wide, dtype=np.float32)[None, :, None]
    y = np.arange(top, top + high, dtype=np.float32)[:, None, None]
    spread = (x - points[near, 0]) ** 2 + (y - points[near, 1]) ** 2
    labels: Labels = near[np.argmin(spread, axis=-1)].astype(np.int32)
    return labels


def borders(labels: Labels) -> Floats:
    """Return 1 where a pixel's label differs from the next one's, else 0."""
    edge = np.zeros(labels.shape, np.float32)
    edge[:, :-1] = labels[:, :-1] != labels[:, 1:]
    edge[:-1] = np.maximum(edge[:-1], labels[:-1] != labels[1:])
    return edge
