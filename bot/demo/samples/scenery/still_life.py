"""A still life by a window: a bowl of fruit, a jug, a pear and grapes on a checked cloth."""

from __future__ import annotations

import numpy as np
from PIL import Image

from bot.demo.samples.scenery.fields import fractal, noise
from bot.demo.samples.scenery.fruit import arrangement
from bot.demo.samples.scenery.optics import bloomed, developed, light_of
from bot.demo.samples.scenery.tracer import (
    Body,
    Hits,
    Window,
    ambient,
    direct,
    first_hits,
    spots,
    unit,
)
from nst_core.styles.painters.canvas import Floats, Size, mix, smooth

__all__ = ["SIZE", "draw"]

SIZE: Size = (1280, 960)
_SEED = 31
_PASSES = 5
_SAMPLES = 3
_EYE = np.array([0.25, 2.55, 7.4], np.float32)
_TARGET = np.array([0.0, 0.88, 0.0], np.float32)
_ZOOM = 2.35
_WALL = -2.6
_WINDOW = Window(
    np.array([-5.2, 4.3, 2.3], np.float32),
    np.array([-0.95, 0.0, -1.5], np.float32),
    np.array([0.0, 1.7, 0.0], np.float32),
    light_of("fff0d8")[0] * 22,
)
_WHITE, _BLUE = light_of("e9e2d2 35558a")
_PLASTER = light_of("6b5a46 8a7658")


def draw(size: Size = SIZE) -> Image.Image:
    """Draw the still life; lengths are in about ten centimetres."""
    rng = np.random.default_rng(_SEED)
    bodies = arrangement()
    chance = rng.random((2, size[0] * size[1]), np.float32)
    total = np.zeros((size[1], size[0], 3), np.float32)
    for order in range(_PASSES):
        total += _pass(size, bodies, rng, chance, order)
    return developed(bloomed(total / _PASSES, 1.0, 5, 0.35), size, _SEED, 0.006)


def _pass(
    size: Size, bodies: tuple[Body, ...], rng: np.random.Generator, chance: Floats, order: int
) -> Floats:
    """Follow one ray through a random spot of every pixel."""
    ways = _ways(size, rng)
    start = np.broadcast_to(_EYE[:, None], ways.shape)
    hits = first_hits(start, ways, bodies)
    place, normal, colour, gloss = _surfaces(start, ways, hits, bodies)
    own = hits.body
    light = np.zeros_like(place)
    for turn in range(_SAMPLES):
        spot = spots(chance, order * _SAMPLES + turn)
        light += direct(place, normal, own, bodies, _WINDOW, spot) / _SAMPLES
        light += ambient(place, normal, own, bodies, _room, spot[::-1]) / _SAMPLES
    facing = np.clip(-(ways * normal).sum(0), 0, 1)
    mirrored = ways + 2 * facing * normal
    fresnel = np.where(gloss > 0, gloss + (1 - gloss) * (1 - facing) ** 5 * 0.7, 0)
    shown = colour * light + fresnel * _mirrored(place, mirrored, gloss)
    return np.asarray(shown.T.reshape(size[1], size[0], 3), np.float32)


def _ways(size: Size, rng: np.random.Generator) -> Floats:
    ahead = unit(_TARGET - _EYE)
    right = unit(np.cross(ahead, np.array([0, 1, 0], np.float32)).astype(np.float32))
    up = np.cross(right, ahead).astype(np.float32)
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    x += rng.random(x.shape, np.float32)
    y += rng.random(y.shape, np.float32)
    u, v = (2 * x - size[0]) / max(size), (size[1] - 2 * y) / max(size)
    flat = ahead[:, None] * _ZOOM + right[:, None] * u.ravel() + up[:, None] * v.ravel()
    return unit(flat)


