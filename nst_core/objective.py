"""What is minimised: total = α·content + β·style + γ·TV, over one network's features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import tensorflow as tf

from nst_core.losses import (
    balance,
    content_loss,
    gram_matrix,
    style_loss,
    total_variation,
)
from nst_core.optimizers import AdamState, adam_update
from nst_core.settings import Settings
from nst_core.vgg import Network

__all__ = ["Objective", "Targets", "Weights"]

Tensor: TypeAlias = Any  # tensorflow ships no types


class Targets(NamedTuple):
    """What the picture is drawn to: content feature maps and style Gram matrices, by layer."""

    content: tuple[Tensor, ...]
    style: tuple[Tensor, ...]


class Weights(NamedTuple):
    """α times each content layer's weight, β times each style layer's, and γ; float32."""

    content: Tensor
    style: Tensor
    tv: Tensor

    @classmethod
    def of(cls, settings: Settings) -> Weights:
        """The weights that the settings ask for; layer weights are scaled to sum to 1."""
        alpha, beta = balance(settings.strength)
        return cls(
            alpha * _unit_sum(settings.content_layers),
            beta * _unit_sum(settings.style_layers),
            tf.constant(settings.tv_weight, tf.float32),
        )


class Objective:
    """The loss over one network and one set of layers, with its compiled functions.

    Targets and weights are arguments of the compiled functions, never captured, so that jobs
    share one trace whatever their pictures and settings.
    """

    def __init__(
        self, network: Network, content_layers: tuple[str, ...], style_layers: tuple[str, ...]
    ) -> None:
        self.network = network
        self.content_layers = content_layers
        self.style_layers = style_layers
        picture = tf.TensorSpec((1, None, None, 3))
        self.content_targets = tf.function(self._content_targets, input_signature=[picture])
        self.style_targets = tf.function(self._style_targets, input_signature=[picture])
        self.step = tf.function(self._step, input_signature=self._signature(picture))

    def _signature(self, picture: Tensor) -> list[Any]:
        channels = dict(zip(self.network.layers, self.network.channels, strict=True))
        scalar = tf.TensorSpec(())
        content = tuple(tf.TensorSpec((1, None, None, channels[n])) for n in self.content_layers)
        style = tuple(tf.TensorSpec((channels[n], channels[n])) for n in self.style_layers)
        weights = Weights(tf.TensorSpec((len(content),)), tf.TensorSpec((len(style),)), scalar)
        state = AdamState(picture, picture, picture, picture, scalar)
        return [state, Targets(content, style), weights, scalar]

    def _content_targets(self, rgb: Tensor) -> tuple[Tensor, ...]:
        features = self.network.features(rgb)
        return tuple(features[name] for name in self.content_layers)

    def _style_targets(self, rgb: Tensor) -> tuple[Tensor, ...]:
        features = self.network.features(rgb)
        return tuple(gram_matrix(features[name]) for name in self.style_layers)

    def loss(self, rgb: Tensor, targets: Targets, weights: Weights) -> Tensor:
        """The weighted parts content, style and TV, shape (3,), of `rgb`, (1, height, width, 3)."""
        features = self.network.features(rgb)
        content = tf.stack(
            [
                content_loss(features[name], target)
                for name, target in zip(self.content_layers, targets.content, strict=True)
            ]
        )
        style = tf.stack(
            [
                style_loss(gram_matrix(features[name]), target)
                for name, target in zip(self.style_layers, targets.style, strict=True)
            ]
        )
        return tf.stack(
            [
                tf.reduce_sum(weights.content * content),
                tf.reduce_sum(weights.style * style),
                weights.tv * total_variation(rgb),
            ]
        )

    def _step(
        self, state: AdamState, targets: Targets, weights: Weights, learning_rate: Tensor
    ) -> tuple[AdamState, Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(state.image)
            parts = self.loss(state.image, targets, weights)
            total = tf.reduce_sum(parts)
        gradient = tape.gradient(total, state.image)
        return adam_update(state, gradient, learning_rate), parts


def _unit_sum(weights: Mapping[str, float]) -> Tensor:
    values = tf.constant(list(weights.values()), tf.float32)
    return values / tf.maximum(tf.reduce_sum(values), 1e-12)
