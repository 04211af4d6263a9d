"""The seed article's loop, its defects kept.

Tarun Bisht, "Neural Style Transfer using TensorFlow 2", 2020-03-11; tarun-bisht/tensorflow-scripts
ac0d86c, ``Neural Style Transfer/style_transfer.py``: max pooling, where it means average pooling;
Gram matrices divided by channels alone (l. 159-177); Adam of rate 5 on 0..255, ten steps, from the
photo plus N(0, 1); the *mean-subtracted* picture clipped to 0..255 (l. 230), so that everything
darker than ImageNet's mean becomes the mean; the style squeezed into the photo's shape; the result
is the best picture by the loss of the step before it (l. 229-237). The photo keeps its shape here.
"""

from __future__ import annotations

from typing import ClassVar, Final, NamedTuple

import tensorflow as tf

from benchmarks.baselines.adam import Moments, adam
from benchmarks.baselines.loop import Baseline, Stage, tensor
from benchmarks.network import Kernels, Network, Tensor, postprocess
from nst_core import images
from nst_core.images import Picture
from nst_core.vgg import preprocess

__all__ = ["Article"]

_CONTENT: Final = "block4_conv2"
_STYLE: Final = tuple(f"block{block}_conv1" for block in range(1, 6))
_ALPHA: Final = 0.001
_STEPS: Final = 10
_HOPELESS: Final = 2e7


class ArticleState(NamedTuple):
    """Preprocessed pictures, Adam's moments and targets."""

    x: Tensor
    moments: Moments
    best: Tensor
    least: Tensor
    content: Tensor
    grams: tuple[Tensor, ...]


class Article(Baseline[ArticleState]):
    """Ten large steps of Adam."""

    name: ClassVar[str] = "article"
    source: ClassVar[str] = "tarun-bisht/tensorflow-scripts ac0d86c"

    def __init__(self, kernels: Kernels, precision: str) -> None:
        self._network = Network(kernels, precision=precision)
        self._compiled = tf.function(self._step)

    def stages(self, height: int, width: int) -> tuple[Stage, ...]:
        """One, of ten steps."""
        return (Stage(height, width, _STEPS),)

    def begin(self, content: Picture, style: Picture, stage: Stage) -> ArticleState:
        """The photo with a little noise."""
        photo = preprocess(tensor(content))
        squeezed = preprocess(tensor(images.resize(style, stage.height, stage.width)))
        x = photo + tf.random.stateless_normal(tf.shape(photo), (0, 0))
        return ArticleState(
            x,
            Moments.zero(x),
            x,
            tf.constant(_HOPELESS),
            self._network.features(photo, [_CONTENT])[_CONTENT],
            tuple(_gram(f) for f in self._network.features(squeezed, _STYLE).values()),
        )

    def step(self, state: ArticleState) -> tuple[ArticleState, Tensor]:
        """See `Baseline.step`."""
        updated: tuple[ArticleState, Tensor] = self._compiled(state)
        return updated

    def show(self, state: ArticleState) -> Tensor:
        """The best picture so far, as the article chooses it."""
        return postprocess(state.best)

    def _step(self, state: ArticleState) -> tuple[ArticleState, Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(state.x)
            loss = self._loss(state)
        x, moments = adam(
            state.x, tape.gradient(loss, state.x), state.moments, 5.0, (0.9, 0.999), 1e-7
        )
        x = tf.clip_by_value(x, 0.0, 255.0)
        best = tf.where(loss < state.least, x, state.best)
        least = tf.minimum(loss, state.least)
        return state._replace(x=x, moments=moments, best=best, least=least), loss

    def _loss(self, state: ArticleState) -> Tensor:
        maps = self._network.features(state.x, (*_STYLE, _CONTENT))
        content = tf.reduce_mean((maps[_CONTENT] - state.content) ** 2)
        pairs = zip((maps[name] for name in _STYLE), state.grams, strict=True)
        return _ALPHA * content + tf.add_n([_style_loss(_gram(f), gram) for f, gram in pairs])


def _gram(features: Tensor) -> Tensor:
    rows = tf.reshape(features, (-1, features.shape[-1]))
    return tf.matmul(rows, rows, transpose_a=True) / features.shape[-1]


def _style_loss(one: Tensor, other: Tensor) -> Tensor:
    channels = one.shape[-1]
    return tf.reduce_mean((one - other) ** 2) / (2 * channels**3) ** 2
