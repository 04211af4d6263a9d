"""Planes and colours: the arithmetic every painter shares.

A *plane* is an array of floats ``(height, width)``; a *sheet* is one of ``(height, width, 3)``:
sRGB values in 0..1. Places are measured in units of the long side, so
that a picture looks the same at any size.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = [
    "Floats",
    "Plane",
    "Sheet",
    "Size",
    "bytes_of",
    "colours",
    "emboss",
    "fit",
    "grid",
    "mix",
    "ramp",
    "rgb",
    "smooth",
    "soften",
    "to_image",
    "to_plane",
    "to_sheet",
]

Floats: TypeAlias = NDArray[np.floating[Any]]
Plane: TypeAlias = Floats
Sheet: TypeAlias = Floats
Size: TypeAlias = tuple[int, int]


def colours(codes: str) -> Floats:
    """Read colours such as ``"1b2a49 f4e3b2"`` into an ``(n, 3)`` array of 0..1."""
    return np.array([list(bytes.fromhex(code)) for code in codes.split()], np.float32) / 255


def grid(size: Size) -> tuple[Plane, Plane]:
    """Return x and y of every pixel centre of a ``(width, height)`` picture, long side = 1."""
    width, height = size
    x = (np.arange(width, dtype=np.float32) + 0.5) / max(size)
    y = (np.arange(height, dtype=np.float32) + 0.5) / max(size)
    return np.broadcast_to(x, (height, width)), np.broadcast_to(y[:, None], (height, width))


def smooth(low: float, high: float, value: Floats) -> Floats:
    """Go from 0 at ``low`` to 1 at ``high`` with flat ends; ``low`` may exceed ``high``."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def mix(under: Floats, over: Floats, amount: Floats | float) -> Floats:
    """Blend two sheets (or colours) by a plane of amounts in 0..1."""
    weight = np.asarray(amount, np.float32)
    weight = weight[..., None] if weight.ndim else weight
    return np.asarray(under + (over - under) * weight, np.float32)


def ramp(stops: Floats, t: Floats) -> Floats:
    """Colour a plane of 0..1 by evenly spaced colour stops ``(n, 3)``."""
    places = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(t, places, stops[:, c]) for c in range(3)], -1).astype(np.float32)


def soften(plane: Plane, radius: float) -> Plane:
    """Blur a plane by about a Gaussian of ``radius`` pixels: three running means each way."""
    reach = max(1, round(radius))
    for _ in range(3):
        plane = _running_mean(_running_mean(plane, reach).T, reach).T
    return np.ascontiguousarray(plane)


def _running_mean(plane: Plane, reach: int) -> Plane:
    padded = np.pad(plane, ((reach + 1, reach), (0, 0)), mode="edge")
    total = np.cumsum(padded, axis=0, dtype=np.float64)
    span = 2 * reach + 1
    return np.asarray((total[span:] - total[:-span]) / span, np.float32)


def emboss(sheet: Sheet, height: Plane, strength: float, angle: float = 2.2) -> Sheet:
    """Light a sheet as if paint stood off it.

    Args:
        sheet: the colours.
        height: thickness of the paint; only its slopes count.
        strength: how much a slope of 1 lightens or darkens.
        angle: where the light comes from, radians, clockwise from the right.
    """
    down, right = np.gradient(height)
    slope = np.tanh((right * np.cos(angle) - down * np.sin(angle)) * strength)
    light = np.clip(slope, 0, 1)[..., None] * 0.5
    dark = np.clip(-slope, 0, 1)[..., None] * 0.42
    return np.asarray(sheet + (1 - sheet) * light - sheet * dark, np.float32)


def rgb(colour: Floats) -> tuple[int, int, int]:
    """Turn a colour of 0..1 into what Pillow draws with."""
    red, green, blue = (np.clip(colour, 0, 1) * 255 + 0.5).astype(int).tolist()
    return red, green, blue


def bytes_of(colours: Floats) -> list[list[tuple[int, ...]]]:
    """Turn rows of colours ``(n, k, 3)`` into what Pillow draws with, all at once."""
    rows = (np.clip(colours, 0, 1) * 255 + 0.5).astype(int).tolist()
    return [[tuple(colour) for colour in row] for row in rows]


def to_image(sheet: Sheet) -> Image.Image:
    """Turn a sheet into an RGB picture."""
    return Image.fromarray((np.clip(sheet, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")


def to_sheet(image: Image.Image) -> Sheet:
    """Turn an RGB picture into a sheet."""
    return np.asarray(image.convert("RGB"), np.float32) / 255


def to_plane(image: Image.Image) -> Plane:
    """Turn a grey picture into a plane of 0..1."""
    return np.asarray(image.convert("L"), np.float32) / 255


def fit(image: Image.Image, size: Size) -> Image.Image:
    """Scale a picture painted larger down to its size, which smooths every edge."""
    return image.resize(size, Image.Resampling.LANCZOS)
