"""What a camera does to light: linear colours in, a picture out."""

from __future__ import annotations

import numpy as np
from PIL import Image

from nst_core.styles.painters.canvas import Floats, Size, colours, grid, soften, to_image

__all__ = ["bloomed", "developed", "light_of", "sampled"]


def light_of(codes: str) -> Floats:
    """Read sRGB colours such as ``"1b2a49 f4e3b2"`` as linear light ``(n, 3)``, 0 to 1."""
    return np.asarray(colours(codes) ** 2.2, np.float32)


def bloomed(light: Floats, threshold: float, radius: float, strength: float) -> Floats:
    """Let what is brighter than a threshold glow over a radius in pixels."""
    bright = np.maximum(light - threshold, 0)
    glow = np.stack([soften(bright[..., c], radius) for c in range(3)], -1)
    wide = np.stack([soften(bright[..., c], radius * 4) for c in range(3)], -1)
    return np.asarray(light + strength * (0.6 * glow + 0.4 * wide), np.float32)


def developed(light: Floats, size: Size, seed: int, grain: float = 0.007) -> Image.Image:
    """Turn linear light ``(height, width, 3)`` into a picture.

    Bright places roll off as on film, the corners darken a little and there is fine grain.

    Args:
        light: 1 is white paper in the sun; may be larger than the picture, which smooths edges.
        size: width and height of the picture.
        seed: of the grain.
        grain: its strength in sRGB.
    """
    # Source of the curve: Krzysztof Narkowicz, "ACES Filmic Tone Mapping Curve", 2015.
    light = np.maximum(light, 0)
    toned = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
    sheet = np.clip(toned, 0, 1) ** (1 / 2.2)
    small = to_image(sheet).resize(size, Image.Resampling.LANCZOS)
    x, y = grid(size)
    far = np.hypot(x - x[0, -1] / 2, y - y[-1, 0] / 2)
    chance = np.random.default_rng(seed).normal(0, grain, (size[1], size[0], 1))
    picture = np.asarray(small, np.float32) / 255 * (1 - 0.32 * far**2)[..., None]
    return to_image(picture + _spread(chance))


def _spread(chance: Floats) -> Floats:
    """Spread grain over neighbouring pixels, which also keeps the files small."""
    around = (
        chance + np.roll(chance, 1, 0) + np.roll(chance, 1, 1) + np.roll(chance, (1, 1), (0, 1))
    )
    return np.asarray(around / 2, np.float32)


def sampled(sheet: Floats, x: Floats, y: Floats) -> Floats:
    """Read a sheet ``(height, width, 3)`` at fractional pixels, as if its border went on."""
    height, width = sheet.shape[:2]
    x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    u, v = (x - left)[..., None], (y - top)[..., None]
    above = sheet[top, left] * (1 - u) + sheet[top, left + 1] * u
    below = sheet[top + 1, left] * (1 - u) + sheet[top + 1, left + 1] * u
    return np.asarray(above * (1 - v) + below * v, np.float32)
