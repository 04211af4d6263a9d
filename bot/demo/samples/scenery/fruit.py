"""The bodies of the still life: what they look like and where they stand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bot.demo.samples.scenery.fields import fractal, noise
from bot.demo.samples.scenery.optics import light_of
from bot.demo.samples.scenery.tracer import Blocker, Body
from nst_core.styles.painters.canvas import Floats, mix, smooth

__all__ = ["arrangement"]

_OPEN = 99.0
_PATTERN = 700


def arrangement() -> tuple[Body, ...]:
    """Return everything that stands on the table."""
    bowl = (-0.15, 0.0, -0.1)
    fruit = [
        _apple((-0.72, 1.02, 0.28), 0.60, 1, (0.25, 0.2), "b3161b d8852f"),
        _orange((0.34, 1.02, 0.34), 0.55, 2),
        _apple((0.05, 1.18, -0.62), 0.60, 3, (-0.2, -0.1), "8f9a26 c9b23c"),
        _orange((-0.02, 1.66, 0.02), 0.52, 4),
        _apple((-0.90, 1.10, -0.60), 0.56, 8, (0.1, 0.5), "a01319 cf6a2a"),
        _lemon((0.80, 1.12, -0.32), 0.52, 5, (0.9, 0.5)),
    ]
    loose = [
        _pear((2.02, 0.60, 0.62), 0.88, 6, (0.06, -0.16)),
        _apple((-2.05, 0.42, 0.95), 0.60, 7, (0.12, 0.16), "a8141a dd9a3a"),
        _lemon((1.15, 0.335, 1.78), 0.50, 9, (0.35, 1.25)),
    ]
    return (_bowl(bowl, 1.45), _jug((-1.75, 0.0, -1.15)), *fruit, *loose, *_grapes())


def _turn(forward: float, side: float) -> Floats:
    """Return a rotation: first towards the viewer, then to the side, in radians."""
    a, b, c, d = np.cos(forward), np.sin(forward), np.cos(side), np.sin(side)
    lean = np.array([[1, 0, 0], [0, a, -b], [0, b, a]])
    tilt = np.array([[c, -d, 0], [d, c, 0], [0, 0, 1]])
    return np.asarray(tilt @ lean, np.float32)


def _round(place: Floats) -> tuple[Floats, Floats]:
    return np.hypot(place[0], place[2]), place[1]


def _joined(one: Floats, other: Floats, blend: float) -> Floats:
    """Return the distance from two shapes that flow into each other."""
    mixed = np.clip(0.5 + 0.5 * (other - one) / blend, 0, 1)
    return np.asarray(other + (one - other) * mixed - blend * mixed * (1 - mixed), np.float32)


def _spots(place: Floats, scale: float, seed: int) -> Floats:
    """Return noise over a surface, -1 to 1, the same in every direction."""
    x, y, z = place * np.float32(scale)
    total = noise(x, y, _PATTERN + seed) + noise(y, z, _PATTERN + seed + 1)
    return np.asarray((total + noise(z, x, _PATTERN + seed + 2)) / 1.8, np.float32)


def _skin(colours: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    return lambda place: np.asarray(colours(place).T, np.float32)


def _apple_shape(place: Floats) -> Floats:
    away, high = _round(place)
    body = np.hypot(away / (1 + 0.16 * high) - 0.30, high * 0.90) - 0.625
    stalk = np.maximum(np.abs(away - 0.05 * (high - 0.4)) - 0.03, np.abs(high - 0.70) - 0.20)
    return np.asarray(np.minimum(body * 0.85, stalk))


def _apple(
    at: tuple[float, float, float], size: float, seed: int, lean: tuple[float, float], codes: str
) -> Body:
    red, yellow = light_of(codes)
    stalk = light_of("3a2a1a")[0]

    def colours(place: Floats) -> Floats:
        away, high = _round(place)
        turn = np.arctan2(place[0], place[2])
        streaks = fractal(turn * 7, high * 0.9, _PATTERN + seed, 4)
        blush = np.sin(turn + seed) * 0.35 + 0.55 * streaks - 0.22
        ripe = mix(red, yellow, smooth(0.0, 0.9, blush + 0.45 * smooth(0.35, 0.6, high)))
        dots = smooth(0.72, 0.85, _spots(place, 22, seed + 20))
        ripe = mix(ripe, yellow, dots * 0.5)
        ripe = mix(ripe, stalk, 0.7 * smooth(0.14, 0.03, away))
        return mix(ripe, stalk, smooth(0.06, 0.05, away) * (high > 0.60))

    ball = (at[0], at[1], at[2], size * 0.9, _OPEN)
    turn = _turn(*lean)
    return Body(at, size, _apple_shape, _skin(colours), None, 0.045, turn, (ball,), red * 0.9)


def _orange(at: tuple[float, float, float], size: float, seed: int) -> Body:
    deep, bright = light_of("d8630f f08a1c")

    def shape(place: Floats) -> Floats:
        away, high = _round(place)
        dent = 0.035 * np.exp(-((away / 0.13) ** 2)) * (high > 0)
        return np.asarray(np.hypot(away, high) - 0.95 + dent, np.float32)

    def pores(place: Floats) -> Floats:
        return 0.004 * _spots(place, 30, seed) + 0.004 * _spots(place, 10, seed)

    def colours(place: Floats) -> Floats:
        shade = np.clip(0.5 + 0.5 * _spots(place, 3, seed) - 0.3 * pores(place) / 0.01, 0, 1)
        green = smooth(0.09, 0.03, np.hypot(place[0], place[2])) * (place[1] > 0)
        return mix(mix(deep, bright, shade), light_of("3d4a1c")[0], green)

    ball = (at[0], at[1], at[2], size * 0.95, _OPEN)
    turn = _turn(0.5, -0.35)
    return Body(at, size, shape, _skin(colours), pores, 0.035, turn, (ball,), deep)


def _lemon(
    at: tuple[float, float, float], size: float, seed: int, lean: tuple[float, float]
) -> Body:
    deep, bright = light_of("d9a412 f6d53a")

    def shape(place: Floats) -> Floats:
        away, high = _round(place)
        body = (np.hypot(away, high * 0.80) - 0.655) * 0.9
        tip = np.hypot(away, np.abs(high) - 0.82) - 0.09
        return _joined(body, tip, 0.22)

    def pores(place: Floats) -> Floats:
        return 0.004 * _spots(place, 24, seed) + 0.008 * _spots(place, 7, seed)

    def colours(place: Floats) -> Floats:
        green = smooth(0.75, 1.0, np.abs(place[1])) * 0.5
        ripe = mix(deep, bright, np.clip(0.6 + 0.5 * _spots(place, 5, seed), 0, 1))
        return mix(ripe, light_of("8a8a22")[0], green)

    ball = (at[0], at[1], at[2], size * 0.68, _OPEN)
    turn = _turn(*lean)
    return Body(at, size, shape, _skin(colours), pores, 0.04, turn, (ball,), deep)


def _pear(
    at: tuple[float, float, float], size: float, seed: int, lean: tuple[float, float]
) -> Body:
    green, yellow, blush = light_of("8e9a30 cdb548 b4582a")

    def shape(place: Floats) -> Floats:
        away, high = _round(place)
        body = _joined(np.hypot(away, high + 0.20) - 0.49, np.hypot(away, high - 0.40) - 0.22, 0.45)
        bent = np.hypot(place[0] - 0.35 * (high - 0.6) ** 2 * (high > 0.5), place[2])
        stalk = np.maximum(bent - 0.026, np.abs(high - 0.74) - 0.20)
        return np.asarray(np.minimum(body * 0.9, stalk))

    def colours(place: Floats) -> Floats:
        ripe = mix(green, yellow, np.clip(0.55 + 0.6 * _spots(place, 2.5, seed), 0, 1))
        turn = np.arctan2(place[0], place[2])
        ripe = mix(
            ripe, blush, 0.65 * smooth(0.1, 1.0, np.sin(turn + 0.6) + 0.3 * _spots(place, 6, seed))
        )
        freckles = smooth(0.55, 0.8, _spots(place, 34, seed + 3))
        ripe = mix(ripe, light_of("6b5020")[0], 0.55 * freckles)
        return mix(ripe, light_of("35261a")[0], smooth(0.60, 0.63, place[1]))

    low = (at[0], at[1] - 0.18 * size, at[2], size * 0.50, _OPEN)
    high = (at[0], at[1] + 0.36 * size, at[2], size * 0.26, _OPEN)
    return Body(at, size, shape, _skin(colours), None, 0.03, _turn(*lean), (low, high), green)


def _bowl(foot: tuple[float, float, float], size: float) -> Body:
    """Return a glazed bowl: a thin part of a ball on a ring."""
    glaze, band, clay = light_of("dfe3dc 23457c 7a4b2e")

    def shape(place: Floats) -> Floats:
        away, high = _round(place)
        rim = np.maximum(np.abs(np.hypot(away, high - 0.08) - 0.90) - 0.028, high + 0.16)
        ring = np.maximum(np.abs(away - 0.36) - 0.05, np.abs(high + 0.80) - 0.09)
        lip = np.hypot(away - 0.865, high + 0.16) - 0.034
        return np.asarray(np.minimum(_joined(rim, ring, 0.05), lip))

    def colours(place: Floats) -> Floats:
        high, turn = place[1], np.arctan2(place[0], place[2])
        wave = high + 0.40 + 0.045 * np.sin(turn * 16)
        lines = smooth(0.045, 0.03, np.abs(wave)) + smooth(0.02, 0.012, np.abs(high + 0.24))
        painted = mix(glaze, band, np.clip(lines, 0, 1) * (0.75 + 0.2 * _spots(place, 9, 40)))
        return mix(painted, clay, smooth(-0.84, -0.87, high) + 0.25 * smooth(-0.13, -0.125, high))

    at = (foot[0], foot[1] + 0.89 * size, foot[2])
    shell = (at[0], at[1] + 0.08 * size, at[2], 0.90 * size, at[1] - 0.15 * size)
    return Body(at, size, shape, _skin(colours), None, 0.06, _turn(0, 0), (shell,), glaze * 0.8)


_JUG_HEIGHTS = np.array([-0.95, -0.9, -0.6, -0.25, 0.1, 0.35, 0.6, 0.8, 0.9], np.float32)
_JUG_RADII = np.array([0.27, 0.31, 0.43, 0.48, 0.40, 0.27, 0.205, 0.225, 0.265], np.float32)


def _jug_radius(high: Floats) -> Floats:
    fine = np.linspace(-0.95, 0.9, 200)
    line = np.interp(fine, _JUG_HEIGHTS, _JUG_RADII)
    smoothed = np.convolve(np.pad(line, 14, "edge"), np.hanning(29) / np.hanning(29).sum(), "valid")
    return np.interp(high, fine, smoothed).astype(np.float32)


def _jug(foot: tuple[float, float, float]) -> Body:
    """Return an earthenware jug with a handle."""
    size = 1.5
    brown, dark = light_of("9a4f26 4a2212")

    def shape(place: Floats) -> Floats:
        away, high = _round(place)
        wall = np.maximum((away - _jug_radius(high)) * 0.75, np.abs(high + 0.025) - 0.925)
        hollow = np.maximum(_jug_radius(high) - 0.03 - away, 0.5 - high)
        ring = np.hypot((place[0] + 0.40) * 1.0, (high - 0.34) * 0.80) - 0.29
        handle = np.hypot(ring, place[2]) - 0.05
        handle = np.maximum(handle, _jug_radius(high) - 0.02 - away)
        return _joined(np.maximum(wall, -np.maximum(-hollow, 0.5 - high)), handle * 0.8, 0.06)

    def colours(place: Floats) -> Floats:
        high = place[1]
        drips = 0.10 * fractal(np.arctan2(place[0], place[2]) * 4, high * 1.5, _PATTERN + 60, 3)
        glaze = mix(brown, dark, smooth(-0.05, 0.12, high + drips) * 0.9)
        rings = 0.06 * np.sin(high * 96) + 0.12 * _spots(place, 12, 61)
        return np.asarray(glaze * (1 + rings)[..., None])

    def grooves(place: Floats) -> Floats:
        return np.asarray(0.0006 * np.sin(place[1] * 96) * (place[0] > -0.55), np.float32)

    at = (foot[0], foot[1] + 0.95 * size, foot[2])
    balls: tuple[Blocker, ...] = tuple(
        (at[0], at[1] + float(high) * size, at[2], float(radius) * size, _OPEN)
        for high, radius in zip(
            np.linspace(-0.7, 0.8, 9), _jug_radius(np.linspace(-0.7, 0.8, 9)), strict=True
        )
    )
    return Body(at, size, shape, _skin(colours), grooves, 0.05, _turn(0, 0), balls, brown)


def _grapes() -> tuple[Body, ...]:
    rng = np.random.default_rng(_PATTERN)
    places: list[tuple[float, float, float]] = []
    while len(places) < 38:
        along, side = rng.uniform(0, 1), rng.normal(0, 0.33)
        wide = 1 - 0.5 * along
        x, z = -0.95 + 1.3 * along + 0.2 * side, 1.72 + side * wide + 0.22 * along
        y = 0.155 + 0.235 * rng.integers(0, 3) * (1 - 0.5 * along) * (abs(side) < 0.42)
        if all((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2 > 0.072 for a, b, c in places):
            places.append((x, y, z))
    return tuple(_grape(place, i) for i, place in enumerate(places))


def _grape(at: tuple[float, float, float], seed: int) -> Body:
    dark, bloom = light_of("2a0d2c 6d5a86")

    def shape(place: Floats) -> Floats:
        return np.asarray(np.sqrt((place * place).sum(0)) - 0.97, np.float32)

    def colours(place: Floats) -> Floats:
        dusty = np.clip(0.35 + 0.5 * _spots(place, 3, seed + 80), 0, 1)
        return mix(dark, bloom, dusty * 0.6)

    ball = (*at, 0.15, _OPEN)
    return Body(at, 0.155, shape, _skin(colours), None, 0.04, _turn(0, 0), (ball,), dark)
