"""Skies: light by height above the horizon, and clouds lit by a low sun."""

from __future__ import annotations

import numpy as np

from bot.demo.samples.scenery.fields import fractal
from nst_core.styles.painters.canvas import Floats, ramp, smooth

__all__ = ["cirrus", "gradient"]


def gradient(stops: Floats, up: Floats, top: float) -> Floats:
    """Colour directions by how steeply they look up.

    Args:
        stops: linear colours ``(n, 3)`` from the horizon upwards.
        up: slopes, 0 at the horizon.
        top: the slope of the last stop.
    """
    return ramp(stops, np.sqrt(np.clip(up / top, 0, 1)))


def cirrus(across: Floats, up: Floats, seed: int, cover: float = 0.5) -> Floats:
    """Return how dense a high layer of clouds is, 0 to 1: streaks that gather near the horizon.

    Args:
        across: how far right each pixel looks at depth 1.
        up: how far up.
        seed: of the clouds.
        cover: the part of the sky they hide, 0 to 1.
    """
    depth = 1 / (np.maximum(up, 0) + 0.12)
    x, z = across * depth * 1.3, depth * 2.1
    bend = fractal(x * 0.4, z * 0.4, seed + 1, 3)
    wisps = fractal(x * 0.8 + bend, z * 1.1 + 0.6 * bend, seed, 7, 0.56)
    dense = smooth(0.55 - 1.1 * cover, 1.35 - 1.1 * cover, wisps + 0.35 * bend)
    return np.asarray(dense * smooth(0.0, 0.05, up), np.float32)
