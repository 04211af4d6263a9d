"""Cubism: a still life broken into overlapping planes, each shaded from an edge."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import (
    Floats,
    Plane,
    Size,
    colours,
    grid,
    mix,
    smooth,
    soften,
    to_sheet,
)
from nst_core.styles.painters.noise import clouds
from nst_core.styles.painters.plate import Plate, arc
from nst_core.styles.painters.strokes import Brush, Easel

__all__ = ["paint_facets"]

_TONES = colours("1d2430 3b4a5c 6f8794 a9b4ac d8cba6 c9a15c 9c6a33 5e3c22 2e3f3a e9e0c4 b0532e")
_INK = colours("14151a")[0]


class _Easel:
    """Planes shaded one over the other, the way of the brush on each, and lines to ink last."""

    def __init__(self, rng: Generator, size: Size) -> None:
        self.rng = rng
        self.plate = Plate(size, colours("8a7f66")[0])
        self.angle: Plane = np.zeros((self.plate.size[1], self.plate.size[0]), np.float32)
        self.solid: Plane = np.zeros_like(self.angle)
        self.ink: list[tuple[Floats, float]] = []
        self.edges: list[Floats] = []

    def facet(self, outline: Floats, tone: Floats | None = None) -> None:
        """Shade one plane from its first edge: into what lies under it, or whole in a tone."""
        box = self._box(outline)
        x, y = (axis[box] for axis in grid(self.plate.size))
        if x.size == 0:
            return
        where = self.plate.mask(outline)[box]
        along = outline[1] - outline[0]
        turn = float(np.arctan2(along[1], along[0]))
        deep = np.abs((y - outline[0, 1]) * np.cos(turn) - (x - outline[0, 0]) * np.sin(turn))
        deep = deep / max(float(deep[where > 0.5].max(initial=1e-3)), 1e-3)
        fade = 1 - 0.75 * deep if tone is None else 0.95 - 0.35 * deep
        tint = _TONES[self.rng.integers(len(_TONES))] if tone is None else tone
        lit = tint * (1.25 - 0.85 * deep)[..., None]
        self.plate.blend(box, lit, where * fade)
        self.angle[box] = np.where(where > 0.5, turn, self.angle[box])
        self.solid[box] = np.maximum(self.solid[box], where * (tone is not None))
        if tone is not None:
            self.ink.append((outline[:2], 0.0022))
        elif self.rng.random() < 0.35:
            self.edges.append(outline[:2])

    def _box(self, outline: Floats) -> tuple[slice, slice]:
        ends = np.array(self.plate.size)
        low = np.clip(outline.min(0) * self.plate.unit, 0, ends).astype(int)
        high = np.clip(outline.max(0) * self.plate.unit + 1, 0, ends).astype(int)
        return slice(low[1], high[1]), slice(low[0], high[0])


def paint_facets(rng: Generator, size: Size) -> Image.Image:
    """Paint a guitar, a bottle and fruit as a crystal would show them."""
    easel = _Easel(rng, size)
    for outline in _planes(rng, easel.plate):
        easel.facet(outline)
    _still_life(easel)
    return _brushed(easel)


def _planes(rng: Generator, plate: Plate) -> list[Floats]:
    """Return the background planes, large ones first, leaning on a few common directions."""
    outlines: list[Floats] = []
    leans = np.array([-1.15, -0.55, 0.35, 0.95, 1.45])
    for n in range(95):
        reach = 0.34 * (1 - n / 95) + 0.08
        place = rng.uniform((0, 0), (plate.right, plate.bottom))
        lean = rng.choice(leans) + rng.normal(0, 0.06)
        axis = np.array([np.cos(lean), np.sin(lean)])
        side = np.array([-axis[1], axis[0]]) * rng.uniform(0.35, 0.7)
        ends = rng.uniform(0.55, 1.0, 4)
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        corners = [(a * axis + b * side) * e for (a, b), e in zip(signs, ends, strict=True)]
        outlines.append(place + np.array(corners) * reach)
    return outlines


def _still_life(easel: _Easel) -> None:
    wide, tall = easel.plate.right, easel.plate.bottom
    _guitar(easel, np.array([0.42 * wide, 0.60 * tall]))
    _bottle(easel, np.array([0.76 * wide, 0.50 * tall]))
    for x, y, radius, tone in (
        (0.64, 0.84, 0.06, 10),
        (0.72, 0.88, 0.065, 5),
        (0.81, 0.86, 0.055, 8),
    ):
        _fruit(easel, (x * wide, y * tall), radius, _TONES[tone])


def _guitar(easel: _Easel, place: Floats) -> None:
    lean = np.array([[np.cos(-0.95), np.sin(-0.95)], [-np.sin(-0.95), np.cos(-0.95)]])
    t = np.linspace(-1, 1, 60)
    half = 0.13 + 0.045 * np.cos(t * 4.4 + 0.4) - 0.02 * t
    half = half * np.sqrt(np.maximum(1 - t**8, 0))
    outline = np.stack([t * 0.22, half], -1)
    for part, tone, shift in (
        (outline, 6, (0.0, 0.0)),
        (outline * (1, -1), 5, (0.03, -0.012)),
    ):
        body = (part + shift) @ lean + place
        easel.facet(body[[0, -1, *range(58, 0, -1)]], _TONES[tone])
        easel.ink.append((body, 0.0038))
    neck = np.array([[0.10, -0.022], [0.52, -0.016], [0.52, 0.016], [0.10, 0.022]])
    easel.facet(neck @ lean + place, _TONES[7])
    hole = tuple((np.array([0.06, 0.0]) @ lean + place).tolist())
    easel.plate.dots([np.array(hole)], [0.05], _TONES[9])
    easel.plate.dots([np.array(hole)], [0.043], _INK)
    for off in np.linspace(-0.012, 0.012, 5):
        string = np.array([[-0.14, off * 1.6], [0.52, off]]) @ lean + place
        easel.ink.append((string, 0.0013))
    bridge = np.array([[-0.14, -0.05], [-0.14, 0.05]]) @ lean + place
    easel.ink.append((bridge, 0.010))


def _bottle(easel: _Easel, place: Floats) -> None:
    side = np.array(
        [[0.02, -0.24], [0.02, -0.13], [0.062, -0.07], [0.062, 0.20], [0, 0.20], [0, -0.24]]
    )
    for flip, tone, shift in ((1, 2, 0.0), (-1, 8, 0.022)):
        outline = side * (flip, 1) + place + (0, shift)
        easel.facet(outline[[0, 5, 4, 3, 2, 1]], _TONES[tone])
        easel.ink.append((outline[:4], 0.004))
    label = np.array([[-0.05, 0.03], [0.055, 0.01], [0.055, 0.10], [-0.05, 0.12]]) + place
    easel.facet(label, _TONES[9])


def _fruit(easel: _Easel, place: tuple[float, float], radius: float, tone: Floats) -> None:
    for cut, light in ((0.0, 1.15), (1.3, 0.85), (2.6, 0.55)):
        easel.plate.shape(arc(place, radius, cut - 1.9, cut + 1.0), tone * light)
    easel.ink.append((arc(place, radius, -2.6, 2.4), 0.0038))


def _brushed(easel: _Easel) -> Image.Image:
    """Go over the planes with short dabs, keep their edges crisp, and ink the lines."""
    plate, sheet = easel.plate, easel.plate.sheet
    brush = Easel(easel.rng, plate.final, sheet)
    dab = Brush(length=0.017, width=0.0085, bristles=4, streak=0.05, drift=0.05, spacing=0.95)
    brush.cover(sheet, easel.angle, dab)
    edges = np.abs(np.gradient(sheet.mean(-1))).max(0) * plate.unit / 2
    crisp = smooth(6, 24, soften(edges, 2))
    painted = mix(to_sheet(brush.image), sheet, np.maximum(crisp, 0.25))
    worn = 0.90 + 0.2 * clouds(easel.rng, plate.size, 8, 4)
    plate.sheet = painted * worn[..., None]
    bare = plate.sheet
    for edge in easel.edges:
        plate.line(edge, _INK, 0.0022)
    # The edges of the background pass behind the things on the table.
    plate.sheet = mix(plate.sheet, bare, np.maximum(easel.solid, 0.35))
    for path, width in easel.ink:
        plate.line(path, _INK, width)
    brush.image = plate.image
    return brush.finish(1.8)
