"""Losses against values worked out by hand, and the properties that make one slider enough."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from nst_core import losses
from nst_core.losses import Moments, StyleTarget
from nst_core.settings import Statistic

Array = npt.NDArray[np.float64]

every_statistic = pytest.mark.parametrize("statistic", Statistic)
# Fewer places than channels, as many, and more: each branch of the nuclear norm.
every_shape = pytest.mark.parametrize("shape", [(2, 3, 16), (4, 4, 16), (9, 7, 16)], ids=str)


def feature_map(rows: object) -> tf.Tensor:
    return tf.constant(rows, tf.float32)[tf.newaxis]


def features(seed: int, height: int, width: int, channels: int) -> npt.NDArray[np.float32]:
    """As a network's: never negative, channels that go together, each of its own scale."""
    rng = np.random.default_rng(seed)
    mixing = np.eye(channels) + 0.3 * rng.standard_normal((channels, channels))
    values = np.maximum(rng.standard_normal((1, height, width, channels)) @ mixing + 0.5, 0)
    return np.asarray(values * rng.uniform(0.5, 2, channels), np.float32)


def target_of(style: npt.ArrayLike) -> StyleTarget:
    return losses.style_target(losses.moments(tf.constant(style, tf.float32)))


def style_loss(statistic: Statistic, value: npt.ArrayLike, style: npt.ArrayLike) -> float:
    return float(losses.style_loss(statistic, tf.constant(value), target_of(style)))


def root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)


def wasserstein_in_numpy(rows: Array, wanted: Array) -> float:
    """Of (places, channels) each: the closed form for normal distributions, by eigenvalues."""
    mean, goal = rows.mean(0), wanted.mean(0)
    have, want = (np.cov(array, rowvar=False, bias=True) for array in (rows, wanted))
    cross = np.trace(root(root(want) @ have @ root(want)))
    distance = np.sum((mean - goal) ** 2) + np.trace(have) + np.trace(want) - 2 * cross
    return float(distance / (np.trace(want) + 0.01 * np.sum(goal**2)))


def rows_of(maps: npt.NDArray[np.float32]) -> Array:
    return maps.reshape(-1, maps.shape[-1]).astype(float)


def test_gram_matrix_by_hand() -> None:
    # Two places with the channel vectors (1, 2) and (3, 0): the mean of their outer products.
    maps = feature_map([[[1, 2], [3, 0]]])
    assert losses.moments(maps).second.numpy() == pytest.approx(np.array([[5.0, 1.0], [1.0, 2.0]]))


def test_moments_by_hand() -> None:
    measured = losses.moments(feature_map([[[1, 2], [3, 0]]]))
    assert measured.mean.numpy() == pytest.approx([2.0, 1.0])
    assert measured.covariance.numpy() == pytest.approx(np.array([[1.0, -1.0], [-1.0, 1.0]]))


def test_content_loss_by_hand() -> None:
    # Distance (1² + 2²) over energy (3² + 4²).
    loss = losses.content_loss(feature_map([[[4.0, 6.0]]]), feature_map([[[3.0, 4.0]]]))
    assert float(loss) == pytest.approx(5 / 25)


def test_gram_loss_by_hand() -> None:
    gram, target = tf.constant([[2.0, 0.0], [0.0, 1.0]]), tf.constant([[1.0, 1.0], [1.0, 1.0]])
    assert float(losses.gram_loss(gram, target)) == pytest.approx(3 / 4)


def test_moments_loss_by_hand() -> None:
    measured = losses.moments(feature_map([[[1, 2], [3, 0]]]))
    target = losses.moments(feature_map([[[0, 2], [2, 2]]]))
    # Gram matrices ((5, 1), (1, 2)) and ((2, 2), (2, 4)); means (2, 1) and (1, 2); deviations
    # (1, 1) and (1, 0), in terms of the latter's energy and a hundredth of the mean's.
    expected = 15 / 28 / 2 + 2 / 5 / 4 + 1 / 1.05 / 4
    assert float(losses.moments_loss(measured, target)) == pytest.approx(expected, rel=1e-3)


