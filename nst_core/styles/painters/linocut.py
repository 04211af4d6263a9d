"""Linocut: gouged lines in dark lino, printed over flat colours."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import Floats, Plane, Size, colours, mix, ramp, smooth
from nst_core.styles.painters.noise import cloud_line, clouds, scatter
from nst_core.styles.painters.plate import Plate, swell
from nst_core.styles.painters.scenes import Guide, around, disc, heading, ridge
from nst_core.styles.painters.strokes import pick, trace

__all__ = ["paint_linocut"]

_BLACK = colours("17181d")[0]
_CREAM = colours("f4e8cd")[0]


def paint_linocut(rng: Generator, size: Size) -> Image.Image:
    """Cut sunflowers before furrowed fields and a low moon."""
    guide, light = _fields(rng, size)
    plate = Plate(size, _BLACK)
    _gouge(rng, plate, guide, light)
    for x, y, radius in (
        (0.22, 0.30, 0.105),
        (0.66, 0.38, 0.12),
        (0.43, 0.52, 0.095),
        (0.90, 0.56, 0.085),
    ):
        _stalk(rng, plate, (x * plate.right, y * plate.bottom / 0.75), radius)
    for x, y, radius in (
        (0.22, 0.30, 0.105),
        (0.90, 0.56, 0.085),
        (0.66, 0.38, 0.12),
        (0.43, 0.52, 0.095),
    ):
        _sunflower(rng, plate, (x * plate.right, y * plate.bottom / 0.75), radius)
    _print(rng, plate)
    return plate.finish()


def _fields(rng: Generator, size: Size) -> tuple[Guide, Plane]:
    """Return the colours and gouge directions of the land, and how much light it gets."""
    guide = Guide(size)
    moon = (0.47, 0.17)
    far = np.hypot(guide.x - moon[0], guide.y - moon[1])
    sky = ramp(colours("f2d9a0 8fb8b0 3f8a94 2a6a80"), np.clip(far * 1.9, 0, 1))
    guide.put(np.ones_like(far), sky, around(guide, moon))
    light = np.clip(0.95 - 1.1 * far, 0.30, 1)
    guide.put(disc(guide, moon, 0.085, 0.001), _CREAM)
    light = np.where(far < 0.085, 0.95, np.where(far < 0.10, 0.0, light))
    for n, tone in enumerate(("4f9a94", "8fae4a", "d9a43a", "c8662f")):
        line = cloud_line(rng, guide.x[0], 3, 2)
        level, tall = 0.36 + 0.085 * n, 0.045
        where, depth = ridge(guide, level, tall, line)
        furrow = 0.55 * np.cos(guide.x * 5 + n * 2.1) if n % 2 else 0.0
        guide.put(where, colours(tone)[0], heading(line, tall) + furrow)
        shade = np.clip(0.62 - 3.0 * depth, 0.22, 1) * smooth(0.002, 0.006, depth)
        light = np.where(where > 0.5, shade, light)
    return guide, light


def _gouge(rng: Generator, plate: Plate, guide: Guide, light: Plane) -> None:
    """Cut lens-shaped gouges along the forms, wide where there is light."""
    scale = float(max(guide.size))
    starts = scatter(rng, guide.size, 0.0092 * scale, 0.55)
    paths = trace(guide.angle, starts, 0.046 * scale, 5) / scale
    bright = pick(light, starts)
    tints = pick(guide.tint, starts)
    lengths = rng.uniform(0.7, 1.2, (len(starts), 1, 1))
    middles = paths.mean(1, keepdims=True)
    widths = np.minimum(bright, 1.3)[:, None] * swell(paths.shape[1], 0.0080, 0.7)
    plate.strokes(middles + (paths - middles) * lengths, tints, widths)


def _stalk(rng: Generator, plate: Plate, place: tuple[float, float], radius: float) -> None:
    t = np.linspace(0, 1, 30)
    x = place[0] + 0.03 * np.sin(t * 3)
    path = np.stack([x, place[1] + t * (plate.bottom + 0.02 - place[1])], -1)
    plate.stroke(path, _BLACK, radius * 0.30)
    plate.stroke(path, colours("5f9a3f")[0], radius * 0.13)
    for k, side in ((9, 1), (15, -1), (22, 1)):
        _leaf(rng, plate, path[k], side, radius)


def _leaf(rng: Generator, plate: Plate, spot: Floats, side: int, radius: float) -> None:
    turn = -0.45 + rng.uniform(-0.2, 0.2)
    way = np.array([side * np.cos(turn), np.sin(turn)])
    across = np.array([-way[1], way[0]])
    t = np.linspace(0, 1, 24)
    middle = spot + t[:, None] * way * radius * 1.35
    half = radius * 0.36 * np.sin(np.pi * t**0.7)
    plate.stroke(middle, _BLACK, 2 * half + 0.012)
    plate.stroke(middle, colours("3f8a4f")[0], 2 * half)
    plate.stroke(middle, _BLACK, 0.004)
    for k in range(3, 21, 3):
        for edge in (-1, 1):
            tip = middle[k] + (way * 0.20 + edge * across * 0.9 * half[k] / radius) * radius
            vein = np.stack([middle[k], (middle[k] + tip) / 2, tip])
            plate.stroke(vein, _BLACK, np.array([0.0045, 0.003, 0.001], np.float32))


def _sunflower(rng: Generator, plate: Plate, place: tuple[float, float], radius: float) -> None:
    plate.dots([np.array(place)], [radius * 1.02], _BLACK)
    for ring, (count, reach, code) in enumerate(((17, 1.32, "e0802a"), (15, 1.12, "f6bf3a"))):
        for k in range(count):
            turn = (k + 0.5 * ring) * 2 * np.pi / count + rng.normal(0, 0.03)
            _petal(plate, place, turn, radius * reach * rng.uniform(0.94, 1.06), colours(code)[0])
    plate.dots([np.array(place)], [radius * 0.56], _BLACK)
    _seeds(plate, place, radius * 0.53)


def _petal(
    plate: Plate, place: tuple[float, float], turn: float, reach: float, tint: Floats
) -> None:
    way = np.array([np.cos(turn), np.sin(turn)])
    t = np.linspace(0.36, 1, 16)
    path = np.array(place) + t[:, None] * way * reach
    wide = 0.30 * reach * np.sin(np.pi * np.linspace(0.14, 1, 16) ** 1.3) ** 0.8
    plate.stroke(path, _BLACK, wide + 0.010)
    plate.stroke(path, tint, wide)
    side = np.array([-way[1], way[0]])
    for off in (-0.05, 0.0, 0.05):
        nick = path[:10] + off * reach * side
        plate.stroke(nick, _BLACK, np.linspace(0.006, 0.0008, 10))


def _seeds(plate: Plate, place: tuple[float, float], reach: float) -> None:
    """Set seeds on the golden spiral, cream at the rim and russet at the heart."""
    count = 150
    n = np.arange(count)
    far = reach * np.sqrt((n + 0.5) / count)
    turn = n * 2.399963
    spots = np.stack([np.cos(turn), np.sin(turn)], -1) * far[:, None] + place
    tints = ramp(colours("8a3a22 c8662f f0c860"), n / count)
    for spot, tint, size in zip(spots, tints, 0.026 + 0.018 * n / count, strict=True):
        plate.dots([spot], [reach * float(size)], tint)


def _print(rng: Generator, plate: Plate) -> None:
    """Let the roller miss a little, as it does by hand."""
    worn = smooth(0.5, 1.0, clouds(rng, plate.size, 60, 2)) * clouds(rng, plate.size, 5, 2)
    sheet = mix(plate.sheet, _CREAM, 0.16 * worn)
    plate.sheet = sheet * (0.93 + 0.10 * clouds(rng, plate.size, 40, 3))[..., None]
