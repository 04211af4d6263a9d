"""The lighthouse itself: a tapered round tower, its lantern, and the keeper's house."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.demo.samples.scenery.fields import fractal, noise
from bot.demo.samples.scenery.landform import View
from bot.demo.samples.scenery.optics import light_of
from nst_core.styles.painters.canvas import Floats, mix, smooth

__all__ = ["build"]

_WHITE, _RED, _IRON, _SLATE = light_of("ece6da 9c2a20 2b2a2c 7d3527")
_LAMP, _GLASS = light_of("ffd28a 34465c")
_TALL, _SEED = 22.0, 900


@dataclass
class _Front:
    """An upright plane through the foot of the tower; x and y in metres from there."""

    light: Floats
    x: Floats
    y: Floats
    lift: Floats
    sun: Floats
    lights: tuple[Floats, Floats]

    def put(self, where: Floats, colour: Floats, sunny: Floats, sky: Floats | float = 0.7) -> None:
        """Cover part of the picture by a lit colour; a mask is 0 to 1."""
        shine = self.lights[0] * np.asarray(sunny)[..., None]
        shade = self.lights[1] * np.broadcast_to(np.float32(sky), where.shape)[..., None]
        self.light = mix(self.light, colour * (shine + shade), where)

    def box(self, left: float, right: float, low: float, high: float) -> Floats:
        """Return the mask of a rectangle."""
        edge = 0.04
        across = smooth(left - edge, left + edge, self.x) * smooth(
            right + edge, right - edge, self.x
        )
        return (
            across
            * smooth(low - edge, low + edge, self.y)
            * smooth(high + edge, high - edge, self.y)
        )

    def round(self, radius: Floats | float) -> tuple[Floats, Floats, Floats]:
        """Return an upright column's mask, the sun on it, and its height as it bends round."""
        side = np.clip(self.x / radius, -1, 1)
        front = np.sqrt(1 - side * side)
        facing = np.clip(side * self.sun[0] - front * self.sun[2] + 0.05 * self.sun[1], 0, 1)
        bent = self.y - self.lift * radius * front
        inside = smooth(0.0, 0.07, radius - np.abs(self.x))
        return inside, facing, np.asarray(bent, np.float32)


def build(
    light: Floats,
    view: View,
    foot: tuple[float, float, float],
    sun: Floats,
    lights: tuple[Floats, Floats],
) -> Floats:
    """Put the lighthouse into a scene.

    Args:
        light: linear light ``(height, width, 3)``.
        view: the camera.
        foot: where the tower stands, in metres.
        sun: the direction to the sun.
        lights: the colours of sunlight and of light from the sky.
    """
    x = view.columns[None] * foot[2] - foot[0] + 0 * view.rows[:, None]
    y = view.rows[:, None] * foot[2] + view.eye - foot[1] + 0 * view.columns[None]
    lift = (y + foot[1] - view.eye) / foot[2]
    front = _Front(light, x, y, lift, sun, lights)
    _house(front)
    _tower(front)
    _lantern(front)
    return front.light


def _grass(front: _Front) -> Floats:
    """Return the mask of what stands above the grass at its foot."""
    blades = noise(front.x * 5, front.y * 1.2, _SEED) + 0.5 * noise(
        front.x * 13, front.y, _SEED + 1
    )
    return smooth(0.2, 0.6, front.y - 0.22 * blades)


def _tower(front: _Front) -> None:
    radius = np.float32(3.3) - 1.15 * np.clip(front.y / _TALL, 0, 1) ** 0.8
    inside, facing, bent = front.round(radius)
    streaks = fractal(front.x * 1.6, front.y * 0.16, _SEED + 2, 5)
    stains = (
        1
        - 0.16 * np.clip(streaks, 0, 1)
        - 0.07 * np.abs(fractal(front.x * 3, bent * 3, _SEED + 3, 4))
    )
    band = smooth(-0.03, 0.03, np.sin((bent + 1.3) * np.pi / 4.4))
    courses = 1 - 0.10 * smooth(0.93, 1, np.cos(bent * 2 * np.pi / 0.62))
    colour = mix(_WHITE, _RED, band) * (stains * courses)[..., None]
    mask = inside * smooth(_TALL + 0.05, _TALL - 0.05, bent) * _grass(front)
    front.put(mask, colour, facing, 0.45 + 0.3 * np.abs(front.x / radius))
    for high in (5.5, 11.0, 16.5):
        front.put(front.box(-0.75, 0.05, high - 0.1, high + 1.7), _WHITE * 0.8, 0.5 * facing)
        front.put(front.box(-0.60, -0.10, high, high + 1.5), _IRON * 0.5, 0 * facing)
    front.put(front.box(-0.9, 0.5, -1, 2.6) * _grass(front), _WHITE * 0.7, 0.6 * facing)
    front.put(front.box(-0.7, 0.3, -1, 2.35) * _grass(front), _RED * 0.4, 0.6 * facing)


