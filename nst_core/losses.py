"""The losses: content, style by one of three statistics, total variation; each scale free.

Each is a pure number, 0 for a perfect match and about 1 for a picture that has nothing of the
target: it depends neither on the size of the picture nor on the scale of the network's
activations, and one set of weights holds for every pair and every size.

Feature maps are of shape (1, height, width, channels), of any float type; statistics and losses
are float32.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

import tensorflow as tf

from nst_core.roots import covariance_root, nuclear_norm, root_trace
from nst_core.settings import Statistic

__all__ = [
    "Moments",
    "StyleTarget",
    "balance",
    "content_loss",
    "contrast",
    "gram_loss",
    "moments",
    "moments_loss",
    "style_loss",
    "style_loss_of_moments",
    "style_target",
    "summed_square",
    "total_variation",
    "wasserstein_loss",
]

Tensor: TypeAlias = Any  # tensorflow ships no types

_TINY: Final = 1e-8
# Share of the squared mean in the energy of a style: a style of one colour has no covariance.
_MEAN_SHARE: Final = 0.01


class Moments(NamedTuple):
    """First and second moments of a layer's features over all places; not centred.

    Attributes:
        mean: of each channel, (channels,).
        second: mean product of every two channels, (channels, channels): the Gram matrix of the
            paper, divided by the number of places, so that it does not grow with the size.
    """

    mean: Tensor
    second: Tensor

    @property
    def covariance(self) -> Tensor:
        """The centred second moment, (channels, channels)."""
        return self.second - self.mean[:, tf.newaxis] * self.mean


class StyleTarget(NamedTuple):
    """What a style layer is drawn to.

    Attributes:
        moments: of the style picture's features.
        root: the square root of their covariance, (channels, channels).
    """

    moments: Moments
    root: Tensor


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Squared distance of two feature maps over the energy of `target`; a scalar, 0 or more.

    Gatys et al. 2016 (CVPR), equation 1, made scale free.
    """
    return _relative_distance(tf.cast(features, tf.float32), target)


def moments(features: Tensor, weights: Tensor | None = None) -> Moments:
    """The moments of a feature map.

    Args:
        features: (1, height, width, channels).
        weights: of the places, (places, 1), with a mean of 1; None weighs all alike.
    """
    rows = _rows(features)
    weighed = rows if weights is None else rows * weights
    count = tf.cast(tf.shape(rows)[0], tf.float32)
    return Moments(
        tf.reduce_sum(weighed, 0) / count, tf.matmul(rows, weighed, transpose_a=True) / count
    )


def style_target(measured: Moments) -> StyleTarget:
    """The target that the moments of a style picture, or the mean of several, make."""
    return StyleTarget(measured, covariance_root(measured.covariance))


def style_loss(
    statistic: Statistic, features: Tensor, target: StyleTarget, weights: Tensor | None = None
) -> Tensor:
    """Distance of a feature map's statistic to the target's; a scalar, 0 or more.

    Args:
        statistic: which one.
        features: (1, height, width, channels).
        target: of the same layer.
        weights: of the places, see `moments`.
    """
    if statistic is Statistic.WASSERSTEIN:
        return wasserstein_loss(features, target, weights)
    return style_loss_of_moments(statistic, moments(features, weights), target)


def gram_loss(gram: Tensor, target: Tensor) -> Tensor:
    """Squared Frobenius distance of two Gram matrices over the energy of `target`; a scalar.

    Gatys et al. 2016 (CVPR), equation 4, made scale free.
    """
    return _relative_distance(gram, target)


def moments_loss(measured: Moments, target: Moments) -> Tensor:
    """Half the Gram loss, and a quarter each for the channels' means and deviations; a scalar.

    The Gram matrix alone takes a channel that varies for one that is merely bright (Risser et al.
    2017, arXiv 1701.08893; mean and deviation beside it as in Galerne et al. 2024).
    """
    return (
        gram_loss(measured.second, target.second) / 2
        + _relative_distance(measured.mean, target.mean) / 4
        + summed_square(_deviation(measured) - _deviation(target)) / _energy(target) / 4
    )


