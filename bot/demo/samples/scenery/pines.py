"""Pines and grass near the camera, drawn needle by needle against the light."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

from nst_core.styles.painters.canvas import Floats, Size, bytes_of, colours, mix
from nst_core.styles.painters.noise import cloud_line

__all__ = ["plant"]

_NEEDLES = colours("0a120e 101d14 18291a 2a3b20 4d5428 7b6a36")
_BARK = (30, 22, 18)
_GRASS = colours("0b120c 141d10 232b14 3d3f1d 6b5c2c")


def plant(light: Floats, seed: int) -> Floats:
    """Frame a scene with pines and a grassy bank at the lower corners.

    Args:
        light: linear light ``(height, width, 3)``.
        seed: of the shapes.
    """
    size: Size = (light.shape[1], light.shape[0])
    rng = np.random.default_rng(seed)
    layer = Image.new("RGBA", size, (12, 18, 12, 0))
    pen = ImageDraw.Draw(layer)
    for side, places in ((0, (0.175, 0.02, 0.10, 0.055)), (1, (0.965, 0.90, 1.0))):
        bank = _bank(pen, rng, size, side)
        for order, place in enumerate(places):
            tall = rng.uniform(0.42, 0.62) * (1.30, 0.55)[side] * (0.72 if order == 0 else 1)
            foot = (place * size[0], bank[min(int(place * size[0]), size[0] - 1)] + 4)
            _pine(pen, rng, foot, tall * size[1])
        _grass(pen, rng, size, bank)
    drawn = np.asarray(layer, np.float32) / 255
    return mix(light, drawn[..., :3] ** 2.2, drawn[..., 3])


def _bank(pen: ImageDraw.ImageDraw, rng: Generator, size: Size, side: int) -> Floats:
    """Fill a low mound in a lower corner; return how far down it begins in each column."""
    x = np.linspace(0, 1, size[0], dtype=np.float32)
    reach = np.clip(1 - (x if side == 0 else 1 - x) / (0.40, 0.24)[side], 0, 1)
    top = 1.02 - (0.15, 0.075)[side] * reach**0.8 + 0.008 * cloud_line(rng, x, 14)
    top = np.asarray(top * size[1], np.float32)
    columns = np.arange(size[0])
    outline = [(0, size[1]), *zip(columns.tolist(), top.tolist(), strict=True), (size[0], size[1])]
    pen.polygon(outline, fill=(12, 17, 11, 255))
    return top


def _grass(pen: ImageDraw.ImageDraw, rng: Generator, size: Size, bank: Floats) -> None:
    count = size[0] * 4
    x = rng.uniform(0, size[0] - 1, count)
    y = bank[x.astype(int)] + rng.uniform(0, 1, count) ** 2 * 0.12 * size[1]
    order = np.argsort(y)
    tall = size[1] * rng.uniform(0.006, 0.020, count)
    lean = rng.normal(0.1, 0.35, count) * tall
    tint = np.clip(rng.beta(1.2, 3, count) * len(_GRASS), 0, len(_GRASS) - 1).astype(int)
    for i in order[y[order] < size[1] * 1.01]:
        colour = bytes_of(_GRASS[None, tint[i : i + 1]])[0][0]
        pen.line((x[i], y[i], x[i] + lean[i], y[i] - tall[i]), fill=(*colour, 255), width=2)


def _pine(pen: ImageDraw.ImageDraw, rng: Generator, foot: tuple[float, float], tall: float) -> None:
    """Draw one pine: a trunk, then whorls of drooping branches from the ground to the top."""
    x, y = foot
    bole = max(2.0, tall * 0.011)
    pen.polygon(
        [(x - bole, y), (x + bole, y), (x + 0.5, y - tall), (x - 0.5, y - tall)], fill=_BARK
    )
    for up in np.sort(1 - rng.beta(1.0, 1.15, 210) * 0.95):
        reach = tall * (0.185 * (1 - up) ** 0.8 + 0.004) * rng.uniform(0.55, 1.12)
        way = np.clip(rng.normal(0, 0.75), -1, 1)
        _branch(pen, rng, (x, y - tall * up), (way * reach, reach * rng.uniform(0.2, 0.5)))


def _branch(
    pen: ImageDraw.ImageDraw,
    rng: Generator,
    start: tuple[float, float],
    reach: tuple[float, float],
) -> None:
    """Draw one branch as tufts along a sagging line; those to the right catch the sun."""
    far = max(9, int(np.hypot(*reach) / 1.5))
    along = rng.uniform(0.05, 1, far)
    x = start[0] + reach[0] * along
    y = start[1] + reach[1] * (along**1.6 - 0.22 * along**4)
    long = (3.5 + np.hypot(*reach) * 0.13) * rng.uniform(0.5, 1.2, far)
    turn = rng.normal(np.pi / 2, 0.55, far) - 0.5 * np.sign(reach[0])
    sunny = 0.9 + 2.2 * np.clip(reach[0] / (abs(reach[0]) + abs(reach[1])), 0, 1) * along
    tint = np.clip(rng.gamma(1.6, 0.55, far) * sunny, 0, len(_NEEDLES) - 1).astype(int)
    for i, colour in enumerate(bytes_of(_NEEDLES[None, tint])[0]):
        end = (x[i] + np.cos(turn[i]) * long[i], y[i] + np.sin(turn[i]) * long[i])
        pen.line((x[i], y[i], *end), fill=(*colour, 255), width=2)
