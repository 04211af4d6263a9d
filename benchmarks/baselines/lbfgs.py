"""L-BFGS as PyTorch has it: rate 1, no line search, with a guard against steps that go wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import tensorflow as tf

from benchmarks.network import Tensor

__all__ = ["Lbfgs"]

Evaluate: TypeAlias = Callable[[Tensor], tuple[Tensor, Tensor]]
"""A flat vector → the loss, a scalar, and its gradient."""

_HALVINGS: Final = 6
_CURVED: Final = 1e-10


class Lbfgs:
    """The search, one evaluation of loss and gradient a step.

    The published run takes whatever a step leads to. Here one that leads to a greater loss is
    halved, which costs an evaluation like any other.

    Args:
        evaluate: loss and gradient at a point.
        x: where to start, shape (n,).
        memory: pairs of steps and changes of the gradient to remember.

    Attributes:
        x: the best point so far.
        loss: there.
    """

    def __init__(self, evaluate: Evaluate, x: Tensor, memory: int = 100) -> None:
        self._evaluate = evaluate
        self.x = x
        loss, self._gradient = evaluate(x)
        self.loss = float(loss)
        self._history = _History(memory, int(x.shape[0]))
        self._restart()

    def step(self) -> float:
        """Try the next point; the value is the loss at it."""
        trial = self.x + self._rate * self._direction
        loss, gradient = self._evaluate(trial)
        value = float(loss)
        if np.isfinite(value) and value <= self.loss:
            self._accept(trial, value, gradient)
        else:
            self._shorten()
        return value

    def _accept(self, x: Tensor, loss: float, gradient: Tensor) -> None:
        self._history.remember(x - self.x, gradient - self._gradient, gradient)
        self.x, self.loss, self._gradient = x, loss, gradient
        self._direction, self._rate, self._halvings = self._history.direction(), 1.0, 0

    def _shorten(self) -> None:
        self._rate /= 2
        self._halvings += 1
        if self._halvings > _HALVINGS:
            rate = self._rate
            self._history.forget()
            self._restart()
            self._rate = min(self._rate, rate)

    def _restart(self) -> None:
        self._direction, self._halvings = -self._gradient, 0
        self._rate = min(1.0, 1.0 / max(float(tf.reduce_sum(tf.abs(self._gradient))), 1e-30))


class _History:
    """Remembered pairs, and the two-loop recursion in the space that they span.

    All that the recursion needs of the long vectors are their inner products (Chen, Wang and Zhou
    2014, "Large-scale L-BFGS using MapReduce"), so each step reads them but twice.
    """

    def __init__(self, memory: int, length: int) -> None:
        self._memory = memory
        # Rows: steps, then changes of the gradient, then the gradient.
        self._rows = tf.Variable(tf.zeros((2 * memory + 1, length)), trainable=False)
        self._products = np.zeros((2 * memory + 1, 2 * memory + 1))
        self._order: deque[int] = deque()

    def forget(self) -> None:
        self._order.clear()

    def remember(self, step: Tensor, change: Tensor, gradient: Tensor) -> None:
        curved = float(tf.reduce_sum(step * change)) > _CURVED
        slot = self._slot() if curved else -1
        places = [slot, self._memory + slot, 2 * self._memory] if curved else [2 * self._memory]
        vectors = tf.stack([step, change, gradient] if curved else [gradient])
        self._rows.scatter_update(tf.IndexedSlices(vectors, tf.constant(places)))
        products = tf.matmul(vectors, self._rows, transpose_b=True).numpy()
        self._products[places] = products
        self._products[:, places] = products.T

    def direction(self) -> Tensor:
        """Minus the inverse Hessian's estimate times the gradient, shape (n,)."""
        weights = tf.constant(-self._weights()[np.newaxis], tf.float32)
        return tf.matmul(weights, self._rows)[0]

    def _slot(self) -> int:
        if len(self._order) < self._memory:
            slot = next(k for k in range(self._memory) if k not in self._order)
        else:
            slot = self._order.popleft()
        self._order.append(slot)
        return slot

    def _weights(self) -> np.ndarray:
        """Of every row in the inverse Hessian times the gradient (Nocedal 1980)."""
        products, memory = self._products, self._memory
        weights = np.zeros(len(products))
        weights[-1] = 1.0
        alphas: dict[int, float] = {}
        for slot in reversed(self._order):
            alphas[slot] = products[slot] @ weights / products[slot, memory + slot]
            weights[memory + slot] -= alphas[slot]
        if self._order:
            newest = self._order[-1]
            change = memory + newest
            weights *= products[newest, change] / products[change, change]
        for slot in self._order:
            beta = products[memory + slot] @ weights / products[slot, memory + slot]
            weights[slot] += alphas[slot] - beta
        return weights
