"""Measures of pictures and of features: plain arrays, no network and no engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from nst_core.images import Picture

__all__ = [
    "Cloud",
    "border",
    "clipped",
    "cosine",
    "gradients",
    "grain",
    "luma",
    "palette",
    "selfsimilarity",
    "ssim",
]

Array: TypeAlias = NDArray[np.floating]

_REC601: Final = np.array([0.299, 0.587, 0.114])
_POSITIONS: Final = 24  # a side of the grid on which a feature map is compared with itself


@dataclass(frozen=True)
class Cloud:
    """Features as a normal distribution over their positions.

    Attributes:
        mean: shape (channels,).
        covariance: shape (channels, channels).
        factor: shape (positions, channels), factorᵀ · factor is the covariance; only where there
            are fewer positions than channels, and so a cheaper way.
    """

    mean: Array
    covariance: Array
    factor: Array | None = None

    @classmethod
    def of(cls, features: Array) -> Cloud:
        """The distribution of a feature map, (height, width, channels)."""
        rows = features.reshape(-1, features.shape[-1]).astype(np.float64)
        mean = rows.mean(0)
        factor = (rows - mean) / np.sqrt(len(rows))
        return cls(mean, factor.T @ factor, factor if len(rows) < len(mean) else None)

    def distance(self, other: Cloud) -> float:
        """Squared 2-Wasserstein distance (Dowson and Landau 1982), in the features' own unit."""
        if self.factor is None:
            crossed = other.root @ self.covariance @ other.root
        else:  # the same eigenvalues but for zeros
            crossed = self.factor @ other.covariance @ self.factor.T
        with tf.device("CPU"):
            cross = tf.linalg.eigvalsh(crossed).numpy()
        spread = np.trace(self.covariance) + np.trace(other.covariance)
        moved = np.sum((self.mean - other.mean) ** 2)
        return float(moved + spread - 2 * np.sqrt(np.maximum(cross, 0)).sum())

    @cached_property
    def root(self) -> Array:
        """The symmetric square root of the covariance."""
        # NumPy's takes a hundred times longer where its threads have to share their processors.
        with tf.device("CPU"):
            values, vectors = (part.numpy() for part in tf.linalg.eigh(self.covariance))
        return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)


def cosine(one: Array, other: Array) -> float:
    """1 minus the correlation of two feature maps, each channel of both less its mean."""
    a, b = (_centred(features) for features in (one, other))
    return float(1 - np.sum(a * b) / max(np.sqrt(np.sum(a * a) * np.sum(b * b)), 1e-30))


def _centred(features: Array) -> Array:
    rows = features.reshape(-1, features.shape[-1]).astype(np.float64)
    return np.asarray(rows - rows.mean(0))


def selfsimilarity(one: Array, other: Array) -> float:
    """How differently two feature maps of one shape resemble themselves from place to place.

    Mean absolute difference of their matrices of cosine distances, each row in proportion to its
    sum (Kolkin, Salavon and Shakhnarovich 2019, STROTSS, equation 8), times the positions.
    """
    a, b = _resemblance(one), _resemblance(other)
    return float(np.abs(a - b).mean() * len(a))


def _resemblance(features: Array) -> Array:
    rows, columns = (max(1, -(-side // _POSITIONS)) for side in features.shape[:2])
    points = features[::rows, ::columns].reshape(-1, features.shape[-1]).astype(np.float64)
    points = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)
    distances = np.maximum(1 - points @ points.T, 0)
    return np.asarray(distances / np.maximum(distances.sum(1, keepdims=True), 1e-12))


def luma(picture: Picture) -> Array:
    """Brightness as in ITU-R BT.601, (height, width)."""
    return np.asarray(picture @ _REC601)


def palette(one: Picture, other: Picture, directions: int = 64) -> float:
    """Sliced 1-Wasserstein distance of two pictures' RGB values, in units of [0, 1]."""
    rng = np.random.default_rng(0)
    axes = rng.normal(size=(3, directions))
    axes /= np.linalg.norm(axes, axis=0)
    ranks = np.linspace(0, 1, 512)
    a, b = (np.quantile(p.reshape(-1, 3) @ axes, ranks, axis=0) for p in (one, other))
    return float(np.abs(a - b).mean())


def ssim(one: Picture, other: Picture) -> float:
    """Structural similarity of the lumas, 1 for equal pictures (Wang et al. 2004)."""
    a, b = luma(one), luma(other)
    mean_a, mean_b = _blurred(a, 1.5), _blurred(b, 1.5)
    var_a = _blurred(a * a, 1.5) - mean_a**2
    var_b = _blurred(b * b, 1.5) - mean_b**2
    both = _blurred(a * b, 1.5) - mean_a * mean_b
    light = (2 * mean_a * mean_b + 1e-4) / (mean_a**2 + mean_b**2 + 1e-4)
    return float(np.mean(light * (2 * both + 9e-4) / (var_a + var_b + 9e-4)))


def gradients(one: Picture, other: Picture) -> float:
    """Correlation of the strength of edges in the lumas, -1 to 1; 0 where one has none."""
    a, b = (_edges(luma(picture)) for picture in (one, other))
    if not (a.std() and b.std()):
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _edges(brightness: Array) -> Array:
    down, right = np.gradient(_blurred(brightness, 1.0))
    return np.asarray(np.hypot(down, right).ravel())


def grain(picture: Picture) -> tuple[float, float]:
    """Energy of the luma in the finest band, and in the one an octave coarser."""
    fine, coarse = _bands(picture)
    return float(np.mean(fine**2)), float(np.mean(coarse**2))


def border(picture: Picture) -> float:
    """Energy of both bands in a frame along the edge over that inside it: burnt edges are high."""
    fine, coarse = _bands(picture)
    energy = fine**2 + coarse**2
    width = max(2, round(0.02 * min(picture.shape[:2])))
    inside = np.zeros(energy.shape, bool)
    inside[width:-width, width:-width] = True
    return float(energy[~inside].mean() / max(energy[inside].mean(), 1e-12))


def _bands(picture: Picture) -> tuple[Array, Array]:
    sharp = luma(picture)
    soft, softer = _blurred(sharp, 0.8), _blurred(sharp, 1.6)
    return sharp - soft, soft - softer


def clipped(picture: Picture) -> float:
    """Share of channel values at 0 or at 1."""
    return float(np.mean((picture <= 0) | (picture >= 1)))


def _blurred(plane: Array, sigma: float) -> Array:
    """A plane, (height, width), blurred by a Gauss bell; beyond the edge it goes on mirrored."""
    reach = round(3 * sigma)
    taps = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    taps /= taps.sum()
    for _ in range(2):
        padded = np.pad(plane, ((reach, reach), (0, 0)), "symmetric")
        rows = len(plane)
        plane = sum(tap * padded[k : k + rows] for k, tap in enumerate(taps)).T
    return plane
