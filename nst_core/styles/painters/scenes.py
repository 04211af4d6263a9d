"""Guides: what a scene shows and which way its brush goes, before any technique."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

from nst_core.styles.painters.canvas import Floats, Plane, Sheet, Size, grid, mix, smooth, to_plane
from nst_core.styles.painters.noise import cloud_line

__all__ = ["Guide", "around", "blob", "disc", "heading", "ridge", "shape"]


class Guide:
    """Colours and brush directions of a scene, filled from far to near."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.x, self.y = grid(size)
        self.bottom = size[1] / max(size)
        self.tint: Sheet = np.zeros((size[1], size[0], 3), np.float32)
        self.angle: Plane = np.zeros((size[1], size[0]), np.float32)

    def put(self, where: Plane, tint: Floats, angle: Floats | float | None = None) -> None:
        """Lay a tint (sheet or colour) where a mask of 0..1 says, and turn the brush there."""
        self.tint = mix(self.tint, tint, where)
        if angle is not None:
            self.angle = np.where(where > 0.5, angle, self.angle).astype(np.float32)


def disc(guide: Guide, place: tuple[float, float], radius: float, edge: float = 0.002) -> Plane:
    """Return the mask of a disc, in units of the long side."""
    far = np.hypot(guide.x - place[0], guide.y - place[1])
    return smooth(radius + edge, radius - edge, far)


def ridge(guide: Guide, level: float, tall: float, line: Floats) -> tuple[Plane, Plane]:
    """Return the mask of the land below a ridge, and how far below it each place lies.

    Args:
        guide: the scene.
        level: height of the ridge's middle, in units of the long side from the top.
        tall: how far the line (-1..1, one value a column) lifts it.
        line: see ``cloud_line``.
    """
    depth = guide.y - (level - tall * line)[None, :]
    return smooth(-0.001, 0.001, depth), np.asarray(depth, np.float32)


def around(guide: Guide, place: tuple[float, float]) -> Plane:
    """Return the directions that circle a place."""
    return np.asarray(np.arctan2(guide.x - place[0], place[1] - guide.y), np.float32)


def heading(line: Floats, tall: float) -> Plane:
    """Return the direction along a ridge, one row to broadcast over the columns."""
    slope = np.gradient(-line * tall) * len(line)
    return np.asarray(np.arctan(slope)[None, :], np.float32)


def shape(guide: Guide, outline: Floats) -> Plane:
    """Return the mask of a polygon ``(n, 2)`` in units of the long side."""
    image = Image.new("L", guide.size, 0)
    points = (np.asarray(outline) * max(guide.size)).ravel().tolist()
    ImageDraw.Draw(image).polygon(points, fill=255)
    return to_plane(image)


def blob(rng: Generator, place: tuple[float, float], radius: tuple[float, float]) -> Floats:
    """Return the outline of a soft bush or stone: an ellipse with a random rim."""
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    wobble = cloud_line(rng, np.abs(np.linspace(-1, 1, 72)), 4, 3)
    reach = 1 + 0.16 * wobble
    points = np.stack([np.cos(turn) * radius[0], np.sin(turn) * radius[1]], -1)
    return np.asarray(points * reach[:, None] + np.array(place), np.float32)
