"""The losses of Gatys et al. 2016 (CVPR), each divided by the energy of its own target.

So each is a pure number, 0 for a perfect match and about 1 for a picture that has nothing of the
target: it depends neither on the size of the picture nor on the scale of the network's
activations, and one set of weights holds for every pair and every size.

Feature maps are float32 of shape (1, height, width, channels).
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import tensorflow as tf

__all__ = ["balance", "content_loss", "gram_matrix", "style_loss", "total_variation"]

Tensor: TypeAlias = Any  # tensorflow ships no types

_TINY: Final = 1e-8


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Squared distance of two feature maps over the energy of `target`; a scalar, 0 or more."""
    return _relative_distance(features, target)


def style_loss(gram: Tensor, target: Tensor) -> Tensor:
    """Squared Frobenius distance of two Gram matrices over the energy of `target`; a scalar."""
    return _relative_distance(gram, target)


def gram_matrix(features: Tensor) -> Tensor:
    """Mean product of every two channels over all places: shape (channels, channels).

    The paper's sum over places, divided by their number, so that it does not grow with the size.
    """
    places = tf.reshape(features, (-1, features.shape[-1]))
    return tf.matmul(places, places, transpose_a=True) / tf.cast(tf.shape(places)[0], tf.float32)


def total_variation(rgb: Tensor) -> Tensor:
    """Mean squared difference of neighbouring pixels, across plus down; a scalar.

    Mahendran and Vedaldi 2015 (arXiv 1412.0035), with exponent 2. `rgb`: (1, height, width, 3).
    """
    across = tf.square(rgb[:, :, 1:] - rgb[:, :, :-1])
    down = tf.square(rgb[:, 1:] - rgb[:, :-1])
    return tf.reduce_mean(across) + tf.reduce_mean(down)


def balance(strength: float) -> tuple[float, float]:
    """The weights (α, β) of content and style for a `strength` from 0 to 100.

    They sum to 1 and their ratio β/α grows by the same factor with every point of strength, since
    that is how people judge steps between "barely" and "almost only style".
    """
    ratio = _RATIO_AT_50 * 10 ** ((strength - 50) / _POINTS_PER_DECADE)
    return 1 / (1 + ratio), ratio / (1 + ratio)


# Tuned by eye at 256 and 512 px on two photos, two paintings and the presets: at 50 a building
# stays readable and the painting's strokes have arrived.
_RATIO_AT_50: Final = 5.0
_POINTS_PER_DECADE: Final = 25.0


def _relative_distance(value: Tensor, target: Tensor) -> Tensor:
    return tf.reduce_sum(tf.square(value - target)) / (tf.reduce_sum(tf.square(target)) + _TINY)
