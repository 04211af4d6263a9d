"""Losses against values worked out by hand, and the properties that make one slider enough."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import tensorflow as tf

from nst_core import losses


def feature_map(rows: object) -> tf.Tensor:
    return tf.constant(rows, tf.float32)[tf.newaxis]


def test_gram_matrix_by_hand() -> None:
    # Two places with the channel vectors (1, 2) and (3, 0): the mean of their outer products.
    features = feature_map([[[1, 2], [3, 0]]])
    assert losses.gram_matrix(features).numpy() == pytest.approx(np.array([[5.0, 1.0], [1.0, 2.0]]))


def test_content_loss_by_hand() -> None:
    # Distance (1² + 2²) over energy (3² + 4²).
    loss = losses.content_loss(feature_map([[[4.0, 6.0]]]), feature_map([[[3.0, 4.0]]]))
    assert float(loss) == pytest.approx(5 / 25)


def test_style_loss_by_hand() -> None:
    gram, target = tf.constant([[2.0, 0.0], [0.0, 1.0]]), tf.constant([[1.0, 1.0], [1.0, 1.0]])
    assert float(losses.style_loss(gram, target)) == pytest.approx(3 / 4)


def test_total_variation_by_hand() -> None:
    pixels = np.zeros((1, 2, 2, 3), np.float32)
    pixels[0, 0, 0] = 0.5
    # Across: differences 0.5 and 0 → mean of squares 0.125; down: the same.
    assert float(losses.total_variation(tf.constant(pixels))) == pytest.approx(0.25)


def test_gram_and_losses_do_not_grow_with_the_size() -> None:
    """The third defect of the tutorial: its style loss grew with the square of the pixel count."""
    rng = np.random.default_rng(0)
    small = rng.random((1, 6, 5, 4), dtype=np.float32)
    target = rng.random((1, 6, 5, 4), dtype=np.float32)
    large, large_target = (np.tile(array, (1, 3, 2, 1)) for array in (small, target))
    assert losses.gram_matrix(large).numpy() == pytest.approx(
        losses.gram_matrix(small).numpy(), rel=1e-5
    )
    assert float(losses.content_loss(large, large_target)) == pytest.approx(
        float(losses.content_loss(small, target)), rel=1e-5
    )


def test_losses_do_not_depend_on_the_scale_of_activations() -> None:
    rng = np.random.default_rng(0)
    value, target = rng.random((2, 1, 4, 4, 3), dtype=np.float32)
    once, often = (float(losses.content_loss(scale * value, scale * target)) for scale in (1, 1000))
    assert often == pytest.approx(once, rel=1e-4)


def test_gram_forgets_places() -> None:
    rng = np.random.default_rng(0)
    features = rng.random((1, 3, 4, 5), dtype=np.float32)
    shuffled = rng.permutation(features.reshape(12, 5)).reshape(1, 3, 4, 5)
    assert losses.gram_matrix(shuffled).numpy() == pytest.approx(
        losses.gram_matrix(features).numpy(), rel=1e-5
    )


def test_perfect_match_costs_nothing_and_a_black_target_divides_by_nothing() -> None:
    features = feature_map([[[1.0, 2.0]]])
    assert float(losses.content_loss(features, features)) == 0
    assert np.isfinite(float(losses.content_loss(features, tf.zeros_like(features))))


def test_strength_moves_from_content_to_style() -> None:
    ratios = [beta / alpha for alpha, beta in map(losses.balance, range(0, 101, 5))]
    assert ratios == sorted(ratios)
    assert losses.balance(0)[0] > 0.9
    assert losses.balance(100)[1] > 0.99
    steps = [after / before for before, after in pairwise(ratios)]
    assert steps == pytest.approx([steps[0]] * len(steps))
    assert all(sum(losses.balance(strength)) == pytest.approx(1) for strength in (0, 50, 100))
