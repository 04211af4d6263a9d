"""Adam against its formula, L-BFGS against functions whose lowest point is known."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from nst_core import optimizers
from nst_core.optimizers import PATIENCE, REACH, SHORTEN, Adam, Lbfgs, LbfgsState, Method
from nst_core.settings import Optimizer

Function = Callable[[Any], Any]


def image(value: float, size: int = 2) -> tf.Tensor:
    return tf.fill((1, size, size, 3), tf.constant(value, tf.float32))


def adam(start: float, *gradients: float, rate: float) -> Any:
    method = Adam()
    state = method.start(image(start))
    for gradient in gradients:
        state = method.update(state, image(gradient), tf.constant(1.0), tf.constant(rate))
    return state


def evaluated(function: Function, x: Any) -> tuple[Any, Any]:
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = function(x)
    return tape.gradient(loss, x), loss


def descent(function: Function, start: Any, steps: int, rate: float = 0.03) -> list[LbfgsState]:
    """The states of L-BFGS, from before the first step to after the last."""
    method = Lbfgs()
    states = [method.start(start)]
    for _ in range(steps):
        inputs = evaluated(function, states[-1].image)
        states.append(method.update(states[-1], *inputs, tf.constant(rate)))
    return states


def bowl(condition: float) -> Function:
    """A quadratic on four by four pixels, its lowest point 0, its curvatures far apart."""
    rng = np.random.default_rng(0)
    vectors = np.linalg.qr(rng.standard_normal((48, 48)))[0]
    curvature = (vectors * np.logspace(0, -np.log10(condition), 48)) @ vectors.T
    shape, lowest = tf.constant(curvature, tf.float32), tf.constant(rng.random(48), tf.float32)

    def loss(x: Any) -> Any:
        away = tf.reshape(x, (-1,)) - lowest
        return tf.tensordot(away, tf.linalg.matvec(shape, away), 1) / 2

    return loss


def valley(x: Any) -> Any:
    """Rosenbrock's, bent and flat, along all 48 values."""
    flat = tf.reshape(x, (-1,))
    bend = 100 * tf.square(flat[1:] - tf.square(flat[:-1])) + tf.square(1 - flat[:-1])
    return tf.reduce_mean(bend)


def root_mean_square(x: Any) -> float:
    return float(tf.sqrt(tf.reduce_mean(tf.square(x))))


def test_adam_equals_the_paper() -> None:
    rng = np.random.default_rng(0)
    gradients = rng.standard_normal((5, 1, 2, 2, 3)).astype(np.float32) * 1e-3
    method = Adam()
    state = method.start(image(0.5))
    x, m, v = np.full((1, 2, 2, 3), 0.5), 0.0, 0.0
    for count, gradient in enumerate(gradients, start=1):
        state = method.update(state, tf.constant(gradient), tf.constant(1.0), tf.constant(0.01))
        m = 0.9 * m + 0.1 * gradient
        v = 0.99 * v + 0.01 * gradient**2
        x = x - 0.01 * (m / (1 - 0.9**count)) / (np.sqrt(v / (1 - 0.99**count)) + 1e-8)
    assert state.image.numpy() == pytest.approx(x, abs=1e-5)


def test_adam_stays_in_the_valid_box() -> None:
    """The second defect of the tutorial: it clipped in the wrong space."""
    assert float(tf.reduce_max(adam(0.02, 1.0, rate=0.1).image)) == 0
    assert float(tf.reduce_min(adam(0.98, -1.0, rate=0.1).image)) == 1


def test_average_is_bias_corrected() -> None:
    state = adam(0.5, 0.0, 0.0, 0.0, rate=0.1)
    assert Adam().picture(state).numpy() == pytest.approx(image(0.5).numpy(), abs=1e-6)


