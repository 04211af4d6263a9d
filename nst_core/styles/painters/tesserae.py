"""Mosaic: small stones laid in rows that follow the shapes, with grout between."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import (
    Floats,
    Plane,
    Sheet,
    Size,
    colours,
    emboss,
    fit,
    mix,
    ramp,
    smooth,
    soften,
    to_image,
)
from nst_core.styles.painters.noise import cloud_line, clouds
from nst_core.styles.painters.scenes import Guide, disc, ridge, shape
from nst_core.styles.painters.strokes import pick
from nst_core.styles.painters.voronoi import Labels, borders, cells

__all__ = ["paint_mosaic"]

_GOLD = colours("8a5a12 c98f1e efc04a fbe59a")
_SEA = colours("0b2352 12468a 1f7fae 5fc0c4 d6efe0")
_SUN = (0.5, 0.30)
_STEP = 0.0125


def paint_mosaic(rng: Generator, size: Size) -> Image.Image:
    """Lay a golden sky with a red sun over a blue sea with two fish."""
    bed = _Bed(rng, size)
    _sky(bed)
    _hills(bed)
    _sea(bed)
    tones = ("c2331f f08a2c fbe3a0 f7b23a", "a8244a e8643c f8d99a d83a4a")
    _fish(bed, (0.29, 0.595), 0.15, (1, 1), colours(tones[0]))
    _fish(bed, (0.73, 0.655), 0.13, (-1, 1), colours(tones[1]))
    places = bed.stones() * max(size)
    labels = cells((size[0] * 2, size[1] * 2), places * 2)
    tints = _vary(rng, pick(bed.guide.tint, places))
    levels = rng.uniform(0.7, 1.0, len(places))
    return fit(to_image(_set(rng, labels, tints, levels)), size)


class _Bed:
    """Wet mortar: which shape each place belongs to, and the rows of stones of each shape."""

    def __init__(self, rng: Generator, size: Size) -> None:
        self.rng = rng
        self.guide = Guide(size)
        self.zone = np.zeros((size[1], size[0]), np.int32)
        self.rows: list[Floats] = []

    def add(self, where: Plane, tint: Floats, rows: Floats) -> None:
        """Lay a shape over the earlier ones: its colours and the stones ``(n, 2)`` it wants."""
        self.guide.put(where, tint)
        self.zone[where > 0.5] = len(self.rows)
        self.rows.append(rows)

    def stones(self) -> Floats:
        """Return the stones that fit, near shapes first."""
        taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
        scale = max(self.guide.size)
        for zone in reversed(range(len(self.rows))):
            rows = self.rows[zone]
            rows = rows[pick((self.zone == zone) * 1.0, rows * scale) > 0]
            for x, y in (rows + self.rng.normal(0, 0.05 * _STEP, rows.shape)).tolist():
                if _free(taken, x, y):
                    taken.setdefault((int(x // _STEP), int(y // _STEP)), []).append((x, y))
        return np.array([spot for spots in taken.values() for spot in spots], np.float32)


def _rings(centre: tuple[float, float], reach: float) -> Floats:
    """Return stones in rings about a centre, as far as ``reach``."""
    rows = []
    for k in range(int(reach / _STEP)):
        radius = (k + 0.5) * _STEP
        turn = np.arange(max(4, round(2 * np.pi * radius / _STEP))) * _STEP / radius
        rows.append(np.stack([np.cos(turn + k), np.sin(turn + k)], -1) * radius + centre)
    return np.concatenate(rows)


def _courses(guide: Guide, level: float, tall: float, line: Floats, count: int) -> Floats:
    """Return stones in ``count`` rows, brick over brick, below a ridge."""
    rows = []
    for k in range(count):
        x = np.arange(-0.02, guide.size[0] / max(guide.size) + 0.02, _STEP) + (k % 2) * _STEP / 2
        column = np.clip(x * max(guide.size), 0, len(line) - 1).astype(int)
        rows.append(np.stack([x, level - tall * line[column] + (k + 0.5) * _STEP], -1))
    return np.concatenate(rows)


def _hug(outline: Floats) -> Floats:
    """Return stones in rows along the inside of an outline, one row within the other."""
    centre = outline.mean(0)
    half = float(np.min(np.ptp(outline, axis=0))) / 2
    rows = []
    for k in range(int(half / _STEP) + 1):
        inner = centre + (outline - centre) * max(1 - (k + 0.5) * _STEP / half, 0)
        closed = np.concatenate([inner, inner[:1]])
        run = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
        marks = np.arange(0, run[-1] - _STEP * 0.4, _STEP) if run[-1] > 0 else np.zeros(1)
        rows.append(np.stack([np.interp(marks, run, closed[:, c]) for c in (0, 1)], -1))
    return np.concatenate(rows)


def _vary(rng: Generator, tints: Floats) -> Floats:
    light = rng.normal(0, 0.085, (len(tints), 1))
    glint = (rng.random((len(tints), 1)) < 0.06) * 0.2
    return np.asarray(tints * (1 + light) + glint + rng.normal(0, 0.03, tints.shape), np.float32)


def _set(rng: Generator, labels: Labels, tints: Floats, levels: Floats) -> Sheet:
    """Colour the stones, sink the grout between them and light their rims."""
    size = (labels.shape[1], labels.shape[0])
    near = soften(borders(labels), max(size) * _STEP / 13)
    rough = 0.5 * clouds(rng, size, 70, 2)
    gap = smooth(0.06, 0.095, near + 0.03 * (rough - 0.25))
    grout = colours("2e2a2c")[0] * (0.6 + 0.9 * rough)[..., None]
    height = soften(levels[labels] * (1 - gap), max(size) / 1100)
    return emboss(mix(tints[labels], grout, gap), height + 0.10 * rough, 2.6)


def _free(taken: dict[tuple[int, int], list[tuple[float, float]]], x: float, y: float) -> bool:
    column, row = int(x // _STEP), int(y // _STEP)
    near = (
        spot
        for i in (column - 1, column, column + 1)
        for j in (row - 1, row, row + 1)
        for spot in taken.get((i, j), ())
    )
    least = (0.66 * _STEP) ** 2
    return all((x - a) ** 2 + (y - b) ** 2 > least for a, b in near)


def _sky(bed: _Bed) -> None:
    guide = bed.guide
    far = np.hypot(guide.x - _SUN[0], guide.y - _SUN[1])
    turn = np.arctan2(guide.y - _SUN[1], guide.x - _SUN[0])
    rays = smooth(-0.25, 0.25, np.sin(turn * 14))
    blue = smooth(0.20, 0.44, far) * (1 - rays)
    sky = ramp(_GOLD, np.clip(0.95 - far * 0.9 + 0.30 * rays - 0.1, 0, 1))
    sky = mix(sky, ramp(colours("123a7a 2f7fae"), rays * far), blue)
    rings = _rings(_SUN, 1.0)
    bed.add(np.ones_like(far), sky, rings)
    for radius, tint in (
        (10, "fff3c4"),
        (9, "e0552b"),
        (7, "c02a2a"),
        (5, "f08a2c"),
        (2, "fbe08a"),
    ):
        bed.add(disc(guide, _SUN, radius * _STEP, 0.0005), colours(tint)[0], rings)


def _hills(bed: _Bed) -> None:
    guide = bed.guide
    for level, tone in ((0.415, "4f2a5c 9a5a9a"), (0.45, "17504a 6fae5c")):
        line = cloud_line(bed.rng, guide.x[0], 3, 2)
        where, depth = ridge(guide, level, 0.035, line)
        stripe = ramp(colours(tone), np.floor(depth / _STEP) % 2)
        bed.add(where, stripe, _courses(guide, level, 0.035, line, 9))


def _sea(bed: _Bed) -> None:
    guide = bed.guide
    for n in range(7):
        line = np.sin(guide.x[0] * (15 - 0.8 * n) + bed.rng.uniform(0, 6.3))
        level = 0.492 + 3.3 * _STEP * n
        where, depth = ridge(guide, level, 0.013, line)
        tone = ramp(_SEA, np.clip(1.0 - depth / _STEP * 0.24, 0, 1))
        bed.add(where, tone, _courses(guide, level, 0.013, line, 7))


def _fish(
    bed: _Bed, place: tuple[float, float], long: float, sway: tuple[int, int], tone: Floats
) -> None:
    guide = bed.guide
    t = np.linspace(0, 1, 40)
    half = 0.46 * long * np.sin(np.pi * t**0.8) ** 0.9
    body = np.stack([(2 * t - 1) * long, half], -1)
    body = np.concatenate([body, body[::-1] * (1, -1)])
    tail = np.array([[0.8, 0], [1.45, -0.5], [1.25, 0], [1.45, 0.5]]) * long
    fin = np.array([[-0.25, -0.36], [0.1, -0.75], [0.55, -0.3]]) * long
    for part in (tail, fin):
        outline = part * sway + place
        bed.add(shape(guide, outline), tone[1], _hug(outline))
    outline = body * sway + place
    far = _inside(guide, outline)
    bed.add(shape(guide, outline), tone[np.minimum(far, 3)], _hug(outline))
    eye = (place[0] - 0.62 * long * sway[0], place[1] - 0.07 * long)
    bed.add(disc(guide, eye, 1.5 * _STEP, 0.0005), colours("fff6dc")[0], _rings(eye, 0.03))
    bed.add(
        disc(guide, eye, 0.45 * _STEP, 0.0005), colours("101828")[0], np.array([eye], np.float32)
    )


def _inside(guide: Guide, outline: Floats) -> Labels:
    """Number the rows of a shape from its rim inwards: 0, 1, 2 and so on."""
    centre = outline.mean(0)
    half = float(np.min(np.ptp(outline, axis=0))) / 2
    rows = np.zeros_like(guide.x, np.int32)
    for k in range(1, int(half / _STEP) + 1):
        inner = centre + (outline - centre) * (1 - k * _STEP / half)
        rows[shape(guide, inner) > 0.5] = k
    return rows