def _lantern(front: _Front) -> None:
    for radius, low, high, colour in (
        (2.75, _TALL - 0.9, _TALL - 0.45, _WHITE * 0.8),
        (3.15, _TALL - 0.45, _TALL + 0.1, _IRON),
    ):
        inside, facing, bent = front.round(radius)
        front.put(
            inside * smooth(low, low + 0.1, bent) * smooth(high, high - 0.1, bent), colour, facing
        )
    inside, facing, bent = front.round(1.75)
    room = inside * (bent > _TALL) * smooth(_TALL + 3.55, _TALL + 3.5, bent)
    turn = np.arcsin(np.clip(front.x / 1.75, -1, 1))
    bars = smooth(0.86, 0.95, np.cos(turn * 9)) + (np.abs(bent - _TALL - 0.9) < 0.10)
    bars = np.clip(bars + (np.abs(bent - _TALL - 2.2) < 0.06), 0, 1)
    far = np.hypot(front.x, (front.y - _TALL - 2.0) * 0.8)
    glass = _LAMP * (0.35 + 5.0 * np.exp(-((far / 0.55) ** 2)) + 0.8 * np.exp(-far))[..., None]
    front.light = mix(front.light, glass, room * (1 - 0.85 * bars))
    front.put(room * bars * 0.9, _IRON, facing)
    _rail(front)
    dome = front.y - (_TALL + 3.9)
    cap = np.hypot(front.x / 2.15, np.maximum(dome, 0) / 1.75)
    side = np.clip(front.x / 2.15, -1, 1)
    facing = np.clip(side * front.sun[0] + 0.75 * front.sun[1] - 0.5 * front.sun[2], 0, 1)
    front.put(smooth(1.02, 0.98, cap) * (dome > -0.35), _SLATE * 1.1, facing)
    ball = np.hypot(front.x, dome - 1.95)
    rod = (np.abs(front.x) < 0.05) & (dome > 1.6) & (dome < 4.2)
    front.put(np.maximum(smooth(0.36, 0.30, ball), rod), _IRON, facing)


def _rail(front: _Front) -> None:
    inside, facing, bent = front.round(3.1)
    turn = np.arcsin(np.clip(front.x / 3.1, -1, 1))
    posts = (np.cos(turn * 26) > 0.93) & (bent > _TALL) & (bent < _TALL + 1.25)
    bars = (np.abs(bent - _TALL - 1.25) < 0.05) | (np.abs(bent - _TALL - 0.7) < 0.035)
    front.put(inside * (posts | bars) * 0.85, _IRON, facing)


def _house(front: _Front) -> None:
    """Draw the keeper's house to the left of the tower, its long side to the viewer."""
    left, right, wall, ridge = -15.5, -4.2, 3.6, 6.9
    facing = np.full_like(front.x, max(0.0, float(-front.sun[2])) + 0.12)
    plaster = 1 - 0.14 * np.abs(fractal(front.x * 1.4, front.y * 1.4, _SEED + 5, 5))
    for at in (-13.6, -6.4):
        front.put(front.box(at, at + 0.9, wall, ridge + 1.3), _SLATE * 0.8, facing)
    front.put(front.box(left, right, -1, wall) * _grass(front), _WHITE * plaster[..., None], facing)
    lean = (front.y - wall) / (ridge - wall)
    slope = front.box(left - 0.5, right + 0.5, wall - 0.25, ridge)
    slope = slope * smooth(0, 0.05, front.x - left + 0.5 - 0.5 * lean)
    rows = 1 - 0.25 * smooth(0.6, 1, np.cos(front.y * 2 * np.pi / 0.36))
    tiles = rows * (1 + 0.25 * fractal(front.x * 2.2, front.y * 2.2, _SEED + 6, 4))
    front.put(slope, _SLATE * tiles[..., None], facing + 0.25)
    front.put(front.box(left - 0.5, right + 0.5, wall - 0.4, wall - 0.2), _IRON, 0 * facing)
    for at in (-14.2, -11.6, -7.4):
        front.put(front.box(at - 0.12, at + 1.42, 0.9, 2.75), _WHITE, facing)
        pane = front.box(at, at + 1.3, 1.0, 2.65)
        pane = pane * (np.abs(front.x - at - 0.65) > 0.06) * (np.abs(front.y - 1.9) > 0.05)
        front.light = mix(front.light, _GLASS * 0.7, pane)
    front.put(front.box(-9.6, -8.4, -1, 2.7) * _grass(front), _RED * 0.5, facing)