def test_average_weighs_the_newest_most() -> None:
    # Steps of 0.1 against a steady gradient: images 0.4, 0.3 and 0.2, each weighing 1 / 0.9 times
    # the one before.
    state = adam(0.5, 1.0, 1.0, 1.0, rate=0.1)
    expected = (0.81 * 0.4 + 0.9 * 0.3 + 0.2) / (0.81 + 0.9 + 1)
    assert Adam().picture(state).numpy() == pytest.approx(image(expected).numpy(), abs=1e-5)


def test_average_smooths_a_swinging_image() -> None:
    state = adam(0.5, *[1.0, -1.0] * 20, rate=0.2)
    last = abs(float(state.image[0, 0, 0, 0]) - 0.5)
    assert abs(float(Adam().picture(state)[0, 0, 0, 0]) - 0.5) < last


@pytest.mark.parametrize("optimizer", Optimizer)
def test_picture_before_the_first_step_is_the_start(optimizer: Optimizer) -> None:
    method = optimizers.of(optimizer)
    picture = method.picture(method.start(image(0.3)))
    assert picture.numpy() == pytest.approx(image(0.3).numpy())


@pytest.mark.parametrize("method", [Adam(), Lbfgs()], ids=lambda method: type(method).__name__)
def test_one_trace_serves_every_size(method: Method) -> None:
    """As the compiled step has it: sizes unknown, states in and out."""
    picture, scalar = tf.TensorSpec((1, None, None, 3)), tf.TensorSpec(())
    update = tf.function(
        method.update, input_signature=[method.signature(picture), picture, scalar, scalar]
    )
    rate = tf.constant(0.03)
    for size in (2, 5):
        compiled = plain = method.start(image(0.5, size))
        for _ in range(4):
            compiled = update(compiled, *evaluated(valley, compiled.image), rate)
            plain = method.update(plain, *evaluated(valley, plain.image), rate)
        assert type(compiled) is type(plain)
        for found, expected in zip(compiled, plain, strict=True):
            assert found.numpy() == pytest.approx(expected.numpy(), rel=1e-3, abs=1e-5)
    assert update.experimental_get_tracing_count() == 1


def test_lbfgs_reaches_the_bottom_where_the_steepest_way_hardly_moves() -> None:
    steps, condition = 60, 1000.0
    loss, start = bowl(condition), image(0.5, 4)
    x = start
    for _ in range(steps):
        # The best that any steady step length can do, for curvatures from 1 / condition to 1.
        x -= 2 / (1 + 1 / condition) * evaluated(loss, x)[0]
    found = float(descent(loss, start, steps)[-1].loss) / float(loss(start))
    assert found < 1e-4
    assert found < 1e-2 * float(loss(x)) / float(loss(start))


def test_lbfgs_gets_as_close_as_float32_can_tell() -> None:
    loss, start = bowl(100.0), image(0.5, 4)
    assert float(descent(loss, start, 100)[-1].loss) < 1e-11 * float(loss(start))


def test_lbfgs_does_not_mind_the_scale_of_the_loss() -> None:
    """Losses are means: the gradient of a pixel shrinks with the size of the picture."""
    loss, start = bowl(100.0), image(0.5, 4)
    one = descent(loss, start, 30)[-1]
    tiny = descent(lambda x: 1e-6 * loss(x), start, 30)[-1]
    assert float(tiny.loss) * 1e6 < 1e-4 * float(loss(start))
    assert tiny.best.numpy() == pytest.approx(one.best.numpy(), abs=0.02)


def test_lbfgs_never_keeps_a_step_that_leads_up() -> None:
    start = tf.constant(np.random.default_rng(0).uniform(-1, 1, (1, 4, 4, 3)), tf.float32)
    states = descent(valley, start, 150, rate=0.5)
    kept = [float(state.loss) for state in states]
    assert kept == sorted(kept, reverse=True)
    assert any(float(state.failures) > 0 for state in states)
    assert all(
        float(valley(state.best)) == pytest.approx(float(state.loss)) for state in states[1:]
    )
    assert kept[-1] < 0.05 * kept[1]


