"""Colours as statistics: a palette is the mean and the covariance of a picture's RGB values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nst_core.images import Picture

__all__ = ["Palette", "recolored", "with_chroma"]

# A picture of one colour has no spread that could be stretched to another one's.
_SPREAD: Final = 1e-5
_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, slots=True)
class Palette:
    """What colours a picture has, and how they go together.

    Attributes:
        mean: of RGB in [0, 1], shape (3,).
        covariance: of the same, shape (3, 3).
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @classmethod
    def of(cls, picture: Picture) -> Palette:
        """The palette of a picture, float RGB in [0, 1], (height, width, 3)."""
        colors = picture.reshape(-1, 3).astype(np.float64)
        mean = colors.mean(0)
        centred = colors - mean
        return cls(mean, centred.T @ centred / len(colors))

    @classmethod
    def mixed(cls, palettes: Sequence[Palette], weights: Sequence[float]) -> Palette:
        """The palette of all pictures together, each with that weight."""
        shares = np.asarray(weights, np.float64) / np.sum(weights)
        mean = sum(share * p.mean for share, p in zip(shares, palettes, strict=True))
        moments = sum(
            share * (p.covariance + np.outer(p.mean, p.mean))
            for share, p in zip(shares, palettes, strict=True)
        )
        return cls(np.asarray(mean), np.asarray(moments - np.outer(mean, mean)))


def recolored(picture: Picture, palette: Palette, amount: float = 1.0) -> Picture:
    """The picture in the colours of a palette, with the least change that brings it there.

    The linear map between the two colour distributions that moves colours least, Monge-Kantorovich
    (Pitié and Kokaram 2007, "The linear Monge-Kantorovitch linear colour mapping").

    Args:
        picture: float32 RGB in [0, 1], (height, width, 3).
        palette: whose mean and covariance the result has, up to what has to be clipped.
        amount: 0 leaves the picture as it is, 1 goes all the way.
    """
    own = Palette.of(picture)
    shifted = (picture - own.mean) @ _transport(own.covariance, palette.covariance) + palette.mean
    mixed = (1 - amount) * picture + amount * shifted
    return np.clip(mixed, 0, 1).astype(np.float32)


def with_chroma(picture: Picture, photo: Picture) -> Picture:
    """The lightness of one picture with the chroma of another, of the same shape.

    Luma and chroma as in ITU-R BT.601. Where a luma has no room for the photo's chroma, which
    clipping would bend, it gives way: the chroma is the photo's at every pixel.
    """
    tint = photo - _luma(photo)
    luma = np.clip(_luma(picture), -tint.min(-1, keepdims=True), 1 - tint.max(-1, keepdims=True))
    return np.clip(luma + tint, 0, 1).astype(np.float32)


def _luma(picture: Picture) -> NDArray[np.float32]:
    return (picture @ _LUMA)[..., np.newaxis]


def _transport(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The symmetric matrix T with T·source·T = target."""
    source = source + _SPREAD * np.eye(3)
    root, inverse = _power(source, 0.5), _power(source, -0.5)
    middle = _power(root @ target @ root, 0.5)
    return np.asarray(inverse @ middle @ inverse)


def _power(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T)
