"""A harbour at dusk: a row of old houses, lit windows, boats and their light on the water."""

from __future__ import annotations

import numpy as np
from PIL import Image

from bot.demo.samples.scenery.boats import fleet
from bot.demo.samples.scenery.fields import fractal, noise
from bot.demo.samples.scenery.houses import terrace
from bot.demo.samples.scenery.optics import bloomed, developed, light_of, sampled
from bot.demo.samples.scenery.skies import cirrus, gradient
from bot.demo.samples.scenery.stage import Stage
from nst_core.styles.painters.canvas import Floats, Plane, Size, mix, smooth

__all__ = ["SIZE", "draw"]

SIZE: Size = (1280, 853)
_SEED = 5
# Heights of the street, of the water at the quay and at the boats, and of the viewer's eye.
_STREET, _WATER, _MOORING, _EYE_LEVEL = 0.412, 0.438, 0.462, 0.395
_NEAR, _FAR, _ZOOM = 0.86, 1.30, 1.06
_SKY = light_of("ffb060 f58a5c c76a70 7d5f8f 42538c 1f3467") * 1.0
_DUSK = light_of("8f9fd0")[0] * 0.46
_LAMP = light_of("ffb566")[0]
_DEEP = light_of("0c1a2c")[0] * 0.9
_BLUR = 5


def draw(size: Size = SIZE) -> Image.Image:
    """Draw the harbour; places are in units of the width, y from the top down."""
    large = (size[0] * 2, size[1] * 2)
    rng = np.random.default_rng(_SEED)
    y, x = np.mgrid[: large[1], : large[0]].astype(np.float32) / large[0]
    lamps = [at + float(rng.normal(0, 0.006)) for at in np.arange(0.06, 1, 0.135)]
    ambient = _light(x, y, lamps)
    town = _receding(_town(large, rng, x, y, lamps, ambient), x, y)
    scene = mix(_sky(x, y), town[..., :3], town[..., 3])
    stage = Stage(large)
    fleet(stage, rng, _MOORING * large[0])
    boats = _receding(_cut(stage.lit(ambient, _SEED + 2), stage.mask()), x, y)
    level = _line(_WATER, x[:1])
    top = int(level.min() * large[0])
    scene[top:] = np.where(
        (y[top:] > level)[..., None], _water(scene, boats, x[top:], y[top:]), scene[top:]
    )
    light = mix(scene, boats[..., :3], boats[..., 3])
    light = mix(light.mean(-1, keepdims=True), light, 0.86)
    return developed(bloomed(light * 1.2, 0.75, 7 * size[0] / 1280, 0.5), size, _SEED)


def _depth(x: Plane) -> Plane:
    """Return how far off the quay is, which runs away to the right."""
    along = x * _NEAR / (_FAR - x * (_FAR - _NEAR))
    return np.asarray(_NEAR + (_FAR - _NEAR) * along, np.float32)


def _line(level: float, x: Plane) -> Plane:
    """Return where a level line along the quay is seen."""
    return np.asarray(_EYE_LEVEL + (level - _EYE_LEVEL) * _ZOOM / _depth(x), np.float32)


def _receding(flat: Floats, x: Plane, y: Plane) -> Floats:
    """Show a drawing of the quay's front as it is seen from the left."""
    depth = _depth(x)
    along = (depth - _NEAR) / (_FAR - _NEAR)
    high = _EYE_LEVEL + (y - _EYE_LEVEL) * depth / _ZOOM
    seen = sampled(flat, along * flat.shape[1], high * flat.shape[1])
    haze = light_of("e08a6a")[0] * 0.35
    seen[..., :3] = mix(seen[..., :3], haze, 0.30 * smooth(0.5, 1.1, along))
    return seen


def _cut(light: Floats, mask: Plane) -> Floats:
    return np.concatenate([light, mask[..., None]], -1)


def _sky(x: Plane, y: Plane) -> Floats:
    up = _STREET - y
    sky = gradient(_SKY, up - 0.05, 0.42)
    sun = np.exp(-((x - 0.70) ** 2) * 7 - np.maximum(up - 0.08, 0) * 6)
    sky = sky + light_of("ff9a4a")[0] * (0.5 * sun)[..., None]
    dense = cirrus((x - 0.5) * 1.3, up * 1.4 + 0.02, _SEED + 60, 0.56)
    under = mix(light_of("3b3d66")[0], light_of("ff8d62")[0], smooth(0.42, 0.1, up) + 0 * x)
    return mix(sky, under, dense * 0.75)


