"""The objective's exact gradient, computed in strips of rows, for canvases too large for memory.

Style statistics are sums over places. A first pass over the strips gathers the sums; from them
follow the style losses and their slopes, which are small matrices. A second pass takes each
strip's features again and sends the slopes back through them. Every strip sees as many rows beyond
its own as the deepest layer does, so the gradient is the whole canvas' own, up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import tensorflow as tf

from nst_core import vgg
from nst_core.losses import Moments, style_loss_of_moments, summed_square, total_variation
from nst_core.objective import Area, Objective, Targets, Weights, rows_of, told

__all__ = ["Strips", "halo"]

Tensor: TypeAlias = Any  # tensorflow ships no types

# Strips go forward a second time, to go back; back costs about twice as much as forward.
_TWICE_FORWARD: Final = 4 / 3


def halo(layers: tuple[str, ...]) -> tuple[int, int]:
    """Rows that strips need on both sides for these layers, and what they are multiples of."""
    stride = max(map(vgg.stride, layers))
    reach = max(map(vgg.reach, layers))
    return -(-reach // stride) * stride, stride


@dataclass(frozen=True, slots=True)
class _Strip:
    """Rows [top, bottom) of the canvas are its own; [first, last) is what it must see for them."""

    top: int
    bottom: int
    first: int
    last: int

    def span(self, layer: str) -> tuple[int, int]:
        """Its own rows in the whole canvas' feature map, as [begin, end)."""
        stride = vgg.stride(layer)
        return self.top // stride, -(-self.bottom // stride)

    def inner(self, layer: str) -> tuple[int, int]:
        """The same rows in the feature map of what it sees."""
        before = self.first // vgg.stride(layer)
        begin, end = self.span(layer)
        return begin - before, end - before


class Strips:
    """The gradient of an objective on a canvas, strip by strip.

    Args:
        objective: over VGG19, or a network with its strides.
        height: of the canvas in pixels.
        rows: of a strip, a multiple of the deepest layer's stride.
        before_each: called before every strip; what it raises ends the work. A step on a large
            canvas takes long, and nobody who cancels wants to wait for its end.

    Attributes:
        toll: work of a step over that of one without strips.
    """

    def __init__(
        self,
        objective: Objective,
        height: int,
        rows: int,
        before_each: Callable[[], None] = lambda: None,
    ) -> None:
        self._objective = objective
        margin, _ = halo(objective.network.layers)
        self._strips = [
            _Strip(top, bottom, max(0, top - margin), min(height, bottom + margin))
            for top in range(0, height, rows)
            for bottom in [min(height, top + rows)]
        ]
        self._before_each = before_each
        seen = sum(strip.last - strip.first for strip in self._strips)
        self.toll = _TWICE_FORWARD * seen / height

    def content_targets(self, rgb: Tensor) -> tuple[Tensor, ...]:
        """As `Objective.content_targets`."""
        layers = self._objective.content_layers
        parts = []
        for strip in self._each():
            maps = self._objective.content_targets(rgb[:, strip.first : strip.last])
            parts.append([rows_of(f, strip.inner(n)) for f, n in zip(maps, layers, strict=True)])
        return tuple(tf.concat(rows, 1) for rows in zip(*parts, strict=True))

    def style_moments(self, rgb: Tensor, area: Area | None = None) -> tuple[Moments, ...]:
        """As `Objective.style_moments`."""
        sums: list[Any] = []
        for strip in self._each():
            seen, places = rgb[:, strip.first : strip.last], self._places(strip, rgb, area)
            sums.append(self._objective.sums(seen, self._inner(strip), places))
        return tuple(
            Moments(*(tf.add_n(part) for part in zip(*layer, strict=True)))
            for layer in self._means(zip(*sums, strict=True), rgb)
        )

    def gradient(
        self, rgb: Tensor, targets: Targets, weights: Weights, area: Area | None = None
    ) -> tuple[Tensor, Tensor]:
        """The gradient at `rgb`, shaped like it, and the parts content, style and TV, (3,)."""
        style, slopes = self._style(self.style_moments(rgb, area), targets, weights)
        slopes = self._per_place(slopes, rgb)
        with tf.GradientTape() as tape:
            tape.watch(rgb)
            tv = weights.tv * total_variation(rgb)
        gradient = tape.gradient(tv, rgb)
        content = tf.constant(0.0)
        shares = weights.content / tf.stack([summed_square(t) + 1e-8 for t in targets.content])
        for strip in self._each():
            loss, slope = self._objective.slope(
                rgb[:, strip.first : strip.last],
                self._inner(strip),
                self._own_content(strip, targets),
                shares,
                slopes,
                self._places(strip, rgb, area),
            )
            below = rgb.shape[1] - strip.last
            content += loss
            gradient += tf.pad(slope, ((0, 0), (strip.first, below), (0, 0), (0, 0)))
        gradient = gradient if area is None else gradient * area.pixels
        return gradient, told(tf.stack([content, style, tv]), gradient)

    def _each(self) -> Iterator[_Strip]:
        for strip in self._strips:
            self._before_each()
            yield strip

    def _style(
        self, measured: tuple[Moments, ...], targets: Targets, weights: Weights
    ) -> tuple[Tensor, list[Any]]:
        """The weighted style loss, and its slopes at every layer's mean and second moment."""
        statistic = self._objective.statistic
        with tf.GradientTape() as tape:
            tape.watch(measured)
            losses = [
                style_loss_of_moments(statistic, have, want)
                for have, want in zip(measured, targets.style, strict=True)
            ]
            loss = tf.reduce_sum(weights.style * tf.stack(losses))
        zero = tf.UnconnectedGradients.ZERO
        return loss, tape.gradient(loss, list(measured), unconnected_gradients=zero)

    def _means(self, sums: Any, rgb: Tensor) -> Any:
        for name, layer in zip(self._objective.style_layers, sums, strict=True):
            count = _count(rgb, name)
            yield [(mean / count, second / count) for mean, second in layer]

    def _per_place(self, slopes: Any, rgb: Tensor) -> Any:
        return [
            [slope / _count(rgb, name) for slope in layer]
            for name, layer in zip(self._objective.style_layers, slopes, strict=True)
        ]

    def _inner(self, strip: _Strip) -> dict[str, Tensor]:
        return {name: tf.constant(strip.inner(name)) for name in self._objective.network.layers}

    def _own_content(self, strip: _Strip, targets: Targets) -> tuple[Tensor, ...]:
        layers = self._objective.content_layers
        return tuple(
            rows_of(t, strip.span(n)) for t, n in zip(targets.content, layers, strict=True)
        )

    def _places(self, strip: _Strip, rgb: Tensor, area: Area | None) -> Any:
        if area is None:
            return None
        own = []
        for name, places in zip(self._objective.style_layers, area.places, strict=True):
            width = -(-rgb.shape[2] // vgg.stride(name))
            begin, end = strip.span(name)
            own.append(places[begin * width : end * width])
        return tuple(own)


def _count(rgb: Tensor, layer: str) -> float:
    stride = vgg.stride(layer)
    return float(-(-rgb.shape[1] // stride) * -(-rgb.shape[2] // stride))
