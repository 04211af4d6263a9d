"""Copper engraving: tone made of lines that swell, cross and follow the forms."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import Floats, Plane, Size, colours, fit, mix, smooth, to_image
from nst_core.styles.painters.noise import cloud_line, clouds, paper
from nst_core.styles.painters.scenes import Guide, blob, disc, ridge, shape

__all__ = ["paint_engraving"]

_PAPER = colours("efe0bf")[0]
_INK = colours("231a1c")[0]


class _Copper:
    """The tone of each place (1 is dark), the run of its lines and the tint under them."""

    def __init__(self, size: Size) -> None:
        self.guide = Guide(size)
        self.guide.put(np.ones_like(self.guide.x), _PAPER)
        self.tone: Plane = np.zeros_like(self.guide.x)
        self.run: Plane = self.guide.y.copy()

    def cut(self, where: Plane, tone: Floats, run: Floats, tint: Floats) -> None:
        """Cut a shape: its tone, a plane whose level lines the graver follows, and its tint."""
        inside = where > 0.5
        rows = np.nonzero(inside.any(1))[0]
        box = slice(rows[0], rows[-1] + 1) if len(rows) else slice(0)
        self.tone[box] = np.where(inside[box], tone[box], self.tone[box])
        self.run[box] = np.where(inside[box], run[box], self.run[box])
        below = tint if tint.ndim == 1 else tint[box]
        self.guide.tint[box] = mix(self.guide.tint[box], below, where[box])


def paint_engraving(rng: Generator, size: Size) -> Image.Image:
    """Engrave a lighthouse on its rock, with clouds and a rising sea."""
    large = (size[0] * 2, size[1] * 2)
    copper = _Copper(large)
    _sky(rng, copper)
    _sea(rng, copper)
    _rock(rng, copper)
    _tower(copper)
    _waves(rng, copper)
    return fit(to_image(_printed(rng, copper)), size)


def _printed(rng: Generator, copper: _Copper) -> Floats:
    guide, size = copper.guide, copper.guide.size
    tone = np.clip(copper.tone + 0.10 * (clouds(rng, size, 60, 2) - 0.5), 0, 1)
    wobble = 0.0025 * clouds(rng, size, 10, 2)
    ink = _lines((copper.run + wobble) * 128, 0.10 + 0.74 * tone)
    for turn, start in ((0.85, 0.48), (-0.75, 0.74)):
        across = guide.x * np.cos(turn) + guide.y * np.sin(turn) + 0.25 * copper.run + wobble
        ink = np.maximum(ink, _lines(across * 128, (tone - start) * 1.1))
    sheet = guide.tint * (0.92 + 0.12 * paper(rng, size))[..., None]
    worn = 0.90 - 0.16 * clouds(rng, size, 26, 3)
    return mix(sheet, _INK, ink * worn)


def _lines(phase: Floats, width: Floats) -> Plane:
    """Return lines at whole phases, ``width`` (0..1) of their spacing wide."""
    off = np.abs(np.mod(phase, 1) - 0.5) * 2
    return smooth(0.12, -0.12, 1 - off - np.clip(width, -0.2, 1))


def _sky(rng: Generator, copper: _Copper) -> None:
    guide = copper.guide
    sun = (0.30, 0.27)
    far = np.hypot(guide.x - sun[0], guide.y - sun[1])
    turn = np.arctan2(guide.y - sun[1], guide.x - sun[0])
    rays = smooth(-0.2, 0.2, np.sin(turn * 22))
    tint = mix(colours("9fb7ae")[0], colours("f2d79a")[0], smooth(0.55, 0.05, far))
    tone = 0.22 + 0.45 * far - 0.28 * rays * smooth(0.55, 0.1, far) * smooth(0.06, 0.09, far)
    copper.cut(np.ones_like(far), tone, far + 0.003 * np.sin(turn * 22), tint)
    copper.cut(disc(guide, sun, 0.083), np.full_like(far, 0.55), far, _INK * 2)
    copper.cut(disc(guide, sun, 0.078), 0.05 + 1.5 * far, far, colours("e2703a")[0])
    for place, radius in (
        ((0.10, 0.13), 0.05),
        ((0.62, 0.11), 0.055),
        ((0.50, 0.35), 0.035),
        ((0.94, 0.32), 0.045),
    ):
        _cloud(rng, copper, place, radius)


def _cloud(rng: Generator, copper: _Copper, place: tuple[float, float], radius: float) -> None:
    guide = copper.guide
    for step in np.linspace(-1, 1, 8):
        lift = (1 - step * step) * radius * rng.uniform(0.6, 1.3)
        x, y = place[0] + step * radius * 3.0, place[1] - lift
        size = radius * rng.uniform(0.65, 1.0)
        puff = shape(guide, blob(rng, (x, y), (size * 1.15, size)))
        far = np.hypot(guide.x - x, guide.y - y)
        shade = 0.30 * (guide.y - y + size) / size + 0.5 * smooth(0.8, 1.05, far / size) - 0.12
        copper.cut(puff, shade, far, colours("f3e6cc")[0])


def _sea(rng: Generator, copper: _Copper) -> None:
    guide = copper.guide
    depth = guide.y - 0.455
    swell = 0.007 * np.sin(guide.x * 30 + 40 * depth) + 0.005 * np.sin(guide.x * 53 - 60 * depth)
    tone = 0.62 + 0.35 * np.sin(depth * 90 + 3 * clouds(rng, guide.size, 5, 2)) - 0.15
    glint = np.exp(-(((guide.x - 0.30) / (0.05 + 0.4 * depth)) ** 2))
    tone = tone - 0.55 * glint
    copper.cut((depth > 0) * 1.0, tone, guide.y + swell, colours("7fa39c")[0])


def _rock(rng: Generator, copper: _Copper) -> None:
    guide = copper.guide
    hump = np.exp(-(((guide.x[0] - 0.80) / 0.17) ** 2)) + 0.06 * cloud_line(rng, guide.x[0], 14, 4)
    where, depth = ridge(guide, 0.66, 0.26, hump)
    crack = clouds(rng, guide.size, 9, 4)
    side = smooth(0.70, 0.98, guide.x + 0.10 * (crack - 0.5))
    tone = 0.28 + 0.62 * side + 0.5 * (crack - 0.5)
    run = 0.75 * guide.x + 0.8 * depth + 0.12 * crack
    tint = mix(colours("c99a6a")[0], colours("7a6a5a")[0], side)
    copper.cut(where, np.maximum(tone, smooth(0.004, 0.001, depth)), run, tint)


def _tower(copper: _Copper) -> None:
    guide = copper.guide
    foot, top, middle = 0.44, 0.13, 0.80
    up = (foot - guide.y) / (foot - top)
    half = 0.048 - 0.016 * up
    across = (guide.x - middle) / half
    bulge = 0.045 * np.sqrt(np.clip(1 - across**2, 0, 1))
    body = (np.abs(across) < 1) & (up > 0) & (up < 1)
    stripe = np.floor((guide.y + 0.012 * (1 - across**2)) / 0.062) % 2
    tone = 0.10 + 0.40 * (across + 0.6) + smooth(0.9, 1.0, np.abs(across))
    tint = mix(colours("f3e6cc")[0], colours("c9472f")[0], stripe)
    copper.cut(body * 1.0, tone + 0.2 * stripe, guide.y + bulge, tint)
    for low, high, half_wide, dark, tint_code in (
        (top + 0.008, top - 0.006, 0.047, 0.8, "3a3230"),
        (top - 0.006, top - 0.058, 0.025, 0.15, "f6cf6a"),
    ):
        part = (np.abs(guide.x - middle) < half_wide) & (guide.y < low) & (guide.y > high)
        copper.cut(part * 1.0, np.full_like(up, dark), guide.y, colours(tint_code)[0])
    roof = np.array(
        [[middle - 0.037, top - 0.058], [middle + 0.037, top - 0.058], [middle, top - 0.105]]
    )
    copper.cut(shape(guide, roof), 0.35 + 0.4 * across, guide.y, colours("b23f2c")[0])


def _waves(rng: Generator, copper: _Copper) -> None:
    guide = copper.guide
    for n in range(4):
        phase, count = rng.uniform(0, 6), 3.2 - 0.4 * n
        t = guide.x[0] * count * 2 * np.pi + phase
        line = 1 - 2 * np.abs(np.sin(t / 2)) ** 0.8 + 0.1 * cloud_line(rng, guide.x[0], 20, 3)
        tall = 0.022 + 0.008 * n
        where, depth = ridge(guide, 0.565 + 0.058 * n, tall, line)
        foam = smooth(0.020, 0.006, depth - 0.008 * clouds(rng, guide.size, 40, 2))
        tone = 0.92 - 6.5 * depth + 0.25 * np.sin(depth * 190 + np.sin(guide.x * 31))
        run = depth + 0.16 * guide.x * np.sin(t)[None, :] * 0.15
        tint = mix(colours("5f8f8f")[0], colours("f6eedb")[0], foam)
        copper.cut(where, tone * (1 - foam) + smooth(0.003, 0.001, depth), run, tint)
