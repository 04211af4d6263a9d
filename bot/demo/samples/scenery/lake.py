"""A mountain lake at sunrise: light on the peaks, mist over still water, pines on the shore."""

from __future__ import annotations

import numpy as np
from PIL import Image

from bot.demo.samples.scenery.fields import eroded, fractal, noise
from bot.demo.samples.scenery.landform import (
    Ground,
    Land,
    View,
    charted,
    look,
    shaded,
    survey,
)
from bot.demo.samples.scenery.optics import bloomed, developed, light_of, sampled
from bot.demo.samples.scenery.pines import plant
from bot.demo.samples.scenery.skies import cirrus, gradient
from nst_core.styles.painters.canvas import Floats, Size, mix, smooth

__all__ = ["SIZE", "draw"]

SIZE: Size = (1280, 853)
_SEED = 20
_SUN = (0.86, 0.30, -0.42)
_SUNLIGHT = light_of("ffb672")[0] * 3.0
_SKYLIGHT = light_of("7f9fe0")[0] * 0.34
_SKY = light_of("ffdcae f6c4a6 c5b6cc 7f9ccb 4370ac 2a5290") * 0.62
_HAZE = light_of("b4bbd6")[0] * 0.42
_ROCK = light_of("6d655f 8f8478")
_GRASS, _FOREST = light_of("5c6236 26371f")
_SNOW = light_of("f6f7ff")[0]
_EYE = 0.012


