"""Gatys' own notebook: L-BFGS on Gram matrices.

leongatys/PytorchNeuralStyleTransfer be6c8e2: max pooling, content of weight 1 at relu4_2, Gram
matrices over positions at relu1_1 to relu5_1 of weight 1e3 / channels², L-BFGS of rate 1 with a
history of 100 and no line search on the mean-subtracted picture, from the photo, 500 evaluations;
clipped only at the end. Photo and painting have the same short side.
"""

from __future__ import annotations

from typing import ClassVar, Final

import tensorflow as tf

from benchmarks.baselines.lbfgs import Lbfgs
from benchmarks.baselines.loop import Baseline, Stage, tensor
from benchmarks.baselines.tutorial import gram
from benchmarks.network import Kernels, Network, Tensor, postprocess
from nst_core import images
from nst_core.images import Picture
from nst_core.vgg import preprocess

__all__ = ["Gatys"]

_CONTENT: Final = "block4_conv2"
_STYLE: Final = tuple(f"block{block}_conv1" for block in range(1, 6))
_STEPS: Final = 500


class Search(Lbfgs):
    """A search over the pixels of a picture of some shape."""

    shape: tuple[int, ...]


class Gatys(Baseline[Search]):
    """Five hundred evaluations of L-BFGS at full size."""

    name: ClassVar[str] = "gatys"
    source: ClassVar[str] = "leongatys/PytorchNeuralStyleTransfer be6c8e2"

    def __init__(self, kernels: Kernels, precision: str) -> None:
        self._network = Network(kernels, precision=precision)
        self._compiled = tf.function(self._evaluate)

    def stages(self, height: int, width: int) -> tuple[Stage, ...]:
        """One, of five hundred steps."""
        return (Stage(height, width, _STEPS),)

    def begin(self, content: Picture, style: Picture, stage: Stage) -> Search:
        """The photo itself."""
        photo = preprocess(tensor(content))
        scale = min(stage.height, stage.width) / min(style.shape[:2])
        size = (max(1, round(side * scale)) for side in style.shape[:2])
        strokes = preprocess(tensor(images.resize(style, *size)))
        target = self._network.features(photo, [_CONTENT])[_CONTENT]
        grams = tuple(gram(f) for f in self._network.features(strokes, _STYLE).values())
        shape = tuple(photo.shape)

        def evaluate(flat: Tensor) -> tuple[Tensor, Tensor]:
            loss, gradient = self._compiled(tf.reshape(flat, shape), target, grams)
            return loss, tf.reshape(gradient, (-1,))

        search = Search(evaluate, tf.reshape(photo, (-1,)))
        search.shape = shape
        return search

    def step(self, state: Search) -> tuple[Search, Tensor]:
        """One evaluation. The loss is the least so far, for the guard may refuse a step."""
        state.step()
        return state, state.loss

    def show(self, state: Search) -> Tensor:
        """The picture with the least loss."""
        return postprocess(tf.reshape(state.x, state.shape))

    def _evaluate(
        self, bgr: Tensor, content: Tensor, grams: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(bgr)
            maps = self._network.features(bgr, (*_STYLE, _CONTENT))
            losses = [tf.reduce_mean((maps[_CONTENT] - content) ** 2)]
            losses += [_style(maps[name], g) for name, g in zip(_STYLE, grams, strict=True)]
            loss = tf.add_n(losses)
        return loss, tape.gradient(loss, bgr)


def _style(features: Tensor, target: Tensor) -> Tensor:
    return 1e3 / features.shape[-1] ** 2 * tf.reduce_mean((gram(features) - target) ** 2)
