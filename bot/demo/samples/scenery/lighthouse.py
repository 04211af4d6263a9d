"""A lighthouse in the evening: heaped clouds, a headland, waves running in."""

from __future__ import annotations

import numpy as np
from PIL import Image

from bot.demo.samples.scenery.clouds import cumulus
from bot.demo.samples.scenery.fields import fractal, noise, ridges
from bot.demo.samples.scenery.landform import Ground, Land, View, charted, look, shaded, survey
from bot.demo.samples.scenery.optics import bloomed, developed, light_of
from bot.demo.samples.scenery.skies import gradient
from bot.demo.samples.scenery.tower import build
from nst_core.styles.painters.canvas import Floats, Size, mix, smooth

__all__ = ["SIZE", "draw"]

SIZE: Size = (853, 1280)
_SEED = 77
_SUN = np.array([-0.80, 0.30, -0.28], np.float32)
_SUN /= np.linalg.norm(_SUN)
_SUNLIGHT = light_of("ffc98c")[0] * 2.9
_SKYLIGHT = light_of("86a4dc")[0] * 0.42
_SKY = light_of("ffd9b0 f2c3a8 b7bcd2 7ba0d0 4374b4 255596") * 0.80
_GRASS, _DRY, _ROCK, _WET = light_of("34491f 6d6a34 7d6d5c 26221f")
_SEA = light_of("0b3a48 1f6f78")
_FOAM = light_of("e9eff2")[0]
_EYE = 9.0


