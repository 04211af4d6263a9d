"""TensorFlow's own tutorial.

tensorflow/docs 6234418, ``site/en/tutorials/generative/style_transfer.ipynb``, its second run, with
total variation: max pooling, content of weight 1e4 at block5_conv2, Gram matrices over positions of
weight 1e-2 / 5, 30 times the summed total variation, Adam of rate 0.02, β1 0.99 and ε 0.1 from the
photo, a thousand steps, clipped to [0, 1]. Photo and painting have the same long side.
"""

from __future__ import annotations

from typing import ClassVar, Final, NamedTuple

import tensorflow as tf

from benchmarks.baselines.adam import Moments, adam
from benchmarks.baselines.loop import Baseline, Stage, tensor
from benchmarks.network import Kernels, Network, Tensor
from nst_core import images
from nst_core.images import Picture
from nst_core.vgg import preprocess

__all__ = ["Tutorial", "gram"]

_CONTENT: Final = "block5_conv2"
_STYLE: Final = tuple(f"block{block}_conv1" for block in range(1, 6))
_CONTENT_WEIGHT: Final = 1e4
_STYLE_WEIGHT: Final = 1e-2
_TV_WEIGHT: Final = 30.0
_STEPS: Final = 1000


class TutorialState(NamedTuple):
    """The picture, RGB in [0, 1], Adam's moments and targets."""

    x: Tensor
    moments: Moments
    content: Tensor
    grams: tuple[Tensor, ...]


class Tutorial(Baseline[TutorialState]):
    """A thousand steps of Adam at full size."""

    name: ClassVar[str] = "tutorial"
    source: ClassVar[str] = "tensorflow/docs 6234418"

    def __init__(self, kernels: Kernels, precision: str) -> None:
        self._network = Network(kernels, precision=precision)
        self._compiled = tf.function(self._step)

    def stages(self, height: int, width: int) -> tuple[Stage, ...]:
        """One, of a thousand steps."""
        return (Stage(height, width, _STEPS),)

    def begin(self, content: Picture, style: Picture, stage: Stage) -> TutorialState:
        """The photo itself."""
        x = tensor(content)
        scale = max(stage.height, stage.width) / max(style.shape[:2])
        size = (max(1, round(side * scale)) for side in style.shape[:2])
        strokes = preprocess(tensor(images.resize(style, *size)))
        return TutorialState(
            x,
            Moments.zero(x),
            self._network.features(preprocess(x), [_CONTENT])[_CONTENT],
            tuple(gram(f) for f in self._network.features(strokes, _STYLE).values()),
        )

    def step(self, state: TutorialState) -> tuple[TutorialState, Tensor]:
        """See `Baseline.step`."""
        updated: tuple[TutorialState, Tensor] = self._compiled(state)
        return updated

    def show(self, state: TutorialState) -> Tensor:
        """The picture."""
        return state.x

    def _step(self, state: TutorialState) -> tuple[TutorialState, Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(state.x)
            loss = self._loss(state)
        x, moments = adam(
            state.x, tape.gradient(loss, state.x), state.moments, 0.02, (0.99, 0.999), 0.1
        )
        return state._replace(x=tf.clip_by_value(x, 0.0, 1.0), moments=moments), loss

    def _loss(self, state: TutorialState) -> Tensor:
        maps = self._network.features(preprocess(state.x), (*_STYLE, _CONTENT))
        pairs = zip((maps[name] for name in _STYLE), state.grams, strict=True)
        style = tf.add_n([tf.reduce_mean((gram(f) - target) ** 2) for f, target in pairs])
        content = tf.reduce_mean((maps[_CONTENT] - state.content) ** 2)
        variation = tf.reduce_sum(tf.image.total_variation(state.x))
        weighted = _CONTENT_WEIGHT * content + _STYLE_WEIGHT / len(_STYLE) * style
        return weighted + _TV_WEIGHT * variation


def gram(features: Tensor) -> Tensor:
    """The Gram matrix over positions, (channels, channels), of (1, height, width, channels)."""
    rows = tf.reshape(features, (-1, features.shape[-1]))
    return tf.matmul(rows, rows, transpose_a=True) / tf.cast(tf.shape(rows)[0], tf.float32)
