"""Land seen in perspective: every column of pixels looks along one line over the ground.

The camera stands at the origin, ``eye`` above zero, and looks along z; x goes to the right.
A pixel looks along a slope: the height it gains for each unit of depth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nst_core.styles.painters.canvas import Floats, Size

__all__ = ["Ground", "Land", "Survey", "View", "charted", "look", "shaded", "survey"]

Indices: TypeAlias = NDArray[np.integer[Any]]
Ground: TypeAlias = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class View:
    """A camera.

    Attributes:
        size: width and height in pixels.
        eye: its height.
        spread: half the width of the picture at depth 1.
        horizon: where the horizon lies, 0 (top) to 1 (bottom).
    """

    size: Size
    eye: float
    spread: float
    horizon: float

    @property
    def columns(self) -> Floats:
        """How far right each column looks at depth 1."""
        width = self.size[0]
        return ((np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1) * self.spread

    @property
    def rows(self) -> Floats:
        """How far up each row looks at depth 1, from the top row down."""
        width, height = self.size
        places = (np.arange(height, dtype=np.float32) + 0.5) / height
        return (self.horizon - places) * 2 * self.spread * height / width


@dataclass(frozen=True)
class Land:
    """What each pixel sees of the ground; planes are meaningless where ``seen`` is false."""

    seen: NDArray[np.bool_]
    x: Floats
    z: Floats
    height: Floats
    slope_x: Floats
    slope_z: Floats


@dataclass(frozen=True)
class Survey:
    """Heights and slopes of the ground along every column's line: planes ``(depths, columns)``."""

    z: Floats
    height: Floats
    slope_x: Floats
    slope_z: Floats


def survey(view: View, ground: Ground, depths: tuple[float, float, int]) -> Survey:
    """Measure the ground between the nearest and the farthest depth, at so many depths."""
    z = np.geomspace(depths[0], depths[1], depths[2], dtype=np.float32)[:, None]
    columns = view.columns
    height = ground(z * columns, np.broadcast_to(z, (len(z), len(columns))))
    slope_x = np.gradient(height, axis=1) / (z * (columns[1] - columns[0]))
    # Along a line of sight x grows with z, so the slope along z alone is what is left.
    slope_z = np.gradient(height, axis=0) / np.gradient(z, axis=0) - slope_x * columns
    return Survey(np.broadcast_to(z, height.shape), height, slope_x, slope_z)


def look(view: View, rows: Floats, map_: Survey, eye: float) -> Land:
    """Find the ground that each pixel sees.

    Args:
        view: the camera that the survey was made for.
        rows: slopes to look along, falling, as ``view.rows``.
        map_: the ground.
        eye: the height to look from; ``-view.eye`` shows what a lake at height zero mirrors.
    """
    skyline = np.maximum.accumulate((map_.height - eye) / map_.z, axis=0)
    first = np.stack([np.searchsorted(line, rows) for line in skyline.T], axis=1)
    far = np.clip(first, 1, len(skyline) - 1)
    across = np.broadcast_to(np.arange(far.shape[1]), far.shape)
    part = _part(skyline, far, across, rows)
    planes = (map_.z, map_.height, map_.slope_x, map_.slope_z)
    depth, high, slope_x, slope_z = (_between(plane, far, across, part) for plane in planes)
    return Land(first < len(skyline), depth * view.columns, depth, high, slope_x, slope_z)


def _part(skyline: Floats, far: Indices, across: Indices, rows: Floats) -> Floats:
    near, beyond = skyline[far - 1, across], skyline[far, across]
    part = (rows[:, None] - near) / np.maximum(beyond - near, 1e-9)
    return np.asarray(np.clip(part, 0, 1), np.float32)


def _between(plane: Floats, far: Indices, across: Indices, part: Floats) -> Floats:
    near = plane[far - 1, across]
    return np.asarray(near + (plane[far, across] - near) * part, np.float32)


def shaded(land: Land, ground: Ground, sun: Floats, reach: float, steps: int = 64) -> Floats:
    """Return how much of the sun reaches each pixel's ground, 0 to 1, soft at the edges.

    Args:
        land: what is seen.
        ground: the height at places x and z; called often, so let it be quick.
        sun: the direction to the sun: x, height and z.
        reach: how far land can throw a shadow.
        steps: how many places on the way to the sun are tried.
    """
    x, z, high = (plane[land.seen] for plane in (land.x, land.z, land.height))
    clear = np.full(x.shape, np.inf, np.float32)
    for along in np.geomspace(reach / 200, reach, steps, dtype=np.float32):
        over = high + along * sun[1] - ground(x + along * sun[0], z + along * sun[2])
        clear = np.minimum(clear, over / along)
    light = np.zeros(land.seen.shape, np.float32)
    light[land.seen] = np.clip(0.5 + clear / 0.06, 0, 1)
    return light


def charted(ground: Ground, x: tuple[float, float], z: tuple[float, float], count: int) -> Ground:
    """Return a quick stand-in for the ground: its heights on a square grid, nearest one wins."""
    across, along = (np.linspace(*side, count, dtype=np.float32) for side in (x, z))
    chart = ground(*np.meshgrid(across, along)).ravel()
    per_x, per_z = ((count - 1) / (side[1] - side[0]) for side in (x, z))

    def height(at_x: Floats, at_z: Floats) -> Floats:
        column = np.clip((at_x - x[0]) * per_x + 0.5, 0, count - 1).astype(np.int32)
        row = np.clip((at_z - z[0]) * per_z + 0.5, 0, count - 1).astype(np.int32)
        return np.asarray(chart[row * count + column], np.float32)

    return height