def draw(size: Size = SIZE) -> Image.Image:
    """Draw the lighthouse; lengths are in metres."""
    large = (size[0] * 3 // 2, size[1] * 3 // 2)
    view = View(large, _EYE, 0.34, 0.665)
    sky = _sky(view)
    land = look(view, view.rows, survey(view, _surface, (7.5, 6000, 1500)), _EYE)
    chart = charted(_land, (-60, 120), (8, 180), 1500)
    high = _land(land.x, land.z)
    ground = np.where((high > _waves(land.x, land.z))[..., None], _shore(land, chart), _sea(land))
    haze = sky[int(0.655 * large[1])][None]
    ground = mix(haze, ground, np.exp(-((land.z / 3500) ** 1.1)))
    light = np.where(land.seen[..., None], ground, sky)
    foot = float(_land(np.full(1, 12.0), np.full(1, 92.0))[0]) - 1.0
    light = build(light, view, (12.0, foot, 92.0), _SUN, (_SUNLIGHT, _SKYLIGHT))
    return developed(bloomed(light, 0.95, 6 * size[1] / 1280, 0.3), size, _SEED)


def _sky(view: View) -> Floats:
    up = np.broadcast_to(view.rows[:, None], (view.size[1], view.size[0]))
    sky = gradient(_SKY, up, 0.66)
    across = view.columns[None]
    glow = np.exp(-((across + 0.5) ** 2) * 3 - np.maximum(up, 0) * 5)
    sky = sky + light_of("ffa860")[0] * (0.35 * glow)[..., None]
    shine, hidden = cumulus(view, _SUN, _SEED)
    cloud = (
        _SUNLIGHT * (0.40 * shine)[..., None] + light_of("7f90c0")[0] * (0.36 * hidden)[..., None]
    )
    far = smooth(0.03, 0.16, up)
    return mix(sky, sky * (1 - hidden)[..., None] + cloud, far)


def _waves(x: Floats, z: Floats) -> Floats:
    """Return the height of the sea: long swell, shorter waves, chop that fades far away."""
    fade = 1 / (1 + z / 500)
    swell = 0.55 * noise(x * 0.018 + 3, z * 0.05, _SEED + 1)
    waves = 0.75 * (ridges(x * 0.05 + 0.03 * z, z * 0.10, _SEED + 2, 4) - 0.55)
    chop = 0.16 * fractal(x * 0.6, z * 0.8, _SEED + 3, 4)
    return np.asarray((swell + waves + chop * fade) * fade**0.3, np.float32)


def _land(x: Floats, z: Floats) -> Floats:
    """Return the height of the headland and of the rocks before it; far below zero elsewhere."""
    rough = fractal(x * 0.05, z * 0.05, _SEED + 10, 6)
    away = np.hypot((x - 22) / 1.35, (z - 100) / 1.0) + 9 * rough
    cliff = 14.5 * smooth(44, 20, away) + 3.5 * smooth(30, 0, away)
    ledges = 4.5 * (ridges(x * 0.10, z * 0.10, _SEED + 11, 6) - 0.5) * smooth(48, 36, away)
    ledges = ledges * smooth(12, 28, away)
    skerry = np.hypot((x + 7.5) / 1.5, z - 27) + 2.2 * fractal(x * 0.3, z * 0.3, _SEED + 13, 5)
    rocks = 2.6 * smooth(6.5, 1.0, skerry) + 2.0 * smooth(
        4, 0, np.hypot((x - 8) / 1.6, z - 21) + rough * 3
    )
    stones = 1.2 * ridges(x * 0.35, z * 0.35, _SEED + 12, 5) * smooth(0.05, 0.5, rocks)
    land = np.maximum(
        _terraced(
            cliff + ledges - 2.2 + 0.9 * rough, 0.9 * fractal(x * 0.09, z * 0.09, _SEED + 15, 4)
        ),
        rocks + stones - 1.6,
    )
    tufts = 0.30 * fractal(x * 0.9, z * 0.9, _SEED + 14, 3) * smooth(10, 13, cliff)
    return np.asarray(land + tufts, np.float32)


def _terraced(height: Floats, bend: Floats) -> Floats:
    """Break a slope into ledges, as layered rock weathers; layers bend up and down."""
    layer = height / 1.9 + bend
    part = layer - np.floor(layer)
    stepped = 1.9 * (np.floor(layer) + smooth(0.1, 0.9, part) - bend)
    return np.asarray(height + 0.8 * smooth(12.5, 10.5, height) * (stepped - height), np.float32)


def _surface(x: Floats, z: Floats) -> Floats:
    return np.maximum(_land(x, z), _waves(x, z))


def _facing(land: Land) -> tuple[Floats, Floats]:
    steep = np.sqrt(land.slope_x**2 + land.slope_z**2 + 1)
    facing = (_SUN[1] - land.slope_x * _SUN[0] - land.slope_z * _SUN[2]) / steep
    return np.clip(facing, 0, 1), 1 / steep


def _shore(land: Land, chart: Ground) -> Floats:
    facing, flat = _facing(land)
    rough = fractal(land.x * 0.6, land.z * 0.6, _SEED + 20, 5)
    strata = 0.5 + 0.5 * np.sin(land.height * 2.6 + 3 * rough)
    cracks = ridges(land.x * 0.8 + 0.3 * land.z, land.height * 0.9, _SEED + 23, 5)
    grit = fractal(land.x * 1.7 + 0.6 * land.z, land.height * 2.3, _SEED + 24, 5)
    tone = 0.42 + 0.26 * strata + 0.30 * rough + 0.40 * cracks + 0.30 * grit
    rock = _ROCK * np.maximum(tone, 0.15)[..., None]
    green = mix(_GRASS, _DRY, np.clip(0.45 + 0.7 * rough, 0, 1))
    grassy = smooth(0.55, 0.8, flat + 0.15 * rough) * smooth(7, 11, land.height + 2 * rough)
    cover = mix(rock, green, grassy)
    cover = mix(cover, _WET, 0.85 * smooth(2.6, 0.8, land.height + rough))
    sun = facing * shaded(land, chart, _SUN, 60, 32)
    light = _SUNLIGHT * sun[..., None] + _SKYLIGHT * (0.35 + 0.65 * flat)[..., None]
    spray = smooth(1.1, 0.3, land.height + 0.9 * fractal(land.x * 0.8, land.z * 0.8, _SEED + 22, 5))
    return mix(cover * light, _FOAM * (0.9 * _SUNLIGHT * 0.4 + _SKYLIGHT), spray)


def _sea(land: Land) -> Floats:
    """Return the light of the sea: sky in the waves, green where they are thin, and foam."""
    fade = np.exp(-land.z / 900)
    fine_x = 0.16 * noise(land.x * 2.3, land.z * 2.9, _SEED + 30) * fade
    fine_z = 0.16 * noise(land.x * 2.1 + 9, land.z * 3.1, _SEED + 31) * fade
    lean_x, lean_z = land.slope_x * 0.8 + fine_x, land.slope_z * 0.8 + fine_z
    steep = np.sqrt(lean_x**2 + lean_z**2 + 1)
    way = np.stack([land.x, land.height - _EYE, land.z])
    way = way / np.sqrt((way * way).sum(0))
    normal = np.stack([-lean_x, np.ones_like(lean_x), -lean_z]) / steep
    cosine = np.clip(-(way * normal).sum(0), 0.02, 1)
    back = way + 2 * cosine * normal
    up = np.clip(back[1], 0.02, 1) / np.maximum(np.hypot(back[0], back[2]), 0.2)
    mirrored = gradient(_SKY, up * 0.8, 0.66) * np.float32(0.9)
    fresnel = 0.02 + 0.98 * (1 - cosine) ** 5
    thin = smooth(0.1, 1.0, land.height + 0.4 * lean_z)
    deep = (
        mix(_SEA[0], _SEA[1], thin * 0.8)
        * (0.25 + 0.55 * np.clip(_SUN[1] - lean_x * _SUN[0], 0, 1))[..., None]
    )
    glint = np.clip((back * _SUN[:, None, None]).sum(0), 0, 1) ** 60
    water = mix(deep, mirrored, np.clip(fresnel, 0, 1)) + _SUNLIGHT * (1.5 * glint)[..., None]
    return mix(water, _FOAM * (_SUNLIGHT * 0.3 + _SKYLIGHT * 0.9), _foam(land))


def _foam(land: Land) -> Floats:
    """Return where the sea is white: round the rocks, and in streaks on the crests."""
    depth = -_land(land.x, land.z)
    lace = 0.5 + 0.5 * fractal(land.x * 0.45, land.z * 0.45, _SEED + 40, 6, 0.62)
    veins = 1 - np.abs(fractal(land.x * 0.35, land.z * 0.5, _SEED + 41, 5))
    round_rocks = smooth(2.2, 0.2, depth + 1.6 * (1 - lace))
    crests = smooth(0.35, 0.8, land.height + 0.5 * lace - 0.1) * smooth(0.86, 0.97, veins)
    return np.clip(round_rocks * (0.35 + 0.65 * lace) + 0.85 * crests * np.exp(-land.z / 400), 0, 1)
