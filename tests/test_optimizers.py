"""Adam against its formula in NumPy, and the promises of the averaged iterate."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from nst_core import optimizers


def image(value: float, size: int = 2) -> tf.Tensor:
    return tf.fill((1, size, size, 3), tf.constant(value, tf.float32))


def test_steps_equal_the_paper() -> None:
    rng = np.random.default_rng(0)
    gradients = rng.standard_normal((5, 1, 2, 2, 3)).astype(np.float32) * 1e-3
    state = optimizers.adam_start(image(0.5))
    x, m, v = np.full((1, 2, 2, 3), 0.5), 0.0, 0.0
    for count, gradient in enumerate(gradients, start=1):
        state = optimizers.adam_update(state, tf.constant(gradient), tf.constant(0.01))
        m = 0.9 * m + 0.1 * gradient
        v = 0.99 * v + 0.01 * gradient**2
        x = x - 0.01 * (m / (1 - 0.9**count)) / (np.sqrt(v / (1 - 0.99**count)) + 1e-8)
    assert state.image.numpy() == pytest.approx(x, abs=1e-5)


def test_image_stays_in_the_valid_box() -> None:
    """The second defect of the tutorial: it clipped in the wrong space."""
    state = optimizers.adam_start(image(0.02))
    down = optimizers.adam_update(state, image(1.0), tf.constant(0.1)).image
    assert float(tf.reduce_max(down)) == 0
    up = optimizers.adam_update(optimizers.adam_start(image(0.98)), image(-1.0), tf.constant(0.1))
    assert float(tf.reduce_min(up.image)) == 1


def test_average_before_the_first_step_is_the_image() -> None:
    state = optimizers.adam_start(image(0.3))
    assert optimizers.average(state).numpy() == pytest.approx(image(0.3).numpy())


def test_average_is_bias_corrected() -> None:
    state = optimizers.adam_start(image(0.5))
    for _ in range(3):
        state = optimizers.adam_update(state, image(0.0), tf.constant(0.1))
    assert optimizers.average(state).numpy() == pytest.approx(image(0.5).numpy(), abs=1e-6)


def test_average_smooths_a_swinging_image() -> None:
    state = optimizers.adam_start(image(0.5))
    for sign in [1, -1] * 20:
        state = optimizers.adam_update(state, image(float(sign)), tf.constant(0.2))
    last = abs(float(state.image[0, 0, 0, 0]) - 0.5)
    assert abs(float(optimizers.average(state)[0, 0, 0, 0]) - 0.5) < last


def test_next_level_starts_afresh_from_the_average() -> None:
    state = optimizers.adam_start(image(0.5))
    for sign in (1, 1, -1):
        state = optimizers.adam_update(state, image(float(sign)), tf.constant(0.1))
    bigger = optimizers.resized(state, 4, 6)
    assert bigger.image.shape == (1, 4, 6, 3)
    assert float(bigger.image[0, 0, 0, 0]) == pytest.approx(
        float(optimizers.average(state)[0, 0, 0, 0]), abs=1e-5
    )
    assert not bigger.energy.numpy().any()
    assert float(bigger.steps) == 0


def test_same_size_is_the_same_state() -> None:
    state = optimizers.adam_start(image(0.5))
    assert optimizers.resized(state, 2, 2) is state
