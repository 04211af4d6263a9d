"""Katherine Crowson's schedule: coarse to fine, Wasserstein-2, averaged iterates.

crowsonkb/style-transfer-pytorch e7e2c71 (the loss since 4cba99d): max pooling, the edge repeated
before the first convolution; content of weight 0.015 at relu4_2, mean squared; at relu1_1 to
relu5_1, weighted 256:64:16:4:1, the 2-Wasserstein distance of mean and covariance + 1e-4, in means
over channels, by 12 Newton-Schulz iterations; a nine-point total variation of weight 2; Adam of
rate 0.02 and β 0.9, 0.99, clipped to [0, 1], whose moments are resized from scale to scale;
exponential averaging of 0.99; scales of √2 from 128, a thousand steps on the first, 500 on each
other. The painting's long side is at most the scale.

It is written for torchvision's VGG19. Here, on the Caffe weights, features are divided by 57.375,
the ratio of the two networks' input scales. The root's gradient is taken in closed form from the
same iteration, which is cheaper than the second iteration of the original: a kindness to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final, NamedTuple

import tensorflow as tf

from benchmarks.baselines.adam import Moments, adam
from benchmarks.baselines.loop import Baseline, Stage, tensor
from benchmarks.network import Edges, Kernels, Network, Tensor
from nst_core import images
from nst_core.images import Picture, fit
from nst_core.vgg import preprocess

__all__ = ["Crowson", "newton_schulz", "wasserstein"]

_CONTENT: Final = "block4_conv2"
_STYLE: Final = {f"block{k}_conv1": 4.0 ** (5 - k) / 341 for k in range(1, 6)}
_INPUT_RATIO: Final = 255 * 0.225
_SMALLEST: Final = 128
_FIRST_STEPS, _STEPS = 1000, 500
_CONTENT_WEIGHT: Final = 0.015
_TV_WEIGHT: Final = 2.0
_DECAY: Final = 0.99
_RIDGE: Final = 1e-4
_ITERATIONS: Final = 12


class StyleTarget(NamedTuple):
    """A layer's mean, (channels,), covariance and its root, (channels, channels)."""

    mean: Tensor
    covariance: Tensor
    root: Tensor


class CrowsonState(NamedTuple):
    """The picture, RGB in [0, 1], Adam's moments, the sum and weight of averages, targets."""

    x: Tensor
    moments: Moments
    sum: Tensor
    weight: Tensor
    content: Tensor
    styles: tuple[StyleTarget, ...]

    def average(self) -> Tensor:
        return self.sum / self.weight


