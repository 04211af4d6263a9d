"""What moves the pixels: state in, state out, all inside the compiled step.

`Adam` (Kingma and Ba 2015, arXiv 1412.6980) with an exponential moving average of its iterates
(Polyak averaging; crowsonkb's style-transfer-pytorch uses the same idea), which takes away the
checkerboard that Adam's last step leaves. `Lbfgs` (Nocedal and Wright 2006, algorithms 7.4 and
7.5) with a guard in place of a line search: one evaluation a step, and a step that does not lead
down is taken back and shortened.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, Protocol, TypeAlias

import tensorflow as tf

from nst_core import settings

__all__ = ["Adam", "AdamState", "Lbfgs", "LbfgsState", "Method", "of"]

Tensor: TypeAlias = Any  # tensorflow ships no types

BETA1: Final = 0.9
BETA2: Final = 0.99
EPSILON: Final = 1e-8
EMA_DECAY: Final = 0.9

HISTORY: Final = 10
"""Pairs of steps and gradient changes that L-BFGS keeps."""

REACH: Final = 0.1
"""Most that one step of L-BFGS may move a pixel, in the root mean square."""

SHORTEN: Final = 0.3
"""What a step that did not lead down is multiplied by."""

PATIENCE: Final = 4
"""Steps in a row that did not lead down before L-BFGS forgets its history."""


class Method(Protocol):
    """An optimiser. Its state has at least the `image` to be evaluated next."""

    def start(self, image: Tensor) -> Any:
        """The state before the first step from `image`, (1, height, width, 3)."""

    def update(self, state: Any, gradient: Tensor, loss: Tensor, rate: Tensor) -> Any:
        """The state after one step, given loss and gradient at ``state.image``."""

    def picture(self, state: Any) -> Tensor:
        """The painting so far, RGB in [0, 1], (1, height, width, 3)."""

    def signature(self, picture: Any) -> Any:
        """The state's tensor specs, for an image of the spec `picture`."""


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


class Adam:
    """Adam in the box [0, 1], its iterates averaged."""

    def start(self, image: Tensor) -> AdamState:
        """See `Method.start`."""
        zeros = tf.zeros_like(image)
        return AdamState(image, zeros, zeros, zeros, tf.constant(0.0))

    def update(self, state: AdamState, gradient: Tensor, loss: Tensor, rate: Tensor) -> AdamState:  # noqa: ARG002
        """See `Method.update`; the image is kept in its valid box."""
        steps = state.steps + 1
        momentum = BETA1 * state.momentum + (1 - BETA1) * gradient
        energy = BETA2 * state.energy + (1 - BETA2) * tf.square(gradient)
        slope = momentum / (1 - BETA1**steps)
        scale = tf.sqrt(energy / (1 - BETA2**steps))
        image = tf.clip_by_value(state.image - rate * slope / (scale + EPSILON), 0.0, 1.0)
        ema = EMA_DECAY * state.ema + (1 - EMA_DECAY) * image
        return AdamState(image, momentum, energy, ema, steps)

    def picture(self, state: AdamState) -> Tensor:
        """The averaged image, bias corrected; before the first step, the image itself."""
        weight = 1 - EMA_DECAY**state.steps
        return tf.where(state.steps > 0, state.ema / tf.maximum(weight, EPSILON), state.image)

    def signature(self, picture: Any) -> AdamState:
        """See `Method.signature`."""
        return AdamState(picture, picture, picture, picture, tf.TensorSpec(()))


class LbfgsState(NamedTuple):
    """Everything that one step hands to the next.

    Attributes:
        image: to be evaluated next, any values, (1, height, width, 3).
        best: the last image that led down, shaped as `image`.
        loss: at `best`, a scalar; infinite before the first step.
        gradient: at `best`, shaped as `image`.
        direction: from `best` to `image` at full length.
        length: share of `direction` that `image` is away from `best`, a scalar.
        failures: steps since one led down, a scalar.
        moves: the last moves of `best`, the newest last, (HISTORY, 1, height, width, 3).
        turns: how the gradient changed over them, shaped as `moves`.
    """

    image: Tensor
    best: Tensor
    loss: Tensor
    gradient: Tensor
    direction: Tensor
    length: Tensor
    failures: Tensor
    moves: Tensor
    turns: Tensor


