"""Adam as Keras writes it (Kingma and Ba 2015, the form before section 2.1's end)."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from benchmarks.network import Tensor

__all__ = ["Moments", "adam"]


class Moments(NamedTuple):
    """Running means of the gradient and of its square, and the number of steps, a float scalar."""

    first: Tensor
    second: Tensor
    count: Tensor

    @classmethod
    def zero(cls, x: Tensor) -> Moments:
        """Before the first step on `x`."""
        return cls(tf.zeros_like(x), tf.zeros_like(x), tf.constant(0.0))


def adam(
    x: Tensor,
    gradient: Tensor,
    moments: Moments,
    rate: float,
    betas: tuple[float, float],
    eps: float,
) -> tuple[Tensor, Moments]:
    """One step. `eps` stands beside the uncorrected root, as in Keras and unlike in PyTorch."""
    first = betas[0] * moments.first + (1 - betas[0]) * gradient
    second = betas[1] * moments.second + (1 - betas[1]) * gradient**2
    count = moments.count + 1
    corrected = rate * tf.sqrt(1 - betas[1] ** count) / (1 - betas[0] ** count)
    return x - corrected * first / (tf.sqrt(second) + eps), Moments(first, second, count)