def test_total_variation_by_hand() -> None:
    pixels = np.zeros((1, 2, 2, 3), np.float32)
    pixels[0, 0, 0] = 0.5
    # Across: differences 0.5 and 0 → mean of squares 0.125; down: the same.
    assert float(losses.total_variation(tf.constant(pixels))) == pytest.approx(0.25)


def test_wasserstein_loss_of_independent_channels_by_hand() -> None:
    # Channels that swing by (1, 2) around (5, 5) without going together, and wanted: by (3, 1)
    # around (4, 7). Means (1² + 2²) and deviations (2² + 1²) over (3² + 1²) + (4² + 7²) / 100.
    signs = np.array([[[1, 1], [1, -1]], [[-1, 1], [-1, -1]]], np.float32)[np.newaxis]
    loss = style_loss(Statistic.WASSERSTEIN, signs * (1, 2) + (5, 5), signs * (3, 1) + (4, 7))
    assert loss == pytest.approx((5 + 5) / (10 + 0.65), rel=1e-3)


@every_shape
def test_wasserstein_loss_equals_the_closed_form(shape: tuple[int, int, int]) -> None:
    value, style = features(1, *shape), features(2, 8, 8, 16)
    expected = wasserstein_in_numpy(rows_of(value), rows_of(style))
    assert style_loss(Statistic.WASSERSTEIN, value, style) == pytest.approx(expected, abs=5e-3)


@every_shape
@every_statistic
def test_loss_of_features_equals_that_of_their_moments(
    statistic: Statistic, shape: tuple[int, int, int]
) -> None:
    value, target = tf.constant(features(1, *shape)), target_of(features(2, 8, 8, 16))
    by_moments = losses.style_loss_of_moments(statistic, losses.moments(value), target)
    by_features = losses.style_loss(statistic, value, target)
    assert float(by_features) == pytest.approx(float(by_moments), abs=2e-3)


@every_shape
@every_statistic
def test_perfect_match_costs_nothing(statistic: Statistic, shape: tuple[int, int, int]) -> None:
    value = features(1, *shape)
    assert style_loss(statistic, value, value) == pytest.approx(0, abs=2e-3)
    assert float(losses.content_loss(value, value)) == 0


@every_statistic
def test_losses_do_not_grow_with_the_size(statistic: Statistic) -> None:
    """The third defect of the tutorial: its style loss grew with the square of the pixel count."""
    small, target = features(1, 6, 5, 8), features(2, 6, 5, 8)
    large, large_target = (np.tile(array, (1, 3, 2, 1)) for array in (small, target))
    assert float(losses.content_loss(large, large_target)) == pytest.approx(
        float(losses.content_loss(small, target)), rel=1e-5
    )
    assert style_loss(statistic, large, large_target) == pytest.approx(
        style_loss(statistic, small, target), rel=1e-3
    )


@every_statistic
@settings(max_examples=20)
@given(scale=st.floats(0.5, 5000))
def test_losses_do_not_depend_on_the_scale_of_activations(
    statistic: Statistic, scale: float
) -> None:
    value, target = features(1, 4, 4, 6), features(2, 4, 4, 6)
    content = float(losses.content_loss(np.float32(scale) * value, np.float32(scale) * target))
    assert content == pytest.approx(float(losses.content_loss(value, target)), rel=1e-4)
    assert style_loss(
        statistic, np.float32(scale) * value, np.float32(scale) * target
    ) == pytest.approx(style_loss(statistic, value, target), rel=2e-3)


@every_statistic
def test_style_forgets_places(statistic: Statistic) -> None:
    value, style = features(1, 3, 4, 5), features(2, 3, 4, 5)
    shuffled = np.random.default_rng(0).permutation(value.reshape(12, 5)).reshape(1, 3, 4, 5)
    assert style_loss(statistic, shuffled, style) == pytest.approx(
        style_loss(statistic, value, style), rel=1e-4
    )