class Crowson(Baseline[CrowsonState]):
    """Two thousand and more steps of Adam from coarse to fine."""

    name: ClassVar[str] = "crowsonkb"
    source: ClassVar[str] = "crowsonkb/style-transfer-pytorch e7e2c71"

    def __init__(self, kernels: Kernels, precision: str) -> None:
        self._network = Network(kernels, edges=Edges.FIRST_REPEATED, precision=precision)
        self._compiled = tf.function(self._step)
        self._targets = tf.function(self._style_targets)

    def stages(self, height: int, width: int) -> tuple[Stage, ...]:
        """From a long side of about 128 to the photo's own, each √2 times the one before."""
        longest = max(height, width)
        sizes, scale = [longest], round(longest / 2**0.5)
        while scale >= _SMALLEST:
            sizes.insert(0, scale)
            scale = round(longest / 2 ** (len(sizes) / 2))
        steps = [_FIRST_STEPS] + [_STEPS] * (len(sizes) - 1)
        shapes = [fit((width, height), size) for size in sizes]
        return tuple(Stage(h, w, n) for (w, h), n in zip(shapes, steps, strict=True))

    def begin(self, content: Picture, style: Picture, stage: Stage) -> CrowsonState:
        """The photo itself."""
        x = tensor(images.resize(content, stage.height, stage.width))
        return self._start(content, style, stage, x, Moments.zero(x))

    def enlarge(
        self, content: Picture, style: Picture, stage: Stage, before: CrowsonState
    ) -> CrowsonState:
        """The average of the scale before, and Adam's moments, enlarged."""
        return self._start(content, style, stage, *_enlarged(before, (stage.height, stage.width)))

    def _start(
        self, content: Picture, style: Picture, stage: Stage, x: Tensor, moments: Moments
    ) -> CrowsonState:
        photo = tensor(images.resize(content, stage.height, stage.width))
        longest = max(stage.height, stage.width)
        width, height = fit((style.shape[1], style.shape[0]), longest)
        return CrowsonState(
            x,
            moments,
            (1 - _DECAY) * x,
            tf.constant(1 - _DECAY),
            self._features(photo, [_CONTENT])[_CONTENT],
            self._targets(tensor(images.resize(style, height, width))),
        )

    def step(self, state: CrowsonState) -> tuple[CrowsonState, Tensor]:
        """See `Baseline.step`."""
        updated: tuple[CrowsonState, Tensor] = self._compiled(state)
        return updated

    def show(self, state: CrowsonState) -> Tensor:
        """The averaged iterate."""
        return state.average()

    def _features(self, rgb: Tensor, layers: list[str]) -> dict[str, Tensor]:
        maps = self._network.features(preprocess(rgb), layers)
        return {name: features / _INPUT_RATIO for name, features in maps.items()}

    def _style_targets(self, rgb: Tensor) -> tuple[StyleTarget, ...]:
        maps = self._features(rgb, [*_STYLE])
        moments = (_moments(maps[name]) for name in _STYLE)
        return tuple(StyleTarget(mean, cov, newton_schulz(cov)[0]) for mean, cov in moments)

    def _step(self, state: CrowsonState) -> tuple[CrowsonState, Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(state.x)
            loss = self._loss(state)
        x, moments = adam(
            state.x, tape.gradient(loss, state.x), state.moments, 0.02, (0.9, 0.99), 1e-8
        )
        x = tf.clip_by_value(x, 0.0, 1.0)
        total = _DECAY * state.sum + (1 - _DECAY) * x
        weight = _DECAY * state.weight + (1 - _DECAY)
        return state._replace(x=x, moments=moments, sum=total, weight=weight), loss

    def _loss(self, state: CrowsonState) -> Tensor:
        maps = self._features(state.x, [*_STYLE, _CONTENT])
        content = tf.reduce_mean((maps[_CONTENT] - state.content) ** 2)
        style = tf.add_n(
            [
                weight * wasserstein(*_moments(maps[name]), target)
                for (name, weight), target in zip(_STYLE.items(), state.styles, strict=True)
            ]
        )
        return _CONTENT_WEIGHT * content + style + _TV_WEIGHT * _variation(state.x)


def _enlarged(state: CrowsonState, size: tuple[int, int]) -> tuple[Tensor, Moments]:
    x = tf.clip_by_value(tf.image.resize(state.average(), size, "bicubic"), 0.0, 1.0)
    first = tf.image.resize(state.moments.first, size, "bicubic")
    second = tf.nn.relu(tf.image.resize(state.moments.second, size, "bilinear"))
    return x, Moments(first, second, state.moments.count)


def _moments(features: Tensor) -> tuple[Tensor, Tensor]:
    rows = tf.reshape(features, (-1, features.shape[-1]))
    mean = tf.reduce_mean(rows, 0)
    centred = rows - mean
    count = tf.cast(tf.shape(rows)[0], tf.float32)
    covariance = tf.matmul(centred, centred, transpose_a=True) / count
    return mean, covariance + _RIDGE * tf.eye(features.shape[-1])


def wasserstein(mean: Tensor, covariance: Tensor, target: StyleTarget) -> Tensor:
    """Squared 2-Wasserstein distance of two normal distributions, divided by the channels."""
    traces = tf.linalg.trace(covariance) + tf.linalg.trace(target.covariance)
    moved = tf.reduce_sum((mean - target.mean) ** 2)
    crossed = traces - 2 * _root_trace(covariance, target.root)
    return (moved + crossed) / mean.shape[-1]


def _root_trace(covariance: Tensor, root: Tensor) -> Tensor:
    """The trace of (root · covariance · root)^½, with its gradient ½ root · (…)^-½ · root."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def trace(matrix: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        half, inverse = newton_schulz(root @ matrix @ root)
        gradient = 0.5 * (root @ inverse @ root)
        return tf.linalg.trace(half), lambda upstream: upstream * gradient

    return trace(covariance)


def newton_schulz(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """The square root of a positive matrix and its inverse (Higham 2008, equation 6.35)."""
    norm = tf.norm(matrix)
    identity = tf.eye(matrix.shape[-1])
    half, inverse = matrix / norm, identity
    for _ in range(_ITERATIONS):
        turn = 1.5 * identity - 0.5 * (inverse @ half)
        half, inverse = half @ turn, turn @ inverse
    return half * tf.sqrt(norm), inverse / tf.sqrt(norm)


def _variation(x: Tensor) -> Tensor:
    """Squared differences to the eight neighbours; the diagonal ones count a quarter."""
    around = tf.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), "SYMMETRIC")
    middle = around[:, 1:-1, 1:-1]
    straight = _square(around[:, 1:-1, 2:] - middle) + _square(around[:, 2:, 1:-1] - middle)
    falling = _square(around[:, 1:, 1:] - around[:, :-1, :-1])
    rising = _square(around[:, 1:, :-1] - around[:, :-1, 1:])
    return 2 * (straight / 3 + (falling + rising) / 12)


def _square(x: Tensor) -> Tensor:
    return tf.reduce_mean(x**2)
