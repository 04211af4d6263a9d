"""Pop art: flat primaries, printing dots and bold outlines."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import Floats, Plane, Size, colours, grid, mix, smooth
from nst_core.styles.painters.noise import clouds
from nst_core.styles.painters.plate import Plate, arc

__all__ = ["paint_popart"]

_INK = colours("14121c")[0]
_WHITE = colours("fbf6e6")[0]
_RED, _YELLOW, _BLUE, _CYAN, _PINK, _LEMON = colours("e4262f ffd11f 1f4fb8 4fc3e8 f79ac0 fff07a")


def paint_popart(rng: Generator, size: Size) -> Image.Image:
    """Print fruit over rays, dots and stripes, slightly out of register."""
    plate = Plate(size, _YELLOW)
    _panels(plate)
    _burst(rng, plate, (0.50 * plate.right, 0.50 * plate.bottom))
    _lemon(plate, (0.27 * plate.right, 0.35 * plate.bottom), 0.17)
    _cherries(plate, (0.72 * plate.right, 0.60 * plate.bottom), 0.115)
    _lemon(plate, (0.40 * plate.right, 0.83 * plate.bottom), 0.12, _RED, _PINK)
    _star(plate, (0.59 * plate.right, 0.17 * plate.bottom), 0.085)
    _worn(rng, plate)
    return plate.finish()


def _screen(plate: Plate, where: Plane, tint: Floats, pitch: float, tone: Plane) -> None:
    """Print dots into a mask: a lattice at 45 degrees whose dots grow with the tone (0..1)."""
    box = _box(where)
    x, y = (axis[box] for axis in grid(plate.size))
    u, v = (x + y) / pitch / np.sqrt(2), (x - y) / pitch / np.sqrt(2)
    far = np.hypot(np.mod(u, 1) - 0.5, np.mod(v, 1) - 0.5)
    edge = 1.2 / (pitch * plate.unit)
    reach = 0.68 * np.sqrt(tone[box])
    dots = smooth(edge, -edge, far - reach)
    plate.blend(box, tint, where[box] * dots)


def _box(where: Plane) -> tuple[slice, slice]:
    """Return the rows and columns that a mask touches."""
    rows, columns = np.nonzero(where.max(1))[0], np.nonzero(where.max(0))[0]
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _panels(plate: Plate) -> None:
    wide, tall = plate.right, plate.bottom
    x, y = grid(plate.size)
    corners = (
        (((0, 0), (0.56, 0), (0.38, 1), (0, 1)), _CYAN, _BLUE),
        (((0.56, 0), (1, 0), (1, 0.46), (0.485, 0.40)), _PINK, _RED),
        (((0.485, 0.40), (1, 0.46), (1, 1), (0.38, 1)), _YELLOW, _RED),
    )
    ways = (y / tall, 1 - (x - 0.5 * wide) / wide * 1.6, (x + y - 0.7) / 1.1)
    for n, (outline, ground, dot) in enumerate(corners):
        path = np.array(outline) * (wide, tall)
        plate.shape(path, ground)
        tone = np.clip(0.06 + 0.62 * ways[n], 0.05, 0.6)
        _screen(plate, plate.mask(path), dot, (0.019, 0.015, 0.017)[n], tone)
    for outline, _, _ in corners:
        path = np.array([*outline, outline[0]]) * (wide, tall)
        plate.line(path, _INK, 0.010)


def _burst(rng: Generator, plate: Plate, place: tuple[float, float]) -> None:
    for reach, tint in ((0.43, _INK), (0.415, _WHITE), (0.36, _INK), (0.35, _RED)):
        turn = np.linspace(0, 2 * np.pi, 45)[:-1]
        jag = np.where(np.arange(44) % 2, 0.66, 1.0) * (1 + 0.10 * np.sin(turn * 5 + 1))
        points = np.stack([np.cos(turn), np.sin(turn) * 0.82], -1) * (reach * jag)[:, None]
        plate.shape(points + place, tint)
    _rays(plate, place, plate.mask(points + place))
    for _ in range(26):
        lean = rng.uniform(0, 6.3)
        way = np.array([np.cos(lean), np.sin(lean)])
        path = np.array(place) + np.linspace(0.42, rng.uniform(0.47, 0.62), 6)[:, None] * way
        plate.stroke(path, _INK, np.linspace(0.010, 0.001, 6))


def _rays(plate: Plate, place: tuple[float, float], where: Plane) -> None:
    """Split the burst into rays of red and dotted yellow."""
    x, y = grid(plate.size)
    turn = np.arctan2(y - place[1], x - place[0])
    ray = smooth(-0.03, 0.03, np.sin(turn * 12)) * where
    plate.sheet = mix(plate.sheet, _YELLOW, ray)
    far = np.hypot(x - place[0], y - place[1])
    _screen(plate, ray, _RED, 0.0125, np.clip(0.62 - 2.0 * far, 0.02, 0.6))


def _lemon(
    plate: Plate,
    place: tuple[float, float],
    radius: float,
    peel: Floats = _YELLOW,
    flesh: Floats = _LEMON,
) -> None:
    """Draw a slice of citrus: peel, pith and eight segments."""
    for part, tint in ((1.0, _INK), (0.95, peel), (0.83, _INK), (0.81, _WHITE)):
        plate.dots([np.array(place)], [radius * part], tint)
    for k in range(8):
        start = k * np.pi / 4 + 0.1
        heart = np.array(place) + 0.10 * radius * np.array(
            [np.cos(start + 0.29), np.sin(start + 0.29)]
        )
        rim = arc(place, radius * 0.75, start, start + 0.585, 12)
        wedge = np.concatenate([heart[None], rim])
        plate.shape(wedge, flesh)
        x, y = grid(plate.size)
        tone = np.clip(0.1 + 0.35 * (x + y - sum(place) + radius) / radius, 0, 0.55)
        _screen(plate, plate.mask(wedge), peel * (1, 0.78, 0.7), 0.0105, tone)
        plate.line(np.concatenate([wedge, wedge[:2]]), _INK, 0.0045)


def _cherries(plate: Plate, place: tuple[float, float], radius: float) -> None:
    x, y = grid(plate.size)
    knot = np.array([place[0] + 0.04, place[1] - 0.33])
    for dx, dy in ((-0.085, 0.0), (0.115, 0.05)):
        spot = (place[0] + dx, place[1] + dy)
        t = np.linspace(0, 1, 24)[:, None]
        bend = np.array([0.05 * (1 if dx > 0 else -1), 0.0]) * np.sin(np.pi * t)
        stem = np.array([spot[0], spot[1] - radius * 0.8]) * (1 - t) + knot * t + bend
        plate.stroke(stem, _INK, 0.020)
        plate.stroke(stem, colours("2f9a4a")[0], 0.009)
        plate.dots([np.array(spot)], [radius], _INK)
        plate.dots([np.array(spot)], [radius * 0.93], _RED)
        ball = plate.mask(arc(spot, radius * 0.93, 0, 2 * np.pi, 60))
        tone = np.clip(((x - spot[0]) + (y - spot[1])) / radius * 0.45 + 0.12, 0, 0.7)
        _screen(plate, ball, colours("7a0f2a")[0], 0.0115, tone)
        shine = arc((spot[0] - 0.05 * radius, spot[1]), radius * 0.62, 3.3, 4.5, 16)
        plate.stroke(shine, _WHITE, 0.018 * np.sin(np.linspace(0.2, 2.9, 16)))
    _leaf(plate, knot)


def _leaf(plate: Plate, knot: Floats) -> None:
    t = np.linspace(0, 1, 30)[:, None]
    middle = knot + t * np.array([0.19, -0.03])
    swell = 0.055 * np.sin(np.pi * t**0.8) * np.array([0.15, 1])
    outline = np.concatenate([middle - swell, (middle + swell)[::-1]])
    plate.shape(outline, colours("3fb45a")[0])
    half = np.concatenate([middle, (middle + swell)[::-1]])
    where = plate.mask(half)
    _screen(plate, where, colours("0f5a3a")[0], 0.0105, np.full_like(where, 0.3))
    plate.line(np.concatenate([outline, outline[:2]]), _INK, 0.009)
    plate.line(middle, _INK, 0.006)


def _star(plate: Plate, place: tuple[float, float], radius: float) -> None:
    turn = np.arange(10) * np.pi / 5 - np.pi / 2
    for part, tint in ((1.12, _INK), (1.0, _YELLOW)):
        reach = radius * part * np.where(np.arange(10) % 2, 0.46, 1.0)
        points = np.stack([np.cos(turn), np.sin(turn)], -1) * reach[:, None] + place
        plate.shape(points, tint)
    x, _ = grid(plate.size)
    tone = np.clip((x - place[0]) / radius * 0.4 + 0.15, 0, 0.5)
    _screen(plate, plate.mask(points), _RED, 0.0105, tone)


def _worn(rng: Generator, plate: Plate) -> None:
    """Wear the flat inks a little, as cheap paper does."""
    thin = smooth(0.45, 1.0, clouds(rng, plate.size, 22, 3)) * clouds(rng, plate.size, 3, 2)
    sheet = mix(plate.sheet, _WHITE, 0.22 * thin)
    plate.sheet = sheet * (0.95 + 0.06 * clouds(rng, plate.size, 70, 2))[..., None]
