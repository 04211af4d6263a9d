"""Adam on an image, with an averaged iterate; state in, state out, all inside the compiled step.

Kingma and Ba 2015 (arXiv 1412.6980) for Adam and its bias correction. The exponential moving
average of the iterates (Polyak averaging; crowsonkb's style-transfer-pytorch uses the same idea)
takes away the checkerboard that Adam's last step leaves.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

import tensorflow as tf

__all__ = ["AdamState", "adam_start", "adam_update", "average", "resized"]

Tensor: TypeAlias = Any  # tensorflow ships no types

BETA1: Final = 0.9
BETA2: Final = 0.99
EPSILON: Final = 1e-8
EMA_DECAY: Final = 0.9


class AdamState(NamedTuple):
    """Everything that one step hands to the next.

    Attributes:
        image: RGB in [0, 1], (1, height, width, 3).
        momentum: first moment of the gradient, shaped as `image`.
        energy: second moment of the gradient, shaped as `image`.
        ema: sum of past images, their weights falling by `EMA_DECAY` a step; shaped as `image`.
        steps: steps behind the moments and `ema`, float32 scalar.
    """

    image: Tensor
    momentum: Tensor
    energy: Tensor
    ema: Tensor
    steps: Tensor


def adam_start(image: Tensor) -> AdamState:
    """The state before the first step from `image`."""
    zeros = tf.zeros_like(image)
    return AdamState(image, zeros, zeros, zeros, tf.constant(0.0))


def adam_update(state: AdamState, gradient: Tensor, learning_rate: Tensor) -> AdamState:
    """The state after one step; the image is kept in its valid box, [0, 1]."""
    steps = state.steps + 1
    momentum = BETA1 * state.momentum + (1 - BETA1) * gradient
    energy = BETA2 * state.energy + (1 - BETA2) * tf.square(gradient)
    slope = momentum / (1 - BETA1**steps)
    scale = tf.sqrt(energy / (1 - BETA2**steps))
    image = tf.clip_by_value(state.image - learning_rate * slope / (scale + EPSILON), 0.0, 1.0)
    ema = EMA_DECAY * state.ema + (1 - EMA_DECAY) * image
    return AdamState(image, momentum, energy, ema, steps)


def average(state: AdamState) -> Tensor:
    """The averaged image, bias corrected; before the first step, the image itself."""
    weight = 1 - EMA_DECAY**state.steps
    return tf.where(state.steps > 0, state.ema / tf.maximum(weight, EPSILON), state.image)


def resized(state: AdamState, height: int, width: int) -> AdamState:
    """The state at the next pyramid level: a fresh start from the averaged image.

    The moments are not carried over: the losses are means, so a pixel's gradient shrinks with the
    number of pixels, and the coarse level's second moment would throttle every finer step.
    """
    if tuple(state.image.shape[1:3]) == (height, width):
        return state
    image = tf.image.resize(average(state), (height, width), "bicubic", antialias=True)
    return adam_start(tf.clip_by_value(image, 0.0, 1.0))
