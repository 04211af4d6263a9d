"""A small ray tracer: bodies on a table, lit through one window and by what the room throws back.

Places and directions are arrays ``(3, n)``: x to the right, y up, z towards the viewer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nst_core.styles.painters.canvas import Floats

__all__ = [
    "Blocker",
    "Body",
    "Hits",
    "Indices",
    "Shape",
    "Window",
    "ambient",
    "direct",
    "first_hits",
    "spots",
    "unit",
]

Shape: TypeAlias = Callable[[Floats], Floats]
Indices: TypeAlias = NDArray[np.int32]
Blocker: TypeAlias = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class Body:
    """A thing on the table.

    Attributes:
        centre: where it is.
        size: its radius; in its own space it fits into a ball of radius 1.
        shape: distance from its surface in its own space, negative inside.
        skin: colour ``(3, n)`` of places in its own space.
        bump: how far the surface seems to stand out, in its own space.
        gloss: how much it mirrors when seen head on, 0 to 1.
        turn: rotation ``(3, 3)`` from its own space.
        blockers: balls that stand for it where it throws shadows: x, y, z, radius, and the
            height above which a ball is open.
        tint: its colour on the whole, as it shows on its neighbours.
    """

    centre: tuple[float, float, float]
    size: float
    shape: Shape
    skin: Callable[[Floats], Floats]
    bump: Shape | None
    gloss: float
    turn: Floats
    blockers: tuple[Blocker, ...]
    tint: Floats


@dataclass(frozen=True)
class Hits:
    """What rays meet: ``body`` is an index, -1 for none; ``own`` is the place on the body."""

    far: Floats
    body: Indices
    own: Floats
    normal: Floats


@dataclass(frozen=True)
class Window:
    """A rectangle of light: its middle, its two half edges and how bright it is."""

    middle: Floats
    right: Floats
    up: Floats
    light: Floats

    @property
    def normal(self) -> Floats:
        """The way it shines."""
        return unit(np.cross(self.right, self.up).astype(np.float32))


def unit(vectors: Floats) -> Floats:
    """Scale vectors ``(3, ...)`` to length 1."""
    return np.asarray(vectors / np.sqrt((vectors * vectors).sum(0)), np.float32)


def _ball(start: Floats, ways: Floats, ball: Sequence[float]) -> tuple[Floats, Floats]:
    """Return half the chord and the middle of each ray's way through a ball; 0 if it misses."""
    x, y, z = (start[i] - np.float32(ball[i]) for i in range(3))
    middle = -(x * ways[0] + y * ways[1] + z * ways[2])
    gap = x * x + y * y + z * z - middle * middle
    return np.sqrt(np.maximum(np.float32(ball[3]) ** 2 - gap, 0)), middle


def first_hits(start: Floats, ways: Floats, bodies: Sequence[Body]) -> Hits:
    """Follow rays from ``start`` along unit ``ways`` to the first body that each meets."""
    count = ways.shape[1]
    far = np.full(count, np.inf, np.float32)
    which, own = np.full(count, -1, np.int32), np.zeros((3, count), np.float32)
    normal = np.zeros((3, count), np.float32)
    for index, body in enumerate(bodies):
        half, middle = _ball(start, ways, (*body.centre, body.size))
        near = np.flatnonzero((half > 0) & (middle - half < far))
        if near.size:
            begin, end = middle[near] - half[near], middle[near] + half[near]
            reached, place = _march(start[:, near], ways[:, near], body, begin, end)
            better = (reached < far[near]) & (reached < end)
            kept, place = near[better], place[:, better]
            far[kept], which[kept], own[:, kept] = reached[better], index, place
            normal[:, kept] = _normal(body, place)
    return Hits(far, which, own, normal)