class Lbfgs:
    """L-BFGS with one evaluation a step; never clamped inside, which would spoil its curvature."""

    def start(self, image: Tensor) -> LbfgsState:
        """See `Method.start`."""
        zeros = tf.zeros_like(image)
        history = tf.zeros((HISTORY, *image.shape), tf.float32)
        scalars = tf.constant(0.0), tf.constant(0.0)
        infinite = tf.constant(float("inf"))
        return LbfgsState(image, image, infinite, zeros, zeros, *scalars, history, history)

    def update(self, state: LbfgsState, gradient: Tensor, loss: Tensor, rate: Tensor) -> LbfgsState:
        """See `Method.update`."""
        fine = tf.math.is_finite(loss) & tf.reduce_all(tf.math.is_finite(gradient))
        return LbfgsState(
            *tf.cond(
                fine & (loss < state.loss),
                lambda: tuple(_onward(state, gradient, loss, rate)),
                lambda: tuple(_back(state, rate)),
            )
        )

    def picture(self, state: LbfgsState) -> Tensor:
        """The best image, clipped to its valid box."""
        return tf.clip_by_value(state.best, 0.0, 1.0)

    def signature(self, picture: Any) -> LbfgsState:
        """See `Method.signature`."""
        scalar, history = tf.TensorSpec(()), tf.TensorSpec((HISTORY, *picture.shape))
        return LbfgsState(
            picture, picture, scalar, picture, picture, scalar, scalar, history, history
        )


def of(optimizer: settings.Optimizer) -> Method:
    """The method of that name."""
    return Lbfgs() if optimizer is settings.Optimizer.LBFGS else Adam()


def _onward(state: LbfgsState, gradient: Tensor, loss: Tensor, rate: Tensor) -> LbfgsState:
    """The step led down: learn from it, and aim anew."""
    first = tf.math.is_inf(state.loss)
    move = state.image - state.best
    turn = tf.where(first, tf.zeros_like(gradient), gradient - state.gradient)
    curved = tf.reduce_sum(move * turn) > 1e-10 * tf.reduce_sum(tf.square(turn))
    moves = tf.where(curved, _pushed(state.moves, move), state.moves)
    turns = tf.where(curved, _pushed(state.turns, turn), state.turns)
    direction = _within_reach(_descent(gradient, moves, turns, rate))
    return LbfgsState(
        image=state.image + direction,
        best=state.image,
        loss=loss,
        gradient=gradient,
        direction=direction,
        length=tf.constant(1.0),
        failures=tf.constant(0.0),
        moves=moves,
        turns=turns,
    )


def _back(state: LbfgsState, rate: Tensor) -> LbfgsState:
    """The step did not lead down: try a shorter one, in the end along the gradient itself."""
    failures = state.failures + 1
    lost = tf.equal(failures, PATIENCE)
    keep = tf.where(lost, 0.0, 1.0)
    plain = SHORTEN * _within_reach(_steepest(state.gradient, rate))
    direction = tf.where(lost, plain, state.direction)
    length = tf.where(lost, 1.0, SHORTEN * state.length)
    return state._replace(
        image=state.best + length * direction,
        direction=direction,
        length=length,
        failures=failures,
        moves=keep * state.moves,
        turns=keep * state.turns,
    )


def _descent(gradient: Tensor, moves: Tensor, turns: Tensor, rate: Tensor) -> Tensor:
    """The two-loop recursion; without history, the steepest descent."""
    inverses = [_inverse(tf.reduce_sum(moves[n] * turns[n])) for n in range(HISTORY)]
    shares: list[Tensor] = []
    direction = -gradient
    for n in reversed(range(HISTORY)):
        shares.insert(0, inverses[n] * tf.reduce_sum(moves[n] * direction))
        direction -= shares[0] * turns[n]
    newest = tf.reduce_sum(moves[-1] * turns[-1])
    direction *= newest * _inverse(tf.reduce_sum(tf.square(turns[-1])))
    for n in range(HISTORY):
        direction += (shares[n] - inverses[n] * tf.reduce_sum(turns[n] * direction)) * moves[n]
    return tf.where(newest > 0, direction, _steepest(gradient, rate))


def _steepest(gradient: Tensor, rate: Tensor) -> Tensor:
    return -rate * gradient / (tf.reduce_mean(tf.abs(gradient)) + tf.constant(1e-30))


def _within_reach(direction: Tensor) -> Tensor:
    length = tf.sqrt(tf.reduce_mean(tf.square(direction)))
    return direction * tf.minimum(1.0, REACH / (length + EPSILON))


def _pushed(history: Tensor, value: Tensor) -> Tensor:
    return tf.concat([history[1:], value[tf.newaxis]], 0)


def _inverse(value: Tensor) -> Tensor:
    return tf.where(value > 0, 1 / tf.where(value > 0, value, 1.0), 0.0)