@pytest.mark.parametrize("shape", [(2, 2, 9), (3, 5, 6)], ids=str)
def test_wasserstein_gradient_equals_finite_differences(shape: tuple[int, int, int]) -> None:
    value, style = features(1, *shape), features(2, 8, 8, shape[-1])
    rows, wanted, step = rows_of(value), rows_of(style), 1e-5
    expected = np.zeros_like(rows)
    for place in np.ndindex(rows.shape):
        change = np.zeros_like(rows)
        change[place] = step
        ahead, behind = (wasserstein_in_numpy(rows + c, wanted) for c in (change, -change))
        expected[place] = (ahead - behind) / (2 * step)
    found = gradient(Statistic.WASSERSTEIN, tf.constant(value), target_of(style))
    error = np.linalg.norm(rows_of(found) - expected) / np.linalg.norm(expected)
    assert error < 0.02


def gradient(
    statistic: Statistic, value: Any, target: StyleTarget, weights: Any = None
) -> npt.NDArray[np.float32]:
    with tf.GradientTape() as tape:
        tape.watch(value)
        loss = losses.style_loss(statistic, value, target, weights)
    return np.asarray(tape.gradient(loss, value).numpy())


@every_shape
@every_statistic
def test_places_without_weight_might_as_well_not_be_there(
    statistic: Statistic, shape: tuple[int, int, int]
) -> None:
    value, target = features(1, *shape), target_of(features(2, 8, 8, 16))
    rows = value.reshape(-1, shape[-1])
    kept = np.arange(len(rows)) % 3 > 0
    rows[~kept] *= 1000
    weights = tf.constant(kept[:, np.newaxis] / kept.mean(), tf.float32)
    masked = losses.style_loss(statistic, tf.constant(value), target, weights)
    dropped = losses.style_loss(statistic, tf.constant(rows[kept][np.newaxis, np.newaxis]), target)
    assert float(masked) == pytest.approx(float(dropped), abs=2e-3)
    slope = gradient(statistic, tf.constant(value), target, weights).reshape(rows.shape)
    assert not slope[~kept].any()
    assert np.isfinite(slope).all()
    assert slope[kept].any()