def _light(x: Plane, y: Plane, lamps: list[float]) -> Floats:
    """Return the light on the fronts: dusk from above, lamps from the street."""
    top = _STREET - 0.035
    warm = np.zeros_like(x)
    for lamp in lamps:
        far = (x - lamp) ** 2 + (y - top) ** 2
        warm += 0.0016 / (far + 0.0010)
    high = np.clip(1.25 - 1.1 * y / top, 0.35, 1.3)
    glow = light_of("ff9a66")[0] * (0.16 * smooth(0.9, 0.2, np.abs(x - 0.7)))[..., None]
    return np.asarray(_DUSK * high[..., None] + glow + _LAMP * warm[..., None], np.float32)


def _town(
    size: Size,
    rng: np.random.Generator,
    x: Plane,
    y: Plane,
    lamps: list[float],
    ambient: Floats,
) -> Floats:
    stage = Stage(size)
    foot = _STREET * size[0]
    terrace(stage, rng, foot)
    deep = (_WATER - _STREET) * size[0] + 12
    stage.box((0, foot), (size[0], deep), "6b645c", 150)
    stage.box((0, foot), (size[0], deep * 0.16), "8a8379", 215)
    stone = deep * 0.28
    for row in range(3):
        top = foot + deep * 0.16 + row * stone
        for left in np.arange(-stone * (row % 2), size[0], stone * 2.1):
            tint = np.asarray([0.40, 0.38, 0.35], np.float32) * rng.uniform(0.7, 1.15)
            stage.box((left, top), (stone * 2.0, stone * 0.9), tint * (1 - 0.22 * row), 165)
    _strollers(stage, rng, foot)
    light = _with_lamps(stage.lit(ambient, _SEED + 1), x, y, lamps)
    return _cut(light, stage.mask())


def _strollers(stage: Stage, rng: np.random.Generator, foot: float) -> None:
    tall = stage.size[0] * 0.0185
    for place in rng.uniform(0.02, 0.98, 22):
        x, cloth = place * stage.size[0], np.asarray(rng.uniform(0.05, 0.35, 3), np.float32)
        height = tall * rng.uniform(0.9, 1.08)
        top = foot + tall * 0.12 - height
        for way in (-1, 1):
            ends = [(x, top + height * 0.5), (x + way * height * 0.08, top + height)]
            stage.line(ends, height * 0.11, cloth * 0.6, 170)
        body = [(-0.13, 0.2), (0.13, 0.2), (0.12, 0.58), (-0.12, 0.58)]
        stage.area([(x + a * height, top + b * height) for a, b in body], cloth, 190)
        turn = np.linspace(0, 2 * np.pi, 12)
        head = [
            (x + np.cos(a) * height * 0.08, top + (0.1 + np.sin(a) * 0.09) * height) for a in turn
        ]
        stage.area(head, "9a6f58", 190)


def _with_lamps(light: Floats, x: Plane, y: Plane, lamps: list[float]) -> Floats:
    foot, tall = _STREET, 0.046
    for lamp in lamps:
        post = (np.abs(x - lamp) < 0.0009) & (y > foot - tall) & (y < foot + 0.004)
        arm = (np.abs(x - lamp) < 0.0034) & (np.abs(y - foot + tall) < 0.0007)
        light = np.where((post | arm)[..., None], light * 0.08, light)
        bulb = np.exp(-(((x - lamp) ** 2 + (y - foot + tall + 0.0035) ** 2) / 0.0026**2))
        light = light + _LAMP * (9.0 * bulb)[..., None]
    return np.asarray(light, np.float32)


def _water(scene: Floats, boats: Floats, x: Plane, y: Plane) -> Floats:
    """Return the light of the water: everything above it upside down, drawn out by ripples."""
    width = scene.shape[1]
    level, mooring = _line(_WATER, x), _line(_MOORING, x)
    near = np.maximum(y - level, 0) + 0.012
    wave_x, wave_z = (x - 0.5) * 0.6 / near, 0.84 / near
    total = np.zeros((*x.shape, 3), np.float32)
    for turn in range(_BLUR):
        chop = fractal(wave_x, wave_z + turn * 0.13, _SEED + 70, 4, 0.6)
        chop = chop + 0.35 * noise(wave_x * 5, wave_z * 5 + turn * 0.5, _SEED + 71)
        lift = chop * near * 0.30 * (0.4 + turn / (_BLUR - 1))
        place = (x + chop * near * 0.035) * width
        far = sampled(scene, place, (2 * level - y + lift) * width)
        close = sampled(boats, place, (2 * mooring - y + lift) * width)
        total += mix(far, close[..., :3], close[..., 3]) / _BLUR
    swell = fractal(wave_x * 1.5, wave_z * 1.5, _SEED + 72, 5)
    strength = np.clip(0.74 - 0.9 * near + 0.14 * swell, 0.15, 1)[..., None]
    return np.asarray(total * strength + _DEEP * (1 - strength), np.float32)
