"""Batik: wax drawings on dyed cloth, with dye that crept through the cracks."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import (
    Floats,
    Plane,
    Size,
    colours,
    fit,
    grid,
    mix,
    ramp,
    smooth,
    soften,
    to_image,
    to_plane,
)
from nst_core.styles.painters.noise import clouds, scatter
from nst_core.styles.painters.plate import Plate, arc, swell
from nst_core.styles.painters.voronoi import borders, cells

__all__ = ["paint_batik"]

_WAX = colours("f5e6c0")[0]
_INDIGO = colours("10163a 1b2860 263f86 141d4a 33569a")
_RUST, _OCHRE, _PLUM, _JADE = colours("b8442a e0a03a 6a1f4a 2f8a86")


def paint_batik(rng: Generator, size: Size) -> Image.Image:
    """Wax a peacock's garden of flowers and tendrils on indigo cotton."""
    plate = Plate(size, _INDIGO[1])
    _ground(rng, plate)
    _border(plate)
    _tendrils(rng, plate)
    wide, tall = plate.right, plate.bottom
    for x, y, radius, tints in (
        (0.27, 0.42, 0.150, (_RUST, _OCHRE, _PLUM)),
        (0.70, 0.60, 0.165, (_JADE, _RUST, _OCHRE)),
        (0.64, 0.20, 0.085, (_OCHRE, _PLUM, _RUST)),
        (0.36, 0.80, 0.085, (_PLUM, _JADE, _OCHRE)),
        (0.90, 0.26, 0.075, (_RUST, _JADE, _PLUM)),
        (0.09, 0.76, 0.080, (_JADE, _OCHRE, _RUST)),
        (0.93, 0.82, 0.065, (_OCHRE, _RUST, _PLUM)),
        (0.10, 0.15, 0.065, (_PLUM, _OCHRE, _JADE)),
        (0.45, 0.14, 0.055, (_RUST, _OCHRE, _JADE)),
        (0.54, 0.87, 0.050, (_JADE, _PLUM, _OCHRE)),
    ):
        _flower(plate, (x * wide, y * tall), radius, tints)
    return fit(to_image(_dyed(rng, plate)), size)


def _ground(rng: Generator, plate: Plate) -> None:
    """Mottle the cloth and sow it with small wax dots."""
    plate.sheet = ramp(_INDIGO, clouds(rng, plate.size, 6, 4))
    places = scatter(rng, plate.size, 0.021 * plate.unit, 0.35) / plate.unit
    plate.dots(places, rng.uniform(0.0018, 0.0036, len(places)), mix(_INDIGO[2], _WAX, 0.75))


def _border(plate: Plate) -> None:
    for y, way in ((0.0, 1), (plate.bottom, -1)):
        band = np.array(
            [[0, y], [plate.right, y], [plate.right, y + way * 0.035], [0, y + way * 0.035]]
        )
        plate.shape(band, _PLUM)
        for x in np.arange(0.0125, plate.right, 0.05):
            tooth = np.array([[x - 0.022, y], [x + 0.022, y], [x, y + way * 0.030]])
            plate.shape(tooth, _OCHRE)
            plate.dots([np.array([x, y + way * 0.010])], [0.005], _RUST)
        line = np.array([[0, y + way * 0.037], [plate.right, y + way * 0.037]], np.float32)
        plate.line(line, _WAX, 0.005)


def _tendrils(rng: Generator, plate: Plate) -> None:
    """Draw curling stems that end in spirals, with leaves on both sides."""
    for x, y, turn, reach, curl in (
        (0.02, 0.55, -0.5, 0.55, 3.4),
        (0.25, 0.95, -1.1, 0.55, -3.1),
        (0.55, 0.72, -2.0, 0.6, 3.3),
        (0.98, 0.50, -2.4, 0.50, -3.6),
        (0.80, 0.96, -0.9, 0.4, 3.8),
        (0.40, 0.30, -0.7, 0.45, 3.0),
        (0.02, 0.33, -0.4, 0.35, 3.9),
        (0.76, 0.06, 0.4, 0.4, 3.5),
        (0.46, 0.52, 0.9, 0.42, 3.8),
        (0.50, 0.36, -1.5, 0.34, -3.7),
        (0.80, 0.40, -0.2, 0.36, 3.6),
        (0.20, 0.66, 0.8, 0.40, -3.5),
        (0.62, 0.93, 0.1, 0.42, -3.3),
        (0.18, 0.10, 0.3, 0.38, 3.6),
        (0.97, 0.68, 2.4, 0.34, 3.6),
    ):
        t = np.linspace(0, 1, 70)
        heading = turn + curl * t**2 * 2.2
        steps = np.stack([np.cos(heading), np.sin(heading)], -1) * (reach / 70)
        path = np.array([x * plate.right, y * plate.bottom]) + np.cumsum(
            steps * (1.3 - t)[:, None], axis=0
        )
        plate.line(path, _WAX, 0.010)
        plate.line(path, _JADE, 0.004)
        plate.dots([path[-1]], [0.011], _WAX)
        plate.dots([path[-1]], [0.007], _RUST)
        for k in range(6, 46, 8):
            _leaf(plate, path[k], float(heading[k]) + rng.choice((-0.9, 0.9)), 0.062)


