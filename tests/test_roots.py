"""Roots without eigenvalues against roots by eigenvalues, and slopes against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from nst_core.roots import covariance_root, nuclear_norm, root_trace

Array = npt.NDArray[np.float64]

SHAPES = [(3, 8), (8, 8), (40, 8)]


def covariance(seed: int, size: int, rank: int | None = None) -> Array:
    """Symmetric, its eigenvalues above zero within two decades of each other."""
    rng = np.random.default_rng(seed)
    vectors = np.linalg.qr(rng.standard_normal((size, size)))[0][:, :rank]
    return np.asarray((vectors * 10 ** rng.uniform(-1, 1, vectors.shape[1])) @ vectors.T)


def matrix(seed: int, shape: tuple[int, int], rank: int | None = None) -> Array:
    rng = np.random.default_rng(seed)
    if rank is None:
        return rng.standard_normal(shape)
    return rng.standard_normal((shape[0], rank)) @ rng.standard_normal((rank, shape[1]))


def root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)


def singular_sum(matrix: Array) -> float:
    return float(np.linalg.svd(matrix, compute_uv=False).sum())


def value_and_slope(function: Callable[[Any, Any], Any], x: Array, y: Array) -> tuple[float, Array]:
    varied, fixed = tf.constant(x, tf.float32), tf.constant(y, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch([varied, fixed])
        result = 3 * function(varied, fixed)
    slope, none = tape.gradient(result, [varied, fixed])
    assert none is None
    return float(result) / 3, np.asarray(slope.numpy(), float) / 3


def differences(function: Callable[[Array], float], x: Array, step: float = 1e-5) -> Array:
    """The slope of a function of a matrix, one element at a time."""
    slope = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        change = np.zeros_like(x)
        change[place] = step
        slope[place] = (function(x + change) - function(x - change)) / (2 * step)
    return slope


def distance(found: Array, expected: Array) -> float:
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 24), st.floats(-4, 7), st.floats(0, 1))
def test_root_squares_back(seed: int, size: int, magnitude: float, part: float) -> None:
    wanted = 10**magnitude * covariance(seed, size, max(1, round(part * size)))
    found = covariance_root(tf.constant(wanted, tf.float32)).numpy()
    assert distance(found @ found, wanted) < 1e-3
    assert distance(found.T, found) < 1e-3
    assert np.linalg.eigvalsh(found).min() > -1e-3 * np.linalg.norm(found)


def test_root_of_nothing_is_next_to_nothing() -> None:
    assert np.abs(covariance_root(tf.zeros((5, 5))).numpy()).max() < 1e-5


@pytest.mark.parametrize("rank", [None, 2])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_nuclear_norm_is_the_sum_of_the_singular_values(
    shape: tuple[int, int], rank: int | None
) -> None:
    rows, by = matrix(1, shape, rank), root(covariance(2, shape[1]))
    found, _ = value_and_slope(nuclear_norm, rows, by)
    assert found == pytest.approx(singular_sum(rows @ by), rel=5e-3)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 20))
def test_nuclear_norm_by_itself(seed: int, places: int, channels: int) -> None:
    """Whichever of the two is smaller, with no root to help."""
    rows = matrix(seed, (places, channels))
    found, _ = value_and_slope(nuclear_norm, rows, np.eye(channels))
    assert found == pytest.approx(singular_sum(rows), rel=1e-2)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_slope_of_the_nuclear_norm(shape: tuple[int, int]) -> None:
    rows, by = matrix(1, shape), root(covariance(2, shape[1]))
    _, found = value_and_slope(nuclear_norm, rows, by)
    assert distance(found, differences(lambda x: singular_sum(x @ by), rows)) < 0.02


def test_nothing_has_a_slope_of_nothing() -> None:
    """The norm itself has a corner there."""
    for shape in SHAPES:
        norm, slope = value_and_slope(nuclear_norm, np.zeros(shape), np.eye(shape[1]))
        assert norm < 1e-4
        assert not slope.any()


@pytest.mark.parametrize("rank", [None, 3])
def test_root_trace_by_eigenvalues(rank: int | None) -> None:
    have, by = covariance(1, 9, rank), root(covariance(2, 9))
    found, _ = value_and_slope(root_trace, have, by)
    assert found == pytest.approx(np.trace(root(by @ have @ by)), rel=5e-3)


def test_root_trace_of_a_covariance_is_the_nuclear_norm_of_its_rows() -> None:
    rows, by = matrix(1, (40, 8)), root(covariance(2, 8))
    trace, _ = value_and_slope(root_trace, rows.T @ rows, by)
    norm, _ = value_and_slope(nuclear_norm, rows, by)
    assert trace == pytest.approx(norm, rel=1e-3)


def test_slope_of_the_root_trace() -> None:
    have, by = covariance(1, 9), root(covariance(2, 9))

    def exact(x: Array) -> float:
        # Covariances are symmetric: elements change in pairs.
        return float(np.trace(root(by @ ((x + x.T) / 2) @ by)))

    _, found = value_and_slope(root_trace, have, by)
    assert distance(found, differences(exact, have)) < 0.02


def test_root_trace_of_rounding_errors() -> None:
    """Where nothing varies, a covariance that was not centred is all error, some of it negative."""
    errors = covariance(1, 8) - covariance(2, 8)
    assert np.linalg.eigvalsh(errors).min() < -1
    trace, slope = value_and_slope(root_trace, errors * 1e-6, root(covariance(3, 8)))
    assert 0 <= trace < 0.1
    assert np.isfinite(slope).all()


def test_root_trace_of_no_numbers_is_none() -> None:
    trace = root_trace(tf.fill((8, 8), float("nan")), tf.eye(8))
    assert np.isnan(float(trace)), "the job's guard is to find them"
