"""Brush strokes: paths that follow a flow, and an easel that paints them with bristles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

from nst_core.styles.painters.canvas import (
    Floats,
    Plane,
    Sheet,
    Size,
    bytes_of,
    emboss,
    fit,
    soften,
    to_image,
    to_plane,
    to_sheet,
)
from nst_core.styles.painters.noise import scatter

__all__ = ["Brush", "Easel", "normals", "pick", "ribbon", "trace"]

# One bristle of a stroke: its line, its colour, its thickness and what to skip at both ends.
_Mark: TypeAlias = tuple[list[float], tuple[int, ...], int, list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brush:
    """How a stroke looks.

    Attributes:
        length: of a stroke, in units of the long side.
        width: of a stroke, in the same units.
        bristles: streaks across a stroke.
        streak: how far the streaks differ in lightness, 0..1.
        drift: how far whole strokes differ in colour, 0..1.
        spacing: distance between strokes, in widths.
    """

    length: float
    width: float
    bristles: int = 6
    streak: float = 0.08
    drift: float = 0.05
    spacing: float = 1.0


def pick(plane: Floats, places: Floats) -> Floats:
    """Read a plane or sheet at places ``(..., 2)`` in pixels, the nearest where outside."""
    column = np.clip(places[..., 0].astype(int), 0, plane.shape[1] - 1)
    row = np.clip(places[..., 1].astype(int), 0, plane.shape[0] - 1)
    return np.asarray(plane[row, column])


def trace(angle: Plane, starts: Floats, length: float, steps: int = 8) -> Floats:
    """Follow a flow of angles both ways from each start: paths ``(n, 2 * steps + 1, 2)``."""
    step = length / (2 * steps)
    ahead = _walk(angle, starts, step, steps)
    behind = _walk(angle, starts, -step, steps)
    return np.concatenate([behind[:, :0:-1], ahead], axis=1)


def _walk(angle: Plane, starts: Floats, step: float, steps: int) -> Floats:
    places = [starts]
    for _ in range(steps):
        turn = pick(angle, places[-1])
        places.append(places[-1] + step * np.stack([np.cos(turn), np.sin(turn)], -1))
    return np.stack(places, axis=1).astype(np.float32)


def normals(path: Floats) -> Floats:
    """Return the unit normals along a path ``(..., n, 2)``."""
    along = np.gradient(path, axis=-2)
    along /= np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-6)
    return np.stack([-along[..., 1], along[..., 0]], -1)


def ribbon(path: Floats, width: Floats) -> list[float]:
    """Return the outline of a path ``(n, 2)`` of changing width, as Pillow draws polygons."""
    side = normals(path) * (width[:, None] / 2)
    outline: list[float] = np.concatenate([path + side, (path - side)[::-1]]).ravel().tolist()
    return outline


class Easel:
    """A picture painted stroke by stroke at twice its size, with thickness of paint."""

    def __init__(self, rng: Generator, size: Size, ground: Sheet | None = None) -> None:
        self.rng = rng
        self.final = size
        self.size = (size[0] * 2, size[1] * 2)
        self.unit = float(max(self.size))
        start = Image.new("RGB", self.size) if ground is None else fit(to_image(ground), self.size)
        self.image = start
        self.depth = Image.new("L", self.size, 90)
        self._paint = ImageDraw.Draw(self.image)
        self._pile = ImageDraw.Draw(self.depth)

    def cover(self, guide: Sheet, angle: Plane, brush: Brush, keep: Plane | None = None) -> None:
        """Cover the canvas with strokes coloured by a guide and led by angles (radians).

        Args:
            guide: colours at the size of the canvas or smaller.
            angle: directions, same shape as the guide.
            brush: the stroke.
            keep: where above 0.5 strokes may start; everywhere when None.
        """
        shrink = guide.shape[1] / self.size[0]
        spacing = brush.width * brush.spacing * self.unit * shrink
        starts = scatter(self.rng, (guide.shape[1], guide.shape[0]), spacing)
        if keep is not None:
            starts = starts[pick(keep, starts) > 0.5]
        paths = trace(angle, starts, brush.length * self.unit * shrink) / shrink
        self.strokes(paths, pick(guide, starts), brush)

    def strokes(self, paths: Floats, tints: Floats, brush: Brush) -> None:
        """Paint paths ``(n, k, 2)`` in canvas pixels with tints ``(n, 3)``."""
        rng, count, bristles = self.rng, len(paths), brush.bristles
        width = brush.width * self.unit * rng.uniform(0.75, 1.25, count)
        tints = tints + rng.normal(0, brush.drift, (count, 1)) * 0.7
        tints = tints + rng.normal(0, brush.drift, (count, 3)) * 0.5
        streaks = rng.normal(0, brush.streak, (count, bristles))
        fills = bytes_of(tints[:, None] + streaks[..., None])
        piles = rng.integers(70, 200, (count, bristles))
        # Paint squeezed out at both sides of a brush stands highest.
        piles[:, [0, -1]] = 235
        across = (np.arange(bristles) + 0.5) / bristles - 0.5
        sides = normals(paths)[:, None] * (width[:, None] * across)[..., None, None]
        lines = (paths[:, None] + sides).reshape(count, bristles, -1).tolist()
        skip = 2 * rng.integers(0, max(1, paths.shape[1] // 4), (2, count, bristles))
        thick = np.maximum(2, np.round(width / bristles * 1.7)).astype(int)
        for n in range(count):
            marks = zip(lines[n], fills[n], piles[n].tolist(), skip[:, n].T.tolist(), strict=True)
            self._stroke(marks, int(thick[n]))

    def _stroke(self, marks: Iterable[_Mark], thick: int) -> None:
        for line, fill, pile, (head, tail) in marks:
            part = line[head : len(line) - tail]
            self._paint.line(part, fill, thick)
            self._pile.line(part, pile, thick)

    def finish(self, strength: float = 6.0) -> Image.Image:
        """Light the paint and return the picture at its own size."""
        height = soften(to_plane(self.depth), self.unit / 1800)
        lit = emboss(to_sheet(self.image), height, strength)
        return fit(to_image(lit), self.final)
