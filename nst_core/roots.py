"""Square roots of covariance matrices, with their gradients in closed form.

The coupled Newton-Schulz iteration (Higham 2008, "Functions of Matrices", equation 6.35) gives the
root and the inverse root at once. The inverse root makes the gradient, so nothing is
differentiated through the iteration: a third of the work and a fraction of the memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import tensorflow as tf

__all__ = ["covariance_root", "nuclear_norm", "root_trace"]

Tensor: TypeAlias = Any  # tensorflow ships no types

ITERATIONS: Final = 16
"""Fewer leave the directions in which features vary least too short: by 12, a painting's style
would be a tenth of its own energy away from itself."""

# Least eigenvalue, in terms of the mean one: features leave many directions empty.
_FLOOR: Final = 1e-5
_TINY: Final = 1e-12


def covariance_root(covariance: Tensor) -> Tensor:
    """The symmetric square root of a covariance matrix, (n, n).

    By eigenvalues: where nearly nothing varies, centring leaves rounding errors that may be
    negative, and the iteration would not survive them. Needed once a level, not at every step.
    """
    values, vectors = _eigenvalues(covariance)
    return tf.matmul(vectors * tf.sqrt(tf.nn.relu(values)), vectors, transpose_b=True)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def nuclear_norm(rows: Tensor, root: Tensor) -> tuple[Tensor, Callable[[Tensor], Any]]:
    """The sum of the singular values of ``rows @ root``; a scalar.

    Args:
        rows: (places, channels).
        root: symmetric, (channels, channels); a constant: no gradient flows to it.
    """
    product = tf.matmul(rows, root)

    def by_places() -> tuple[Tensor, Tensor]:
        trace, inverse = _trace_and_inverse(tf.matmul(product, product, transpose_b=True))
        return trace, tf.matmul(inverse, product)

    def by_channels() -> tuple[Tensor, Tensor]:
        trace, inverse = _trace_and_inverse(tf.matmul(product, product, transpose_a=True))
        return trace, tf.matmul(product, inverse)

    few = tf.shape(rows)[0] < tf.shape(rows)[1]
    norm, polar = tf.cond(few, by_places, by_channels)

    def gradient(upstream: Tensor) -> tuple[Tensor, None]:
        return upstream * tf.matmul(polar, root), None

    return norm, gradient


@tf.custom_gradient  # type: ignore[untyped-decorator]
def root_trace(covariance: Tensor, root: Tensor) -> tuple[Tensor, Callable[[Tensor], Any]]:
    """The trace of (root · covariance · root)^½; a scalar.

    A covariance that was not taken of centred rows has rounding errors, which may be negative and
    are all there is where nothing varies. So the iteration runs on the eigenvalues.

    Args:
        covariance: symmetric, positive semidefinite, (n, n).
        root: symmetric, (n, n); a constant: no gradient flows to it.
    """
    trace, inverse = _by_eigenvalues(tf.matmul(root, tf.matmul(covariance, root)))
    slope = tf.matmul(root, tf.matmul(inverse, root)) / 2

    def gradient(upstream: Tensor) -> tuple[Tensor, None]:
        return upstream * slope, None

    return trace, gradient


def _eigenvalues(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues and eigenvectors of a symmetric matrix; no numbers of one that has none."""
    finite = tf.reduce_all(tf.math.is_finite(matrix))
    # The solver refuses what is not finite; here that is for the job's guard to find.
    values, vectors = tf.linalg.eigh(tf.where(finite, matrix, tf.zeros_like(matrix)))
    return tf.where(finite, values, values * float("nan")), vectors


def _by_eigenvalues(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """As `_trace_and_inverse`, of a matrix that need not be quite positive."""
    values, vectors = _eigenvalues(tf.cast(matrix, tf.float64))
    # Lifted first: errors smaller than the floor weigh each other out in the trace.
    lifted = tf.maximum(values + _FLOOR * tf.reduce_mean(values), 0.0) + _TINY
    norm = tf.norm(lifted)
    root, inverse = lifted / norm, tf.ones_like(lifted)
    for _ in range(ITERATIONS):
        factor = 1.5 - 0.5 * inverse * root
        root, inverse = root * factor, inverse * factor
    inverses = tf.matmul(vectors * inverse, vectors, transpose_b=True)
    trace = tf.reduce_sum(root) * tf.sqrt(norm)
    return tf.cast(trace, tf.float32), tf.cast(inverses / tf.sqrt(norm), tf.float32)


def _trace_and_inverse(matrix: Tensor) -> tuple[Tensor, Tensor]:
    root, inverse = _roots(matrix)
    return tf.linalg.trace(root), inverse


def _roots(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """A positive semidefinite matrix' root and inverse root, its least eigenvalues lifted."""
    size = tf.shape(matrix)[0]
    identity = tf.eye(size)
    floor = _FLOOR * tf.linalg.trace(matrix) / tf.cast(size, tf.float32) + _TINY
    lifted = matrix + floor * identity
    norm = tf.norm(lifted)
    root, inverse = lifted / norm, identity
    for _ in range(ITERATIONS):
        factor = 1.5 * identity - 0.5 * tf.matmul(inverse, root)
        root, inverse = tf.matmul(root, factor), tf.matmul(factor, inverse)
    return root * tf.sqrt(norm), inverse / tf.sqrt(norm)
