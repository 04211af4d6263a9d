"""Old harbour houses: facades with windows, gables, roofs and chimneys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from bot.demo.samples.scenery.stage import Stage, varied
from nst_core.styles.painters.canvas import Floats

__all__ = ["terrace"]

_WALLS = (
    *("b5452f", "d9a441", "e3d3b0", "4f7f83", "c9785a", "8c3b2e"),
    *("d8c07a", "6d8f6a", "c4573f", "e0b98a", "5b7394", "b98a4a"),
)
_ROOFS = ("7a3b2a", "6b3427", "4a4348", "83452f")
_FRAME = "e4ddd0"


@dataclass(frozen=True)
class House:
    """One house; lengths are in pixels, y runs down and ``foot`` is the street."""

    left: float
    wide: float
    foot: float
    storeys: int
    storey: float
    wall: Floats
    gable: int

    @property
    def eaves(self) -> float:
        """Where the wall ends and the roof begins."""
        return self.foot - self.storey * (self.storeys + 0.18)


def terrace(stage: Stage, rng: Generator, foot: float) -> None:
    """Draw a closed row of houses along the whole street.

    Args:
        stage: where to draw.
        rng: the source of chance.
        foot: the height of the street in pixels.
    """
    width = stage.size[0]
    left, order, last = -0.02 * width, 0, -1
    while left < width:
        wide = width * rng.uniform(0.066, 0.108)
        storeys = int(rng.choice([d for d in (3, 4, 4, 5) if d != last]))
        last = storeys
        storey = width * rng.uniform(0.0375, 0.0425)
        wall = varied(rng, _WALLS[order % len(_WALLS)])
        house = House(left, wide, foot, storeys, storey, wall, int(rng.integers(0, 3)))
        _roof(stage, rng, house)
        _facade(stage, rng, house)
        left, order = left + wide, order + 1


def _roof(stage: Stage, rng: Generator, house: House) -> None:
    tint = varied(rng, str(rng.choice(_ROOFS)))
    right, top, tall = house.left + house.wide, house.eaves, house.storey
    for side in (0.14, 0.80):
        if rng.random() < 0.75:
            _chimney(stage, rng, (house.left + side * house.wide, top - tall * 1.55), tall)
    if house.gable == 0:
        slope = [(house.left, top), (right, top)]
        ridge = [
            (right - 0.03 * house.wide, top - tall),
            (house.left + 0.03 * house.wide, top - tall),
        ]
        stage.area(slope + ridge, tint, 100)
        for row in np.arange(0.06, 1, 0.075):
            y = top - tall * row
            stage.line([(house.left, y), (right, y)], 1, tint * rng.uniform(0.55, 0.8), 92)
        _dormers(stage, rng, house)
        return
    middle = house.left + house.wide / 2
    if house.gable == 1:
        peak = [(house.left, top), (middle, top - tall * 1.7), (right, top)]
        stage.area(peak, house.wall, 120)
        stage.line(peak, house.wide * 0.035, tint * 0.8, 190)
    else:
        _stepped(stage, house)
    _window(
        stage, rng, (middle - 0.09 * house.wide, top - 0.72 * tall), (0.18 * house.wide, 0.5 * tall)
    )


def _stepped(stage: Stage, house: House) -> None:
    steps = 5
    for step in range(steps):
        inset = house.wide * 0.5 * step / (steps + 0.6)
        high = house.storey * 0.36
        y = house.eaves - high * (step + 1)
        size = (house.wide - 2 * inset, high + 2)
        stage.box((house.left + inset, y), size, house.wall, 120)
        for x in (house.left + inset, house.left + house.wide - inset - house.wide * 0.08):
            stage.box((x, y - high * 0.12), (house.wide * 0.08, high * 0.2), _FRAME, 160)


def _chimney(stage: Stage, rng: Generator, place: tuple[float, float], tall: float) -> None:
    (x, y), brick = place, varied(rng, "6e4436")
    stage.box((x, y), (tall * 0.26, tall * 1.6), brick, 125)
    stage.box((x - tall * 0.03, y), (tall * 0.32, tall * 0.10), brick * 0.8, 150)
    for pot in (0.04, 0.16):
        stage.box((x + tall * pot, y - tall * 0.14), (tall * 0.07, tall * 0.14), "8d5a44", 150)


def _dormers(stage: Stage, rng: Generator, house: House) -> None:
    count = 2 if house.wide > house.storey * 2.2 else 1
    for i in range(count):
        middle = house.left + house.wide * (i + 0.5) / count
        wide, tall = house.storey * 0.52, house.storey * 0.62
        top = house.eaves - tall * 1.12
        hood = [(middle - wide * 0.7, top), (middle, top - tall * 0.42), (middle + wide * 0.7, top)]
        stage.area(hood, "5a4038", 180)
        stage.box((middle - wide / 2, top), (wide, tall), _FRAME, 150)
        _window(stage, rng, (middle - wide * 0.36, top + tall * 0.1), (wide * 0.72, tall * 0.82))


def _facade(stage: Stage, rng: Generator, house: House) -> None:
    top, right = house.eaves, house.left + house.wide
    stage.box((house.left, top), (house.wide, house.foot - top), house.wall, 120)
    if rng.random() < 0.6:
        for y in np.arange(top, house.foot, house.storey / 13):
            tone = _tone(house.wall, rng.uniform(0.80, 0.93))
            stage.line([(house.left, y), (right, y)], 2, tone, 117)
    stage.box(
        (house.left, top - 3), (house.wide, house.storey * 0.12), _tone(house.wall, 1.25), 200
    )
    stage.box(
        (house.left, house.foot - house.storey * 0.16),
        (house.wide, house.storey * 0.16),
        _tone(house.wall, 0.5),
        140,
    )
    stage.line([(right - 1, top), (right - 1, house.foot)], 2, _tone(house.wall, 0.55), 70)
    count = max(2, round(house.wide / house.storey / 0.66))
    for level in range(1, house.storeys):
        y = house.foot - house.storey * (level + 0.86)
        if level == 1:
            band = (house.wide, house.storey * 0.07)
            stage.box((house.left, y + house.storey * 0.88), band, _tone(house.wall, 1.2), 185)
        for i in range(count):
            wide = house.wide / count
            place = (house.left + wide * (i + 0.23), y)
            _window(stage, rng, place, (wide * 0.54, house.storey * 0.64))
    _shop(stage, rng, house, count)


def _tone(colour: Floats, by: float) -> Floats:
    return np.asarray(np.clip(colour * by, 0, 1), np.float32)


def _window(
    stage: Stage, rng: Generator, place: tuple[float, float], size: tuple[float, float]
) -> None:
    """Draw a window: frame, sill, two panes across and three down, dark or lit."""
    (x, y), (wide, tall) = place, size
    rim = wide * 0.10
    stage.box((x - rim, y - rim), (wide + 2 * rim, tall + 2 * rim), _FRAME, 150)
    stage.box((x - rim * 1.6, y + tall + rim * 0.6), (wide + 3.2 * rim, rim * 1.1), "cfc6b6", 210)
    if rng.random() < 0.46:
        _lit_panes(stage, rng, place, size)
    else:
        _dark_panes(stage, rng, place, size)
    bar = max(1.0, wide * 0.07)
    stage.box((x + wide / 2 - bar / 2, y), (bar, tall), _FRAME, 110)
    for rail in (1 / 3, 2 / 3):
        stage.box((x, y + tall * rail - bar / 2), (wide, bar), _FRAME, 110)


def _lit_panes(
    stage: Stage, rng: Generator, place: tuple[float, float], size: tuple[float, float]
) -> None:
    (x, y), (wide, tall) = place, size
    warm = varied(rng, str(rng.choice(["ffb44e", "ffc873", "f79a3c", "ffd99a"])), 0.02)
    bright = rng.uniform(0.45, 1.0)
    for part in range(6):
        glow = _tone(warm, bright * (0.72 + 0.055 * part))
        stage.box((x, y + tall * part / 6), (wide, tall / 6 + 1), "20150c", 60, glow)
    if rng.random() < 0.6:
        for side in (0.0, 0.78):
            curtain = _tone(warm, bright * 0.5)
            stage.box((x + wide * side, y), (wide * 0.22, tall), "40301c", 66, curtain)


def _dark_panes(
    stage: Stage, rng: Generator, place: tuple[float, float], size: tuple[float, float]
) -> None:
    (x, y), (wide, tall) = place, size
    for part in range(6):
        sky = _tone(varied(rng, "33435f", 0.01), 1.25 - 0.13 * part)
        stage.box((x, y + tall * part / 6), (wide, tall / 6 + 1), sky * 0.5, 60, sky * 0.42)


def _shop(stage: Stage, rng: Generator, house: House, count: int) -> None:
    """Draw the ground floor: a door, wide lit windows and, now and then, an awning."""
    wide, tall, y = house.wide / count, house.storey * 0.62, house.foot - house.storey * 0.78
    door = int(rng.integers(0, count))
    for i in range(count):
        x = house.left + wide * i
        if i == door:
            stage.box((x + wide * 0.2, y), (wide * 0.6, house.foot - y), _FRAME, 150)
            leaf = varied(rng, str(rng.choice(["23402f", "5a2420", "22304e", "3b2a20"])))
            stage.box((x + wide * 0.27, y + tall * 0.22), (wide * 0.46, house.foot - y), leaf, 80)
            stage.box((x + wide * 0.27, y + 3), (wide * 0.46, tall * 0.16), "20150c", 80, "ffc06a")
        else:
            _window(stage, rng, (x + wide * 0.14, y + tall * 0.04), (wide * 0.72, tall * 0.78))
    if rng.random() < 0.5:
        _awning(stage, rng, house, y)


def _awning(stage: Stage, rng: Generator, house: House, y: float) -> None:
    cloth = varied(rng, str(rng.choice(["8e2f2a", "2f5d50", "c9b48a", "2e4468"])))
    stripes = 12
    wide = house.wide * 0.9 / stripes
    for i in range(stripes):
        x = house.left + house.wide * 0.05 + i * wide
        tint = cloth if i % 2 else _tone(np.asarray([0.88, 0.85, 0.78], np.float32), 1)
        low = y + house.storey * 0.16
        points = [(x, y - house.storey * 0.07), (x + wide, y - house.storey * 0.07)]
        stage.area([*points, (x + wide * 1.1, low), (x + wide * 0.1, low)], tint, 225)