def test_no_step_of_lbfgs_goes_out_of_reach() -> None:
    start = tf.constant(np.random.default_rng(0).uniform(-1, 1, (1, 4, 4, 3)), tf.float32)
    # Next to no curvature: the lowest point is far away.
    states = descent(lambda x: tf.reduce_sum(tf.square(x - 50)) * 1e-3, start, 20, rate=9.0)
    strides = [root_mean_square(after.image - after.best) for after in states]
    assert max(strides) <= REACH * 1.001
    assert strides[-1] == pytest.approx(REACH, rel=1e-3)


def test_lbfgs_finds_its_way_beside_an_abyss() -> None:
    """Below zero the function is not a number, and its lowest point is next to that."""
    states = descent(lambda x: tf.reduce_sum(x - 0.01 * tf.math.log(x)), image(0.5), 60, rate=0.4)
    assert any(not np.isfinite(float(tf.reduce_sum(tf.math.log(s.image)))) for s in states)
    assert states[-1].best.numpy() == pytest.approx(image(0.01).numpy(), abs=1e-3)


@pytest.mark.parametrize(
    ("slope", "loss"), [(1.0, np.nan), (np.nan, 0.0), (np.inf, 0.0), (1.0, -np.inf), (1.0, 1e9)]
)
def test_lbfgs_takes_back_what_does_not_lead_down(slope: float, loss: float) -> None:
    before = descent(bowl(100.0), image(0.5, 4), 6)[-1]
    gradient = image(0.001, 4).numpy()
    gradient[0, 1, 2, 0] = slope
    after = Lbfgs().update(before, tf.constant(gradient), tf.constant(loss), tf.constant(0.03))
    assert np.array_equal(after.best, before.best)
    assert float(after.loss) == float(before.loss)
    assert np.array_equal(after.moves, before.moves)
    shorter = SHORTEN * (before.image - before.best)
    assert (after.image - before.best).numpy() == pytest.approx(shorter.numpy(), abs=1e-6)


def test_lbfgs_forgets_what_keeps_misleading_it() -> None:
    method, rate = Lbfgs(), tf.constant(0.03)
    states = [descent(bowl(100.0), image(0.5, 4), 6)[-1]]
    assert states[0].moves.numpy().any()
    for _ in range(PATIENCE + 1):
        states.append(method.update(states[-1], image(1.0, 4), tf.constant(np.inf), rate))
    assert states[PATIENCE - 1].moves.numpy().any()
    forgot = states[PATIENCE]
    assert not forgot.moves.numpy().any()
    assert not forgot.turns.numpy().any()
    steepest = -states[0].gradient / root_mean_square(states[0].gradient)
    move = forgot.image - forgot.best
    assert (move / root_mean_square(move)).numpy() == pytest.approx(steepest.numpy(), abs=1e-3)
    strides = [root_mean_square(state.image - state.best) for state in states]
    assert strides[-1] == pytest.approx(SHORTEN * strides[-2], rel=1e-3)


def test_lbfgs_is_clipped_at_the_end_alone() -> None:
    states = descent(lambda x: tf.reduce_sum(tf.square(x - 1.4)), image(0.9), 10)
    assert states[-1].best.numpy() == pytest.approx(image(1.4).numpy(), abs=1e-3)
    assert np.array_equal(Lbfgs().picture(states[-1]), image(1.0))
    assert all(float(tf.reduce_max(Lbfgs().picture(state))) <= 1 for state in states)


def test_lbfgs_learns_the_curvature() -> None:
    """One dimension, one pair: the second step is Newton's, to the lowest point."""
    states = descent(lambda x: 5 * tf.reduce_sum(tf.square(x - 0.52)), image(0.5), 3)
    assert [float(a.failures) for a, _ in pairwise(states)] == [0, 0, 0]
    assert states[2].image.numpy() == pytest.approx(image(0.52).numpy(), abs=1e-5)
