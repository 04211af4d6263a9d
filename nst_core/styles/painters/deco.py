"""Art deco: fans, rays and towers in brushed gold on deep teal."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import (
    Floats,
    Plane,
    Size,
    colours,
    emboss,
    grid,
    mix,
    ramp,
    smooth,
    soften,
)
from nst_core.styles.painters.noise import clouds
from nst_core.styles.painters.plate import Plate, arc

__all__ = ["paint_deco"]

# Drawn with flat tints first; then everything that is gold is turned into metal.
_GOLD = colours("ffc800")[0]
_TEAL = colours("0b3b46 0f5560 17707a 072831")
_BLACK = colours("0a1014")[0]
_IVORY = colours("efe2c4")[0]
_CORAL = colours("c8553d")[0]
_METAL = colours("5a3a10 a8741f d9ab45 fbe7a8 c9932f")


def paint_deco(rng: Generator, size: Size) -> Image.Image:
    """Build a skyline before a sunburst, over rows of golden fans."""
    plate = Plate(size, _TEAL[3])
    heart = (0.5 * plate.right, 0.60 * plate.bottom)
    _rays(plate, heart)
    _rings(plate, heart)
    _towers(plate)
    _fans(plate)
    _gild(rng, plate)
    return plate.finish()


def _rays(plate: Plate, heart: tuple[float, float]) -> None:
    edges = np.linspace(-np.pi, 0, 41)
    tints = (_TEAL[0], _TEAL[2], _BLACK, _TEAL[1])
    for n, (start, end) in enumerate(pairwise(edges)):
        wedge = np.concatenate([np.array([heart], np.float32), arc(heart, 1.2, start, end, 4)])
        plate.shape(wedge, tints[n % 4])
        middle = (start + end) / 2
        way = np.array([np.cos(start), np.sin(start)])
        path = np.array(heart) + np.array([[0.17], [1.2]]) * way
        plate.stroke(path, _GOLD, np.array([0.002, 0.006], np.float32))
        if n % 2:
            _spear(plate, heart, middle, 0.30 + 0.16 * (n % 4 == 1))


def _spear(plate: Plate, heart: tuple[float, float], turn: float, reach: float) -> None:
    """Draw a slim golden lozenge that points away from the sun."""
    way = np.array([np.cos(turn), np.sin(turn)])
    side = np.array([-way[1], way[0]])
    t = np.array([0.20, reach * 0.85, reach, reach * 0.85])[:, None]
    off = np.array([0.0, 0.013, 0.0, -0.013])[:, None]
    plate.shape(np.array(heart) + t * way + off * side, _GOLD)
    tip = np.array(heart) + (reach + 0.022) * way
    plate.dots([tip], [0.0075], _IVORY)


def _rings(plate: Plate, heart: tuple[float, float]) -> None:
    for radius, tint in (
        (0.205, _GOLD),
        (0.197, _BLACK),
        (0.184, _GOLD),
        (0.160, _CORAL),
        (0.132, _GOLD),
        (0.126, _TEAL[3]),
        (0.114, _IVORY),
        (0.088, _GOLD),
        (0.080, _CORAL),
        (0.045, _GOLD),
    ):
        plate.dots([np.array(heart)], [radius], tint)


def _towers(plate: Plate) -> None:
    ground = 0.66 * plate.bottom
    for x, wide, tall in (
        (0.07, 0.045, 0.24),
        (0.155, 0.034, 0.36),
        (0.235, 0.040, 0.20),
        (0.31, 0.028, 0.13),
        (0.69, 0.028, 0.15),
        (0.765, 0.040, 0.27),
        (0.85, 0.036, 0.40),
        (0.935, 0.047, 0.22),
    ):
        _tower(plate, x * plate.right, ground, wide, tall * plate.bottom / 0.75)


def _tower(plate: Plate, x: float, ground: float, wide: float, tall: float) -> None:
    """Raise a stepped tower with lit windows and a spire."""
    for step in range(4):
        half, top = wide * (1 - 0.24 * step), ground - tall * (0.55 + 0.15 * step)
        body = np.array([[x - half, ground], [x - half, top], [x + half, top], [x + half, ground]])
        plate.shape(body, _BLACK if step % 2 else _TEAL[0])
        plate.line(body, _GOLD, 0.0042)
    for k in range(-2, 3):
        off = x + k * wide * 0.30
        low, high = ground - 0.012, ground - tall * (0.88 - 0.15 * abs(k))
        for y in np.arange(high + 0.01, low, 0.017):
            pane = np.array([[-0.0032, 0], [0.0032, 0], [0.0032, 0.010], [-0.0032, 0.010]])
            plate.shape(pane + np.array((off, y)), _IVORY if k % 2 else _GOLD)
    top = ground - tall
    spire = np.array([[x - 0.007, top], [x, top - tall * 0.22], [x + 0.007, top]])
    plate.shape(spire, _GOLD)


def _fans(plate: Plate) -> None:
    """Lay rows of fans like scales, near rows over far ones."""
    for row in range(6):
        radius = 0.064 + 0.004 * row
        y = 0.705 * plate.bottom + 0.058 * row
        count = int(plate.right / (2 * radius)) + 3
        for k in range(count):
            x = (k + 0.5 * (row % 2) - 0.5) * 2 * radius
            _fan(plate, (x, y), radius * 1.02, (row + k) % 3)


def _fan(plate: Plate, place: tuple[float, float], radius: float, kind: int) -> None:
    tints = ((_TEAL[1], _BLACK), (_TEAL[2], _TEAL[3]), (_CORAL, _BLACK))[kind]
    for part, tint in (
        (1.0, _GOLD),
        (0.94, tints[1]),
        (0.80, _GOLD),
        (0.76, tints[0]),
        (0.50, _GOLD),
        (0.45, tints[1]),
        (0.24, _IVORY),
    ):
        plate.dots([np.array(place)], [radius * part], tint)
    for turn in np.linspace(-np.pi, 0, 10)[1:-1]:
        way = np.array([np.cos(turn), np.sin(turn)]) * radius
        path = np.array(place) + np.array([[0.26], [0.94]]) * way
        plate.stroke(path, _GOLD, np.array([0.0015, 0.0050], np.float32))


def _gild(rng: Generator, plate: Plate) -> None:
    """Turn the gold tint into lit metal, and let the ground breathe."""
    sheet = plate.sheet
    off = np.abs(sheet - _GOLD).sum(-1)
    gold: Plane = smooth(0.45, 0.15, off)
    sheet = np.asarray(sheet * (0.80 + 0.40 * clouds(rng, plate.size, 7, 4))[..., None], np.float32)
    sheet = mix(sheet, _metal(rng, plate), gold)
    raised = soften(gold, plate.unit / 1100)
    plate.sheet = emboss(sheet, raised + 0.05 * clouds(rng, plate.size, 60, 2), 2.0)


def _metal(rng: Generator, plate: Plate) -> Floats:
    x, y = grid(plate.size)
    brushed = clouds(rng, plate.size, 16, 3)
    tone = 0.5 + 0.42 * np.sin((x + 0.6 * y) * 11 + 2.2 * brushed)
    return ramp(_METAL, np.clip(0.75 * tone + 0.3 * brushed, 0, 1))
