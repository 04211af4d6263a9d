"""Stained glass: coloured panes with light behind, held in lead."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters.canvas import (
    Floats,
    Size,
    colours,
    emboss,
    fit,
    mix,
    smooth,
    soften,
    to_image,
)
from nst_core.styles.painters.noise import clouds, scatter
from nst_core.styles.painters.scenes import Guide, disc, ridge, shape
from nst_core.styles.painters.strokes import pick
from nst_core.styles.painters.voronoi import Labels, borders, cells

__all__ = ["paint_glass"]

_SUN = (0.40, 0.30)
_SKY = colours("123a8c 1f63b8 3f97d0 7cc4de 2a4fa0")
_RAYS = colours("fbe08a f6b73c f08a2c e85f3a")
_HILL = colours("0f5a4a 1f8a5c 5fb04a a8cc4f")
_LAKE = colours("143f7a 1f7a9a 49b3b0 2a5fa8")
_PETAL = colours("c8203c e8486a f48aa0 8f1a4a")
_LEAF = colours("14703a 3fa04a 0c4f3a")


class _Window:
    """The panes of a window: a number for each pane and the colour of each place."""

    def __init__(self, rng: Generator, size: Size) -> None:
        self.rng = rng
        self.guide = Guide(size)
        self.labels: Labels = np.zeros((size[1], size[0]), np.int32)
        self.next = 1

    def panes(self, where: Floats, panes: Labels, tints: Floats) -> None:
        """Set panes numbered from 0 into a mask, each with a colour at random from some."""
        inside = where > 0.5
        chosen = tints[self.rng.integers(0, len(tints), int(panes.max()) + 1)]
        chosen = chosen * self.rng.uniform(0.82, 1.15, (len(chosen), 1))
        self.labels[inside] = panes[inside] + self.next
        self.guide.tint[inside] = chosen[panes[inside]]
        self.next += int(panes.max()) + 1

    def shards(self, spacing: float, squash: float = 1.0) -> Labels:
        """Return random panes about ``spacing`` apart, flattened by ``squash``."""
        size = self.guide.size
        points = scatter(self.rng, (size[0], int(size[1] * squash)), spacing * max(size), 0.8)
        tall = cells((size[0], int(size[1] * squash)), points)
        rows = (np.arange(size[1]) * squash).astype(int)
        panes: Labels = tall[np.minimum(rows, len(tall) - 1)]
        return panes


def paint_glass(rng: Generator, size: Size) -> Image.Image:
    """Set a window: a sun over hills and water, with irises in front."""
    large = (size[0] * 2, size[1] * 2)
    window = _Window(rng, large)
    _heaven(window)
    _land(window)
    for foot, top, lean in ((0.12, 0.36, 0.03), (0.25, 0.50, -0.02), (0.86, 0.42, -0.03)):
        _flower(window, foot, top * window.guide.bottom / 0.75, lean)
    return fit(to_image(_lit(rng, window)), size)


def _heaven(window: _Window) -> None:
    guide = window.guide
    far = np.hypot(guide.x - _SUN[0], guide.y - _SUN[1])
    turn = np.arctan2(guide.y - _SUN[1], guide.x - _SUN[0]) / (2 * np.pi) + 0.5
    everywhere = np.ones_like(far)
    ring = np.minimum((far / 0.08).astype(np.int32), 13)
    spoke = ((turn * 26 + 0.5 * (ring % 2)) % 26).astype(np.int32)
    window.panes(everywhere, ring * 26 + spoke, _SKY)
    inner = far < 0.08 * 3
    window.panes(inner, ring * 26 + spoke, _RAYS)
    window.panes(disc(guide, _SUN, 0.085, 0.0005), np.zeros_like(window.labels), _RAYS[:1] * 1.1)


def _land(window: _Window) -> None:
    guide = window.guide
    x = guide.x[0]
    for level, tall, phase, tints, spacing, squash in (
        (0.47, 0.06, 0.5, _HILL[:2], 0.085, 1.3),
        (0.53, 0.045, 2.6, _HILL[1:], 0.075, 1.6),
        (0.59, 0.016, 1.1, _LAKE, 0.09, 2.6),
    ):
        line = np.sin(x * 8 + phase) + 0.4 * np.sin(x * 17 + phase)
        where, _ = ridge(guide, level, tall, line)
        window.panes(where, window.shards(spacing, squash), tints)


def _flower(window: _Window, foot: float, top: float, lean: float) -> None:
    guide = window.guide
    up = np.clip((guide.bottom - guide.y) / (guide.bottom - top), 0, 1)
    stem = np.abs(guide.x - foot - lean * up) < 0.007
    window.panes(stem & (guide.y > top), _bands(guide, 6), _LEAF)
    for side, reach in ((-1, 0.20), (1, 0.15), (-1, 0.10), (1, 0.24)):
        tip = np.array([foot + side * 0.085, guide.bottom - reach])
        _lens(window, np.array([foot, guide.bottom + 0.02]), tip, 0.028, _LEAF)
    heart = np.array([foot + lean, top])
    for turn in (2.5, 0.64, 3.5, -0.36, -2.2, -0.94, -1.57, 1.57):
        reach = 0.085 if abs(turn) > 0.7 else 0.075
        tip = heart + np.array([np.cos(turn), np.sin(turn)]) * reach
        _lens(window, heart, tip, 0.027, _PETAL)
    eye = disc(guide, (float(heart[0]), float(heart[1])), 0.018, 0.0005)
    window.panes(eye, np.zeros_like(window.labels), _RAYS[1:2])


def _bands(guide: Guide, count: int) -> Labels:
    return (guide.y / guide.bottom * count).astype(np.int32)


def _lens(window: _Window, start: Floats, tip: Floats, half: float, tints: Floats) -> None:
    """Set one petal or leaf: a pointed lens, split along its middle into two panes."""
    t = np.linspace(0, 1, 40)[:, None]
    along = tip - start
    side = np.array([-along[1], along[0]]) / np.hypot(*along)
    swell = half * np.sin(np.pi * t**0.75) * side
    middle = start + along * t
    for edge in (1, -1):
        outline = np.concatenate([middle + edge * swell, middle[::-1]])
        where = shape(window.guide, outline)
        window.panes(where, np.zeros_like(window.labels), tints)


def _lit(rng: Generator, window: _Window) -> Floats:
    """Let light through the panes and lay the lead over their borders."""
    size = window.guide.size
    unit = max(size) / 1024
    edge = borders(window.labels)
    close = np.clip(soften(edge, 8 * unit) * 7, 0, 1)
    streaks = clouds(rng, size, 11, 4)
    ripple = pick(clouds(rng, size, 26, 2), _swirl(streaks))
    light = 0.72 + 0.40 * streaks + 0.45 * (ripple - 0.5) - 0.32 * close
    glass = window.guide.tint * light[..., None]
    glow = smooth(0.62, 0.95, streaks * (1 - close))
    glass = mix(glass, np.ones(3, np.float32), 0.30 * glow)
    near = soften(edge, 2.4 * unit)
    lead = smooth(0.04, 0.08, near)
    round_lead = emboss(np.full((*edge.shape, 3), 0.09, np.float32), np.sqrt(near), 5.0)
    return mix(glass, round_lead, lead)


def _swirl(streaks: Floats) -> Floats:
    """Bend places by a plane, so that ripples run like those of blown glass."""
    rows, columns = np.indices(streaks.shape, np.float32)
    bend = streaks * (0.12 * max(streaks.shape))
    return np.stack([columns + bend, rows - 0.6 * bend], -1)