def draw(size: Size = SIZE) -> Image.Image:
    """Draw the lake; depths and heights are in kilometres."""
    large = (size[0] * 3 // 2, size[1] * 3 // 2)
    view = View(large, _EYE, 0.62, 0.60)
    chart = charted(_ground, (-6, 10), (0, 14.5), 1400)
    land = survey(view, _ground, (0.9, 14.0, 1300))
    air = _seen(view, view.rows, look(view, view.rows, land, _EYE), chart)
    up = -view.rows[::-1]
    water = _water(view, _seen(view, up, look(view, up, land, -_EYE), chart)[::-1])
    below = view.rows < 0
    shore = _shore(view)
    wet = (below[:, None] & shore)[..., None]
    light = np.where(wet, water, air)
    light = _misted(view, light)
    light = plant(light, _SEED)
    return developed(bloomed(light * 1.3, 0.8, 6, 0.25), size, _SEED)


def _ground(x: Floats, z: Floats) -> Floats:
    """Return heights: shores that rise into peaks on both sides of a valley; water is below 0."""
    far = z - 1.25 - 0.22 * noise(x * 1.7, z * 0.3, _SEED + 3) - 0.12 * x
    side = np.abs(x + 0.10 * z - 0.05) / (0.35 + 0.16 * z)
    rise = smooth(-0.1, 5.2, far) * (0.22 + 0.95 * smooth(0.0, 1.6, side))
    peaks = 0.48 + 0.62 * eroded(x * 0.52 + 3.1, z * 0.52 + 1.7, _SEED, 11)
    banks = 0.10 * smooth(0, 0.6, far) * (1 + fractal(x * 3, z * 3, _SEED + 5, 4))
    land = 1.9 * rise * np.maximum(peaks, 0.05) + banks * 0.6
    land = np.where(far > 0, land + 0.004 * smooth(0, 0.02, far), -0.05)
    return np.asarray(land + _trees(x, z, land), np.float32)


def _trees(x: Floats, z: Floats, land: Floats) -> Floats:
    """Return how far the forest rises above the ground: pointed crowns a few metres apart."""
    tall = smooth(0.34, 0.16, land + 0.08 * noise(x * 4, z * 4, _SEED + 9)) * (land > 0.002)
    spikes = np.maximum(noise(x * 95, z * 60, _SEED + 8), noise(x * 140 + 7, z * 80, _SEED + 10))
    return np.asarray(tall * 0.016 * np.clip(0.35 + spikes, 0, 1.2), np.float32)


def _seen(view: View, rows: Floats, land: Land, chart: Ground) -> Floats:
    """Return the light of sky and land along each slope, as if there were no water."""
    up = np.broadcast_to(rows[:, None], land.seen.shape)
    sky = _sky(view, up)
    lit = _land_light(land, chart)
    clear = np.exp(-((land.z / 15.0) ** 1.3) - 0.10 * land.z * np.exp(-land.height / 0.22))
    haze = mix(_HAZE, sky, 0.35)
    return np.where(land.seen[..., None], mix(haze, lit, clear), sky).astype(np.float32)


def _sky(view: View, up: Floats) -> Floats:
    across = np.broadcast_to(view.columns, up.shape)
    sky = gradient(_SKY, up, 0.62)
    glow = np.exp(-((across - 0.55) ** 2) * 2.2 - np.maximum(up, 0) * 5)
    sky = sky + light_of("ff9c58")[0] * (0.42 * glow)[..., None]
    dense = cirrus(across + 0.3, up, _SEED + 21, 0.42)
    rosy, pale = light_of("ffc9a2 f2e3e4") * 0.95
    return mix(sky, mix(rosy, pale, smooth(0.05, 0.45, up)), dense * 0.8)


def _land_light(land: Land, chart: Ground) -> Floats:
    steep = np.sqrt(land.slope_x**2 + land.slope_z**2 + 1)
    sun = np.asarray(_SUN, np.float32) / np.float32(np.linalg.norm(_SUN))
    facing = (sun[1] - land.slope_x * sun[0] - land.slope_z * sun[2]) / steep
    direct = np.clip(facing, 0, 1) * shaded(land, chart, sun, 5.0)
    open_sky = 0.45 + 0.55 / steep
    light = _SUNLIGHT * direct[..., None] + _SKYLIGHT * open_sky[..., None]
    return np.asarray(_cover(land, 1 / steep) * light, np.float32)


def _cover(land: Land, flat: Floats) -> Floats:
    """Return what grows or lies on the ground: forest, grass, rock, snow, by height and slope."""
    rough = fractal(land.x * 9, land.z * 9, _SEED + 30, 5)
    rock = mix(_ROCK[0], _ROCK[1], np.clip(0.5 + rough, 0, 1))
    grass = smooth(0.55, 0.8, flat) * smooth(0.75, 0.35, land.height + 0.15 * rough)
    ground = mix(rock, _GRASS, grass * 0.9)
    ground = mix(ground, _FOREST, smooth(0.38, 0.24, land.height + 0.07 * rough))
    snow = smooth(0.62, 0.95, land.height + 0.16 * rough) * smooth(0.42, 0.66, flat + 0.1 * rough)
    return mix(ground, _SNOW, snow)


def _shore(view: View) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Tell which pixels below the horizon look at water."""
    rows = np.minimum(view.rows, -1e-4)
    z = np.minimum(view.eye / -rows, 14.0)[:, None]
    x = z * view.columns
    return np.asarray(_ground(x, np.broadcast_to(z, x.shape)) < 0)


def _water(view: View, mirrored: Floats) -> Floats:
    """Return the light of the lake: the mirrored scene, broken by ripples, and the deep below."""
    width, height = view.size
    down = np.maximum(-view.rows, 1e-4)[:, None]
    z = view.eye / down
    x = z * view.columns
    breeze = smooth(-0.1, 0.6, fractal(x * 6, z * 2.2 + 0 * x, _SEED + 40, 4))
    ripple = fractal(x * 500, z * 260 + 0 * x, _SEED + 41, 4) * (0.25 + breeze)
    place_y = np.arange(height)[:, None] + 0 * x + ripple * (1.2 + 26 * down)
    place_x = np.arange(width) + 0 * x + noise(x * 320, z * 160 + 0 * x, _SEED + 42) * 6 * down
    seen = sampled(mirrored, place_x, place_y)
    tilt = np.clip(down + 0.02 * ripple, 0.01, 1)
    fresnel = 0.02 + 0.98 * (1 - tilt / np.sqrt(1 + tilt**2)) ** 3.2
    deep = light_of("0d2a33")[0]
    return np.asarray(mix(deep, seen, np.clip(fresnel, 0, 1)), np.float32)


def _misted(view: View, light: Floats) -> Floats:
    """Lay thin mist where the lake meets the far shore."""
    rows = view.rows[:, None]
    wisps = fractal(view.columns * 4 + 0 * rows, rows * 60 + 0 * view.columns, _SEED + 50, 5)
    band = np.exp(-(((rows - 0.004) / 0.016) ** 2)) * np.clip(0.42 + 0.7 * wisps, 0, 1)
    return mix(light, light_of("e8d6cc")[0] * 0.62, band * 0.8)