def _surfaces(
    start: Floats, ways: Floats, hits: Hits, bodies: tuple[Body, ...]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the place, normal, colour and gloss of what every ray meets."""
    table = np.where(ways[1] < 0, -start[1] / np.minimum(ways[1], -1e-6), np.inf)
    wall = (_WALL - start[2]) / np.minimum(ways[2], -1e-6)
    far = np.minimum(np.minimum(hits.far, table), wall)
    place = (start + ways * far).astype(np.float32)
    normal, colour = hits.normal.copy(), np.zeros_like(place)
    gloss = np.zeros(far.shape, np.float32)
    on_table = (table <= far) & (hits.body < 0)
    on_wall = (hits.body < 0) & ~on_table
    colour[:, on_table], normal[:, on_table] = _cloth(place[0, on_table], place[2, on_table])
    colour[:, on_wall] = _plaster(place[0, on_wall], place[1, on_wall])
    normal[:, on_wall] = np.array([[0], [0], [1]], np.float32)
    for index, body in enumerate(bodies):
        mine = np.flatnonzero(hits.body == index)
        if mine.size:
            colour[:, mine] = body.skin(hits.own[:, mine])
            gloss[mine] = body.gloss
    return place, normal, colour, gloss


def _cloth(x: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Return colours and normals of a checked cloth with soft folds."""
    turned, across = 0.94 * x - 0.34 * z, 0.34 * x + 0.94 * z
    wave = 0.05 * noise(x * 0.8, z * 0.8, _SEED + 1)
    stripes = [smooth(-0.06, 0.06, np.sin((axis + wave) * 7.2)) for axis in (turned, across)]
    weave = 0.88 + 0.07 * np.sin(turned * 260) * np.sin(across * 260)
    weave = weave + 0.10 * fractal(x * 14, z * 14, _SEED + 2, 3)
    colour = mix(_WHITE, _BLUE, 0.46 * (stripes[0] + stripes[1])) * weave[..., None]
    step = np.float32(0.01)
    folds = [_fold(x + dx, z + dz) for dx, dz in ((0, 0), (step, 0), (0, step))]
    lean = np.stack([(folds[0] - folds[1]) / step, np.ones_like(x), (folds[0] - folds[2]) / step])
    return np.asarray(colour.T, np.float32), unit(lean)


def _fold(x: Floats, z: Floats) -> Floats:
    creases = 0.02 * np.exp(-(((x * 0.97 + z * 0.24 - 1.1) / 0.05) ** 2))
    creases += 0.016 * np.exp(-(((z * 0.98 - x * 0.2 - 1.35) / 0.05) ** 2))
    return np.asarray(0.10 * fractal(x * 0.9, z * 0.9, _SEED + 3, 4, 0.45) + creases, np.float32)


def _plaster(x: Floats, y: Floats) -> Floats:
    stain = 0.5 + 0.5 * fractal(x * 0.9, y * 0.9, _SEED + 4, 6, 0.6)
    return np.asarray(mix(_PLASTER[0], _PLASTER[1], np.clip(stain, 0, 1)).T, np.float32)


def _room(ways: Floats) -> Floats:
    """Return the light the room throws back: more from the window's side, warm from below."""
    side = np.clip(0.5 - 0.55 * ways[0], 0, 1)[None]
    high = np.clip(0.5 + 0.5 * ways[1], 0, 1)[None]
    cool, warm = light_of("a9bcd6 8a6a48")[..., None]
    return np.asarray(0.30 * (cool * high * side + warm * (1 - high) * 0.5) + 0.02 * warm)


def _mirrored(place: Floats, ways: Floats, gloss: Floats) -> Floats:
    """Return what shines in a glossy surface: the panes of the window, and the room."""
    plane = _WINDOW.normal
    towards = -(plane @ ways)
    far = ((_WINDOW.middle[:, None] - place) * -plane[:, None]).sum(0) / np.maximum(towards, 1e-4)
    spot = place + ways * far - _WINDOW.middle[:, None]
    u = (spot * _WINDOW.right[:, None]).sum(0) / (_WINDOW.right**2).sum()
    v = (spot * _WINDOW.up[:, None]).sum(0) / (_WINDOW.up**2).sum()
    edge = 0.05 + 0.5 * np.clip(0.06 - gloss, 0, 1)
    pane = _soft(u, edge) * _soft(v, edge)
    bars = 1 - 0.75 * np.exp(-((u / 0.07) ** 2)) - 0.75 * np.exp(-((v / 0.06) ** 2))
    shine = pane * np.clip(bars, 0, 1) * (towards > 0)
    return np.asarray(_WINDOW.light[:, None] * shine * 0.35 + _room(ways) * 0.8, np.float32)


def _soft(place: Floats, edge: Floats) -> Floats:
    t = np.clip((1 + edge - np.abs(place)) / (2 * edge), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
