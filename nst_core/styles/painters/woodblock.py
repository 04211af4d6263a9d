"""Colour woodblock: flat tones, cut contours and foam like claws."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import Floats, Size, colours, grid, mix, ramp, smooth
from nst_core.styles.painters.noise import cloud_line, clouds, paper
from nst_core.styles.painters.plate import Plate, arc

__all__ = ["paint_waves"]

_INK = colours("14213d")[0]
_CREAM = colours("f3e9d0")[0]
_SKY = colours("8f9fa0 d9c9a3 efdcb0 f2d3a0 e8a877")
_BACK = np.array(
    [
        (-0.12, 0.60),
        (-0.02, 0.42),
        (0.07, 0.24),
        (0.18, 0.10),
        (0.33, 0.035),
        (0.47, 0.06),
        (0.555, 0.135),
        (0.575, 0.225),
    ]
)
_FACE = np.array(
    [
        (0.575, 0.225),
        (0.525, 0.165),
        (0.455, 0.155),
        (0.395, 0.215),
        (0.37, 0.32),
        (0.39, 0.43),
        (0.46, 0.525),
        (0.57, 0.585),
        (0.72, 0.60),
        (1.1, 0.57),
    ]
)
_SEA = colours("16315c 2f5f8f 16315c 6f9fb5 1d3f73 dfe3d0 234d80 16315c 3d719c 102548")


def paint_waves(rng: Generator, size: Size) -> Image.Image:
    """Print a great wave and its children below a pale mountain and a red sun."""
    plate = Plate(size, _CREAM)
    _sky(rng, plate)
    _mountain(rng, plate)
    _wave(rng, plate, _crest(rng, 0.485, 0.05, 0.19, 0.05), 0.05)
    _wave(rng, plate, _crest(rng, 0.56, 0.11, 0.42, 0.83), 0.11)
    _great_wave(rng, plate)
    _wave(rng, plate, _crest(rng, 0.655, 0.085, 0.36, 0.25), 0.085)
    _wave(rng, plate, _crest(rng, 0.735, 0.075, 0.30, 0.5), 0.075)
    _print(rng, plate)
    return plate.finish()


def _curve(knots: Floats, count: int = 160) -> Floats:
    """Return a smooth path through knots (Catmull-Rom)."""
    padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    place = np.linspace(0, len(knots) - 1 - 1e-6, count)
    k, t = place.astype(int), (place % 1)[:, None]
    a, b, c, d = (padded[k + n] for n in range(4))
    bend = (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    return np.asarray(0.5 * (2 * b + (c - a) * t + bend), np.float32)


def _great_wave(rng: Generator, plate: Plate) -> None:
    wide, tall = plate.right, plate.bottom / 0.75
    back = _curve(_BACK * (wide, tall))
    face = _curve(_FACE * (wide, tall))
    floor = np.array([[face[-1, 0], 1.2], [back[0, 0], 1.2]], np.float32)
    plate.shape(np.concatenate([back, face[40:], floor]), _SEA[0])
    for j in range(15):
        left, right = (_blend(back, face, (j + part) / 15) for part in (0.0, 1.0))
        band = np.concatenate([left, right[::-1]])
        plate.shape(band, _SEA[(j * 3 + 1) % len(_SEA)])
        plate.line(left, _INK, 0.0024)
    plate.line(back, _INK, 0.004)
    _lip(rng, plate, back, face)


def _blend(back: Floats, face: Floats, part: float) -> Floats:
    """Return a line of water between the back of the wave and its hollow face."""
    up = back[::-1]
    return np.asarray(up + (face - up) * part, np.float32)


def _lip(rng: Generator, plate: Plate, back: Floats, face: Floats) -> None:
    """Break the wave's edge into foam: lobes along the lip, claws that reach from it."""
    rim = np.concatenate([back[75:], face[:34]])
    along = rng.beta(2.6, 1.6, 620) * (len(rim) - 1)
    places = rim[along.astype(int)]
    weight = (along / len(rim))[:, None]
    sink = np.abs(rng.normal(0, 1, (620, 1))) * (0.018 + 0.012 * weight)
    places = places + sink * np.array([0.25, 0.9]) + rng.normal(0, 0.006, places.shape)
    radii = rng.uniform(0.005, 0.013, 620) * (0.6 + 0.7 * weight[:, 0])
    claws = [_claw(rng, place, rng.uniform(0.25, 0.42)) for place in places[::4]]
    _froth(rng, plate, places, radii, claws)
    drops = rim[rng.integers(20, len(rim), 240)] + rng.normal(0, 1, (240, 2)) * 0.055 + (0.045, 0)
    plate.dots(drops, rng.uniform(0.0015, 0.0042, 240), _CREAM)


def _sky(rng: Generator, plate: Plate) -> None:
    _, y = grid(plate.size)
    tone = y / 0.52 + 0.05 * (clouds(rng, plate.size, 3, 2) - 0.5)
    plate.sheet = ramp(_SKY, np.clip(tone, 0, 1))
    plate.dots([np.array([0.77, 0.17])], [0.078], _INK)
    plate.dots([np.array([0.77, 0.17])], [0.075], colours("c8402f")[0])
    x = np.linspace(-0.1, 1.1, 200)
    for level in (0.07, 0.12, 0.245, 0.30, 0.355):
        start, end = sorted(rng.uniform(-0.1, 1.1, 2))
        if end - start < 0.3:
            start, end = start - 0.25, end + 0.25
        part = x[(x > start) & (x < end)]
        wave = level + 0.008 * cloud_line(rng, np.clip(part, 0, 1), 6, 2)
        half = 0.011 * np.sqrt(np.maximum(np.sin(np.linspace(0, np.pi, len(part))), 0))
        path = np.stack([part, wave], -1)
        plate.stroke(path, _INK, half * 2 + 0.003)
        plate.stroke(path, colours("f6ecd4 c3cdc0")[rng.integers(2)], half * 2)