def wasserstein_loss(
    features: Tensor, target: StyleTarget, weights: Tensor | None = None
) -> Tensor:
    """Squared 2-Wasserstein distance of two normal distributions over the target's energy.

    |μ - m|² + tr Σ + tr T - 2·tr (√T Σ √T)^½ (Dowson and Landau 1982; for style transfer Vincent
    Marron 2017 and crowsonkb's style-transfer-pytorch 2023). The last term is the nuclear norm of
    the centred features times √T, which is taken in whichever of places and channels are fewer.
    """
    rows = _rows(features)
    mean = tf.reduce_mean(rows if weights is None else rows * weights, 0)
    rows = (rows - mean) if weights is None else (rows - mean) * tf.sqrt(weights)
    rows /= tf.sqrt(tf.cast(tf.shape(rows)[0], tf.float32))
    variance = tf.reduce_sum(tf.square(rows))
    return _wasserstein(mean, variance, nuclear_norm(rows, target.root), target)


def style_loss_of_moments(statistic: Statistic, measured: Moments, target: StyleTarget) -> Tensor:
    """As `style_loss`, of features that are known by their moments alone."""
    if statistic is Statistic.WASSERSTEIN:
        covariance = measured.covariance
        cross = root_trace(covariance, target.root)
        return _wasserstein(measured.mean, tf.linalg.trace(covariance), cross, target)
    if statistic is Statistic.MOMENTS:
        return moments_loss(measured, target.moments)
    return gram_loss(measured.second, target.moments.second)


def total_variation(rgb: Tensor) -> Tensor:
    """Mean squared difference of neighbouring pixels, across plus down; a scalar.

    Mahendran and Vedaldi 2015 (arXiv 1412.0035), with exponent 2. `rgb`: (1, height, width, 3).
    """
    across = tf.square(rgb[:, :, 1:] - rgb[:, :, :-1])
    down = tf.square(rgb[:, 1:] - rgb[:, :-1])
    return _mean(across) + _mean(down)


def _mean(values: Tensor) -> Tensor:
    """The mean, and 0 for no values: a canvas one pixel wide has no neighbours across."""
    return tf.reduce_sum(values) / tf.maximum(tf.cast(tf.size(values), tf.float32), 1.0)


def summed_square(value: Tensor) -> Tensor:
    """The energy of a tensor: the sum of its squares."""
    return tf.reduce_sum(tf.square(value))


def balance(strength: float) -> tuple[float, float]:
    """The weights (α, β) of content and style for a `strength` from 0 to 100.

    They sum to 1 and their ratio β/α grows by the same factor with every point of strength, since
    that is how people judge steps between "barely" and "almost only style"; by less above 50, where
    forms soon get lost.
    """
    points = _POINTS_PER_DECADE_BELOW if strength < 50 else _POINTS_PER_DECADE_ABOVE
    ratio = _RATIO_AT_50 * 10 ** ((strength - 50) / points)
    return 1 / (1 + ratio), ratio / (1 + ratio)


def contrast(photo: Moments, style: Moments) -> Tensor:
    """The energy of a style's features in terms of the photo's, up to a bound; a scalar.

    A photo of one colour has features that do not vary at all.
    """
    return tf.minimum(_energy(style) / _energy(photo), _MOST_CONTRAST)


_MOST_CONTRAST: Final = 5.0
# Chosen by the evaluation card and by eye: at 50 a building stays readable and the painting's
# strokes have arrived.
_RATIO_AT_50: Final = 5.6
_POINTS_PER_DECADE_BELOW: Final = 33.0
_POINTS_PER_DECADE_ABOVE: Final = 45.0


def _rows(features: Tensor) -> Tensor:
    """A row for every place, float32: (places, channels)."""
    return tf.cast(tf.reshape(features, (-1, features.shape[-1])), tf.float32)


def _deviation(measured: Moments) -> Tensor:
    variance = tf.linalg.diag_part(measured.second) - tf.square(measured.mean)
    # The square root's slope has no bound at zero, and dead channels do not vary at all.
    return tf.sqrt(tf.maximum(variance, 0.0) + _TINY)


def _wasserstein(mean: Tensor, variance: Tensor, cross: Tensor, target: StyleTarget) -> Tensor:
    wanted = target.moments
    spread = tf.linalg.trace(wanted.covariance)
    distance = tf.reduce_sum(tf.square(mean - wanted.mean)) + variance + spread - 2 * cross
    return distance / _energy(wanted)


def _energy(measured: Moments) -> Tensor:
    """How much features vary; a hundredth of their mean's square is the least of it."""
    mean = tf.reduce_sum(tf.square(measured.mean))
    # Rounding may leave a trace below zero where nothing varies.
    spread = tf.maximum(tf.linalg.trace(measured.covariance), 0.0)
    return spread + _MEAN_SHARE * mean + _TINY


def _relative_distance(value: Tensor, target: Tensor) -> Tensor:
    return summed_square(value - target) / (summed_square(target) + _TINY)