@every_shape
@every_statistic
def test_a_place_of_weight_two_counts_as_two_places(
    statistic: Statistic, shape: tuple[int, int, int]
) -> None:
    value, target = features(1, *shape), target_of(features(2, 8, 8, 16))
    rows = value.reshape(-1, shape[-1])
    counts = np.random.default_rng(0).integers(0, 4, len(rows))
    repeated = np.repeat(rows, counts, axis=0)[np.newaxis, np.newaxis]
    weights = tf.constant(counts[:, np.newaxis] / counts.mean(), tf.float32)
    weighed = losses.style_loss(statistic, tf.constant(value), target, weights)
    plain = losses.style_loss(statistic, tf.constant(repeated), target)
    assert float(weighed) == pytest.approx(float(plain), abs=2e-3)
    measured = losses.moments(tf.constant(value), weights)
    expected = losses.moments(tf.constant(repeated))
    for found, want in zip(measured, expected, strict=True):
        assert found.numpy() == pytest.approx(want.numpy(), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("style", [0.0, 3.0], ids="style={}".format)
@pytest.mark.parametrize("value", [None, 0.0, 3.0], ids="value={}".format)
@pytest.mark.parametrize("shape", [(2, 3, 16), (9, 7, 16)], ids=str)
@every_statistic
def test_one_colour_divides_by_nothing(
    statistic: Statistic, shape: tuple[int, int, int], value: float | None, style: float
) -> None:
    """Neither a black picture nor one without any forms may lead out of the finite numbers."""
    flat = features(1, *shape) if value is None else np.full((1, *shape), value, np.float32)
    wanted = np.full((1, *shape), style, np.float32)
    target = target_of(wanted)
    assert np.isfinite(float(losses.style_loss(statistic, tf.constant(flat), target)))
    assert np.isfinite(gradient(statistic, tf.constant(flat), target)).all()
    assert np.isfinite(float(losses.content_loss(flat, wanted)))


@every_statistic
def test_losses_of_half_precise_features_are_float32(statistic: Statistic) -> None:
    value, target = features(1, 9, 7, 16), features(2, 9, 7, 16)
    rough = tf.cast(value, tf.bfloat16)
    style = losses.style_loss(statistic, rough, target_of(target))
    content = losses.content_loss(rough, target)
    assert style.dtype == content.dtype == tf.float32
    assert float(style) == pytest.approx(style_loss(statistic, value, target), rel=0.02)
    assert float(content) == pytest.approx(float(losses.content_loss(value, target)), rel=0.02)


def spread(variance: float) -> Moments:
    """Two channels around (3, 3), which must not count."""
    mean = tf.constant([3.0, 3.0])
    return Moments(mean, tf.linalg.diag([variance, variance]) + 9.0)


@pytest.mark.parametrize(
    ("photo", "style", "expected"),
    [(1.0, 2.0, 4.18 / 2.18), (4.0, 2.0, 4.18 / 8.18), (1.0, 99.0, 5.0), (0.0, 1.0, 5.0)],
)
def test_contrast_is_the_ratio_of_energies_up_to_a_bound(
    photo: float, style: float, expected: float
) -> None:
    """Energy: the variances, and a hundredth of the mean's square, 18."""
    assert float(losses.contrast(spread(photo), spread(style))) == pytest.approx(expected, 1e-4)


@pytest.mark.parametrize("statistic", Statistic)
def test_a_style_of_one_colour_counts_by_the_photo(statistic: Statistic) -> None:
    """However little of it varies, its loss is not a multiple of the photo's own energy."""
    rows = np.random.default_rng(0).random((400, 2)).astype(np.float32)
    photo = tf.constant(rows.reshape(1, 20, 20, 2))
    flat = losses.moments(tf.fill((1, 20, 20, 2), 0.5))
    target = losses.style_target(flat)
    weight = losses.contrast(losses.moments(photo), flat)
    assert float(weight * losses.style_loss(statistic, photo, target)) < 3


def test_strength_moves_from_content_to_style() -> None:
    ratios = [beta / alpha for alpha, beta in map(losses.balance, range(0, 101, 5))]
    assert ratios == sorted(ratios)
    assert losses.balance(0)[0] > 0.8
    assert losses.balance(100)[1] > 0.95
    steps = [after / before for before, after in pairwise(ratios)]
    below, above = steps[: len(steps) // 2], steps[len(steps) // 2 :]
    assert below == pytest.approx([below[0]] * len(below))
    assert above == pytest.approx([above[0]] * len(above))
    assert 1 < above[0] < below[0]
    assert all(sum(losses.balance(strength)) == pytest.approx(1) for strength in (0, 50, 100))


@pytest.mark.parametrize("deviation", [0.0, 0.001, 0.05])
def test_features_that_hardly_vary_have_a_root(deviation: float) -> None:
    """Centring large features leaves rounding errors that are no covariance."""
    rng = np.random.default_rng(0)
    level = rng.random(128, np.float32) * 500
    places = rng.standard_normal((1, 9, 11, 128)).astype(np.float32)
    features = tf.constant(level * (1 + deviation * places))
    target = losses.style_target(losses.moments(features))
    assert np.isfinite(target.root.numpy()).all()
    assert np.isfinite(float(losses.wasserstein_loss(features, target)))


@pytest.mark.parametrize("shape", [(1, 5, 1, 3), (1, 1, 5, 3), (1, 1, 1, 3)])
def test_a_canvas_one_pixel_wide_varies_along_it_only(shape: tuple[int, ...]) -> None:
    pixels = np.linspace(0, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    assert np.isfinite(float(losses.total_variation(tf.constant(pixels))))