def _mountain(rng: Generator, plate: Plate) -> None:
    t = np.linspace(-1, 1, 160)
    rise = 0.22 * (1 - np.abs(t)) ** 1.5 + 0.004 * cloud_line(rng, (t + 1) / 2, 20, 2)
    body = np.stack([0.60 + 0.40 * t, 0.49 - rise], -1)
    plate.shape(body, colours("54718a")[0])
    top = body[rise > 0.095]
    teeth = np.stack([top[::-1, 0], 0.395 - 0.03 * np.abs(np.sin(top[::-1, 0] * 90))], -1)
    plate.shape(np.concatenate([top, teeth]), _CREAM)
    plate.line(body, _INK, 0.003)


def _crest(rng: Generator, level: float, tall: float, length: float, phase: float) -> Floats:
    """Return a line of breakers: sharp crests that lean over to the right."""
    t = np.linspace(-1.5, 1.6 / length + 1.5, 900)
    lift = np.abs(np.cos(np.pi * t)) ** 1.4
    lift = (1 - np.abs(np.sin(np.pi * (t + 0.5)))) ** 0.8 * 0.55 + 0.45 * lift**3
    swing = 1 + 0.28 * np.sin(t * 1.7 + level * 40) + 0.02 * rng.standard_normal()
    lean = lift**2.2 * length * 0.36
    x = (t - 0.5 + phase) * length + lean
    return np.stack([x, level - tall * swing * lift], -1)


def _wave(rng: Generator, plate: Plate, crest: Floats, tall: float) -> None:
    depth = 0.30
    for j, tone in enumerate(_SEA):
        part = (j / len(_SEA)) ** 0.9
        sunk = crest.copy()
        low = crest[:, 1].max()
        sunk[:, 1] = low + (crest[:, 1] - low) * (1 - 0.85 * part) + depth * part * 0.8
        sunk[:, 0] -= tall * 0.5 * part * (low - crest[:, 1]) / tall
        body = np.concatenate([sunk, [[sunk[-1, 0], 1.2], [sunk[0, 0], 1.2]]])
        plate.shape(body, tone)
        plate.line(sunk, _INK, 0.0022)
    _foam(rng, plate, crest, tall)


def _foam(rng: Generator, plate: Plate, crest: Floats, tall: float) -> None:
    low, high = crest[:, 1].max(), crest[:, 1].min()
    lift = (low - crest[:, 1]) / (low - high)
    places = crest[rng.choice(len(crest), 900, p=lift**2 / np.sum(lift**2))]
    near = (low - places[:, 1]) / (low - high)
    fall = rng.random((len(places), 1)) ** 2 * near[:, None]
    places = places + fall * np.array([0.10, 0.42]) * tall
    radii = 0.004 + 0.10 * rng.random(len(places)) * near * tall
    claws = [_claw(rng, place, 0.12 + tall) for place in places[near > 0.55][:120]]
    _froth(rng, plate, places, radii, claws)
    spray = places[:90] + rng.normal(0, 1, (90, 2)) * (0.35, 0.25) * tall - (0, 0.25 * tall)
    plate.dots(spray, rng.uniform(0.0015, 0.0035, 90), _CREAM)


def _froth(
    rng: Generator,
    plate: Plate,
    places: Floats,
    radii: Floats,
    claws: list[tuple[Floats, Floats]],
) -> None:
    """Print lobes and claws in cream with cut contours, then shade some lobes."""
    # Several small groups, one over the other, leave contours inside the foam as well.
    for group in range(8):
        for edge, tint in ((0.0022, _INK), (0.0, _CREAM)):
            for claw, wide in claws[group::8]:
                plate.stroke(claw, tint, wide + 2 * edge)
            plate.dots(places[group::8], radii[group::8] + edge, tint)
    shade = rng.choice(len(places), len(places) // 4, replace=False)
    for place, radius in zip(places[shade], radii[shade], strict=True):
        plate.line(arc(tuple(place), radius * 0.7, 0.3, 2.6, 9), colours("7fa6b8")[0], 0.0022)


def _claw(rng: Generator, place: Floats, tall: float) -> tuple[Floats, Floats]:
    """Return one finger of foam: a hook that tapers to its tip, and its widths."""
    turn = np.linspace(-0.5, 1.9, 9) + rng.uniform(-0.3, 0.5)
    step = tall * rng.uniform(0.02, 0.05)
    path = place + np.cumsum(np.stack([np.cos(turn), np.sin(turn)], -1) * step, axis=0)
    return path, np.linspace(step * 1.1, step * 0.15, 9)


def _print(rng: Generator, plate: Plate) -> None:
    """Press the wood's grain and the paper's tooth into the flat tones."""
    x, y = grid(plate.size)
    warp = clouds(rng, plate.size, 3, 2)
    grain = 0.5 + 0.5 * np.sin(y * 520 + 26 * warp + 2 * np.sin(x * 9))
    worn = smooth(0.55, 0.95, clouds(rng, plate.size, 9, 3))
    sheet = plate.sheet
    sheet = mix(sheet, _CREAM, 0.13 * grain * worn + 0.05 * grain)
    plate.sheet = sheet * (0.93 + 0.09 * paper(rng, plate.size))[..., None]
