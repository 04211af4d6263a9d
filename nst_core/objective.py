"""What is minimised: total = α·content + β·style + γ·TV, over one network's features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import tensorflow as tf

from nst_core.losses import (
    Moments,
    StyleTarget,
    balance,
    content_loss,
    contrast,
    moments,
    style_loss,
    style_target,
    summed_square,
    total_variation,
)
from nst_core.optimizers import Method
from nst_core.settings import Settings, Statistic
from nst_core.vgg import Network, stride

__all__ = ["Area", "Objective", "Targets", "Weights", "rows_of", "told"]

Tensor: TypeAlias = Any  # tensorflow ships no types


class Targets(NamedTuple):
    """What the picture is drawn to: content feature maps and style targets, by layer."""

    content: tuple[Tensor, ...]
    style: tuple[StyleTarget, ...]


class Weights(NamedTuple):
    """α times each content layer's weight, β times each style layer's, and γ; float32."""

    content: Tensor
    style: Tensor
    tv: Tensor

    @classmethod
    def of(
        cls, settings: Settings, photo: Sequence[Moments], style: Sequence[StyleTarget]
    ) -> Weights:
        """The weights that the settings ask for; layer weights are scaled to sum to 1.

        Losses are relative: content to the photo's energy, style to the painting's. A style
        layer's weight makes up for the difference, so that both count in terms of the photo, and
        a quiet painting does not wipe out a rich photo nor the other way round.
        """
        alpha, beta = balance(settings.strength)
        contrasts = [contrast(have, want.moments) for have, want in zip(photo, style, strict=True)]
        return cls(
            alpha * settings.content_weight * _unit_sum(settings.content_layers),
            beta * _unit_sum(settings.style_layers) * tf.stack(contrasts),
            tf.constant(settings.tv_weight, tf.float32),
        )


class Area(NamedTuple):
    """The part of the canvas that is painted.

    Attributes:
        pixels: 1 where the picture may change, 0 where it stays, (1, height, width, 1).
        places: by style layer, how much each place counts, (places, 1), with a mean of 1.
    """

    pixels: Tensor
    places: tuple[Tensor, ...]

    @classmethod
    def of(cls, mask: Tensor, layers: Sequence[str]) -> Area:
        """The area of a mask, (1, height, width, 1), for these style layers."""
        return cls(mask, tuple(_places(mask, stride(layer)) for layer in layers))


class Objective:
    """The loss over one network and one set of layers, with its compiled functions.

    Targets and weights are arguments of the compiled functions, never captured, so that jobs
    share one trace whatever their pictures and settings.

    Args:
        network: whose features are compared.
        content_layers: names of the layers of the content loss.
        style_layers: names of the layers of the style loss.
        statistic: of a style layer's features.
        method: the optimiser.
    """

    def __init__(
        self,
        network: Network,
        content_layers: tuple[str, ...],
        style_layers: tuple[str, ...],
        statistic: Statistic,
        method: Method,
    ) -> None:
        self.network = network
        self.content_layers = content_layers
        self.style_layers = style_layers
        self.statistic = statistic
        self.method = method
        picture, scalar = tf.TensorSpec((1, None, None, 3)), tf.TensorSpec(())
        inputs = [method.signature(picture), *self._signature(), scalar]
        area = Area(
            tf.TensorSpec((1, None, None, 1)), tuple(tf.TensorSpec((None, 1)) for _ in style_layers)
        )
        self.content_targets = _compiled(self._content_targets, [picture])
        self.style_moments = _compiled(self._style_moments, [picture])
        self.style_targets = _compiled(self._style_targets)
        self.step = _compiled(self._step, inputs)
        self.masked_step = _compiled(self._step, [*inputs, area])
        self.sums = _compiled(self._sums)
        self.slope = _compiled(self._slope)
        self.update = _compiled(method.update, [method.signature(picture), picture, scalar, scalar])

    def rehearsal(self) -> Iterator[Callable[[], object]]:
        """What a first painting compiles, in parts: each a call that takes a second or less."""
        yield self.content_targets.get_concrete_function
        yield self.style_moments.get_concrete_function
        yield self.step.get_concrete_function

    def _signature(self) -> list[Any]:
        channels = dict(zip(self.network.layers, self.network.channels, strict=True))
        content = tuple(tf.TensorSpec((1, None, None, channels[n])) for n in self.content_layers)
        style = tuple(_target_spec(channels[n]) for n in self.style_layers)
        weights = Weights(
            tf.TensorSpec((len(content),)), tf.TensorSpec((len(style),)), tf.TensorSpec(())
        )
        return [Targets(content, style), weights]

    def _content_targets(self, rgb: Tensor) -> tuple[Tensor, ...]:
        features = self.network.features(rgb)
        return tuple(tf.cast(features[name], tf.float32) for name in self.content_layers)

    def _style_moments(self, rgb: Tensor) -> tuple[Moments, ...]:
        features = self.network.features(rgb)
        return tuple(moments(features[name]) for name in self.style_layers)

    def _style_targets(self, measured: tuple[Moments, ...]) -> tuple[StyleTarget, ...]:
        return tuple(map(style_target, measured))

    def loss(
        self, rgb: Tensor, targets: Targets, weights: Weights, area: Area | None = None
    ) -> Tensor:
        """The weighted parts content, style and TV, shape (3,), of `rgb`, (1, height, width, 3)."""
        features = self.network.features(rgb)
        places = area.places if area else [None] * len(self.style_layers)
        content = [
            content_loss(features[name], target)
            for name, target in zip(self.content_layers, targets.content, strict=True)
        ]
        style = [
            style_loss(self.statistic, features[name], target, place)
            for name, target, place in zip(self.style_layers, targets.style, places, strict=True)
        ]
        return tf.stack(
            [
                tf.reduce_sum(weights.content * tf.stack(content)),
                tf.reduce_sum(weights.style * tf.stack(style)),
                weights.tv * total_variation(rgb),
            ]
        )

    def _step(
        self, state: Any, targets: Targets, weights: Weights, rate: Tensor, area: Area | None = None
    ) -> tuple[Any, Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(state.image)
            parts = self.loss(state.image, targets, weights, area)
            total = tf.reduce_sum(parts)
        gradient = tape.gradient(total, state.image)
        if area:
            gradient *= area.pixels
        return self.method.update(state, gradient, total, rate), told(parts, gradient)

    def _sums(self, seen: Tensor, inner: Any, places: Any) -> Any:
        """Of a strip: mean and second moment by style layer, times the number of its places.

        Args:
            seen: the part of the picture that its features depend on.
            inner: by layer, the first row of its own in the feature map of `seen`, and the end.
            places: by style layer, how much each of its places counts, or None.
        """
        return self._sums_of(self.network.features(seen), inner, places)

    def _sums_of(self, features: Any, inner: Any, places: Any) -> Any:
        sums = []
        for number, name in enumerate(self.style_layers):
            own = rows_of(features[name], inner[name])
            measured = moments(own, None if places is None else places[number])
            count = tf.cast(tf.shape(own)[1] * tf.shape(own)[2], tf.float32)
            sums.append((measured.mean * count, measured.second * count))
        return sums

    def _slope(
        self, seen: Tensor, inner: Any, content: Any, shares: Tensor, slopes: Any, places: Any
    ) -> tuple[Tensor, Tensor]:
        """Of a strip: its content loss, and the slope of all its losses at what it sees.

        Args:
            seen: as for `_sums`.
            inner: as for `_sums`.
            content: its own rows of the content targets.
            shares: by content layer, what a squared difference counts.
            slopes: of the style loss, at every sum that `_sums` gives.
            places: as for `_sums`.
        """
        with tf.GradientTape() as tape:
            tape.watch(seen)
            features = self.network.features(seen)
            own = [tf.cast(rows_of(features[n], inner[n]), tf.float32) for n in self.content_layers]
            misses = [summed_square(f - t) for f, t in zip(own, content, strict=True)]
            loss = tf.reduce_sum(shares * tf.stack(misses))
            sums = tf.nest.flatten(self._sums_of(features, inner, places))
            products = [
                tf.reduce_sum(slope * value)
                for slope, value in zip(tf.nest.flatten(slopes), sums, strict=True)
            ]
            total = loss + tf.add_n(products)
        return loss, tape.gradient(total, seen)


def _compiled(function: Callable[..., Any], signature: Sequence[Any] | None = None) -> Any:
    # Without AutoGraph, which translates Python's own loops and branches on tensors: there are
    # none, and to look for them is a quarter of the time that a trace takes.
    if signature is None:
        return tf.function(function, reduce_retracing=True, autograph=False)
    return tf.function(function, input_signature=signature, autograph=False)


def rows_of(features: Tensor, span: Any) -> Tensor:
    """The rows [begin, end) of a feature map."""
    return features[:, span[0] : span[1]]


def told(parts: Tensor, gradient: Tensor) -> Tensor:
    """The parts of the loss, or no numbers where the gradient has some that are not finite.

    After the last step nobody would evaluate the picture that such a gradient makes.
    """
    fine = tf.reduce_all(tf.math.is_finite(gradient))
    return tf.where(fine, parts, tf.constant(float("nan")))


def _target_spec(channels: int) -> StyleTarget:
    square = tf.TensorSpec((channels, channels))
    return StyleTarget(Moments(tf.TensorSpec((channels,)), square), square)


def _places(mask: Tensor, size: int) -> Tensor:
    shares = tf.nn.avg_pool2d(mask, size, size, "SAME")
    return tf.reshape(shares, (-1, 1)) / tf.maximum(tf.reduce_mean(shares), 1e-8)


def _unit_sum(weights: Mapping[str, float]) -> Tensor:
    values = tf.constant(list(weights.values()), tf.float32)
    return values / tf.maximum(tf.reduce_sum(values), 1e-12)