def _leaf(plate: Plate, spot: Floats, turn: float, reach: float) -> None:
    way = np.array([np.cos(turn), np.sin(turn)])
    path = spot + np.linspace(0.05, 1, 20)[:, None] * way * reach
    plate.stroke(path, _WAX, swell(20, reach * 0.52))
    plate.stroke(path, _JADE, swell(20, reach * 0.36))
    plate.stroke(path, _OCHRE, swell(20, reach * 0.13))


def _flower(
    plate: Plate, place: tuple[float, float], radius: float, tints: tuple[Floats, Floats, Floats]
) -> None:
    """Draw a rosette: three rings of petals and a dotted heart, each outlined in wax."""
    centre = np.array(place)
    for ring, (reach, count) in enumerate(((1.0, 14), (0.72, 11), (0.46, 8))):
        for k in range(count):
            turn = (k + 0.5 * ring) * 2 * np.pi / count
            way = np.array([np.cos(turn), np.sin(turn)])
            path = centre + np.linspace(0.12, 1, 18)[:, None] * way * radius * reach
            wide = radius * reach * 4.4 / count
            _petal(plate, path, wide, tints[ring])
    plate.dots([centre], [radius * 0.20], _WAX)
    plate.dots([centre], [radius * 0.165], tints[0])
    ring_path = arc(place, radius * 0.105, 0, 5.6, 9)
    plate.dots(ring_path, [radius * 0.028] * 9, _WAX)
    rim = arc(place, radius * 1.09, 0, 2 * np.pi, max(20, int(radius * 260)))
    plate.dots(rim, [0.0048] * len(rim), _WAX)


def _petal(plate: Plate, path: Floats, wide: float, tint: Floats) -> None:
    profile = np.sin(np.pi * np.linspace(0.08, 1, len(path)) ** 1.25) ** 0.7
    plate.stroke(path, _WAX, profile * wide)
    plate.stroke(path[:-1], tint, profile[:-1] * wide * 0.72)
    plate.stroke(path[4:-4], _WAX, swell(len(path) - 8, wide * 0.13))


def _dyed(rng: Generator, plate: Plate) -> Floats:
    """Bleed the dyes, crack the wax and show the weave."""
    size, sheet = plate.size, plate.sheet
    uneven = 0.80 + 0.36 * clouds(rng, size, 9, 4)
    crack = _cracks(rng, size, 0.085) * (0.35 + 0.65 * clouds(rng, size, 4, 2))
    fine = _cracks(rng, size, 0.030) * smooth(0.55, 0.8, clouds(rng, size, 6, 2))
    veins = np.maximum(crack, 0.7 * fine)
    # Cracks let indigo into pale wax; on the dark ground they stay a shade lighter.
    pale = sheet.mean(-1)
    sheet = sheet * uneven[..., None]
    sheet = mix(sheet, _INDIGO[0], veins * smooth(0.2, 0.5, pale) * 0.85)
    sheet = mix(sheet, _INDIGO[2] * 1.35, veins * smooth(0.3, 0.15, pale) * 0.55)
    x, y = grid(size)
    weave = 0.5 + 0.25 * np.sin(x * 1150) + 0.25 * np.sin(y * 1150)
    return np.asarray(sheet * (0.95 + 0.07 * weave)[..., None], np.float32)


def _cracks(rng: Generator, size: Size, spacing: float) -> Plane:
    """Return a net of crooked cracks about ``spacing`` apart, in units of the long side."""
    small = (size[0] // 2, size[1] // 2)
    labels = cells(small, scatter(rng, small, spacing * max(small), 1.0))
    bend = clouds(rng, small, 22, 3), clouds(rng, small, 22, 3)
    rows, columns = np.indices(labels.shape)
    rows = np.clip(rows + (bend[0] - 0.5) * 0.05 * max(small), 0, small[1] - 1).astype(int)
    columns = np.clip(columns + (bend[1] - 0.5) * 0.05 * max(small), 0, small[0] - 1).astype(int)
    net = smooth(0.12, 0.30, soften(borders(labels[rows, columns]), max(small) / 1024))
    return to_plane(
        to_image(np.repeat(net[..., None], 3, -1)).resize(size, Image.Resampling.BICUBIC)
    )