def _march(
    start: Floats, ways: Floats, body: Body, begin: Floats, end: Floats
) -> tuple[Floats, Floats]:
    origin = body.turn.T @ ((start - _column(body.centre)) / body.size)
    way = body.turn.T @ ways
    along, last = begin / body.size, end / body.size
    place = origin + way * along
    active = np.arange(along.size)
    for _ in range(60):
        gap = body.shape(place[:, active])
        along[active] += 0.8 * gap
        place[:, active] = origin[:, active] + way[:, active] * along[active]
        active = active[(gap > 2e-4) & (along[active] < last[active])]
        if not active.size:
            break
    return along * body.size, place


def _column(vector: Sequence[float]) -> Floats:
    return np.array(vector, np.float32)[:, None]


def _normal(body: Body, place: Floats) -> Floats:
    """Return the way the surface faces, bumps included."""
    corners = np.array([(1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)], np.float32)
    total = np.zeros_like(place)
    for corner in corners:
        there = place + corner[:, None] * 0.004
        value = body.shape(there) - (body.bump(there) if body.bump else 0)
        total += corner[:, None] * value
    return np.asarray(body.turn @ unit(total), np.float32)


def _blocked(
    start: Floats, ways: Floats, reach: Floats | float, bodies: Sequence[Body], own: Indices
) -> Indices:
    """Return the index of some body in the way of each ray within its reach, else -1."""
    found = np.full(ways.shape[1], -1, np.int32)
    for index, body in enumerate(bodies):
        for blocker in body.blockers:
            half, middle = _ball(start, ways, blocker)
            # Few rays come near any one ball, so all that follows looks at those only.
            near = np.flatnonzero((half > 0) & (own != index))
            ends = np.stack([middle[near] - half[near], middle[near] + half[near]])
            high = start[1, near] + ends * ways[1, near]
            limit = np.broadcast_to(reach, found.shape)[near]
            hit = (ends > 0.01) & (ends < limit) & (high < blocker[4])
            found[near[hit.any(0)]] = index
    return found


def spots(chance: Floats, order: int) -> Floats:
    """Return evenly spread places, 0..1 each way, which fill a square as the order grows.

    Source: Martin Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences", 2018.

    Args:
        chance: where each pixel begins, ``(2, n)``.
        order: which place of the sequence to take.
    """
    step = np.array([[0.7548776662], [0.5698402910]], np.float32)
    return np.asarray((chance + order * step) % 1, np.float32)


def direct(
    place: Floats,
    normal: Floats,
    own: Indices,
    bodies: Sequence[Body],
    window: Window,
    spot: Floats,
) -> Floats:
    """Return the light ``(3, n)`` that one spot of the window, 0..1 each way, throws on places."""
    u, v = spot * 2 - 1
    way = window.middle[:, None] + window.right[:, None] * u + window.up[:, None] * v - place
    far = np.sqrt((way * way).sum(0))
    way = way / far
    area = 4 * np.linalg.norm(window.right) * np.linalg.norm(window.up)
    facing = np.clip((normal * way).sum(0), 0, 1) * np.clip(-window.normal @ way, 0, 1)
    clear = _blocked(place, way, far, bodies, own) < 0
    return np.asarray(window.light[:, None] * (facing * clear * area / (np.pi * far * far)))


def ambient(
    place: Floats, normal: Floats, own: Indices, bodies: Sequence[Body], room: Shape, spot: Floats
) -> Floats:
    """Return the light ``(3, n)`` that comes back from one direction of the room.

    Args:
        place: where.
        normal: the way the surface faces there.
        own: the index of the body, which cannot hide the room from itself.
        bodies: what may stand in the way.
        room: the light ``(3, n)`` that comes from directions ``(3, n)``.
        spot: picks the direction, 0..1 each way, ``(2, n)``.
    """
    turn, lift = spot
    high = 2 * lift - 1
    flat = np.sqrt(np.maximum(1 - high * high, 0))
    ball = np.stack([flat * np.cos(2 * np.pi * turn), high, flat * np.sin(2 * np.pi * turn)])
    way = unit(normal + 0.999 * ball)
    hidden = _blocked(place, way, 3.0, bodies, own)
    light = room(way)
    tints = np.stack([body.tint for body in bodies], 1)
    return np.asarray(np.where(hidden >= 0, tints[:, hidden] * 0.12, light), np.float32)
