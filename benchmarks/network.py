"""VGG19 as plain convolutions, so that every baseline can have its own pooling and edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from nst_core.settings import VGG19_LAYERS
from nst_core.vgg import IMAGENET_MEAN_BGR

__all__ = ["Edges", "Kernels", "Network", "Pool", "Tensor", "load", "postprocess"]

Tensor: TypeAlias = Any  # tensorflow ships no types
Kernels: TypeAlias = Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
"""Layer name to its kernel, (3, 3, in, out), and its bias, (out,)."""

_AROUND: Final = ((0, 0), (1, 1), (1, 1), (0, 0))


class Pool(StrEnum):
    """How a block hands its features on."""

    MAX = "max"
    AVERAGE = "average"


class Edges(StrEnum):
    """What convolutions see beyond the picture."""

    ZERO = "zero"
    FIRST_REPEATED = "first repeated"


@cache
def load(weights: Path) -> Kernels:
    """The kernels of a Keras ``notop`` file of VGG19."""
    model = keras.applications.VGG19(include_top=False, weights=str(weights))
    return {name: tuple(model.get_layer(name).get_weights()) for name in VGG19_LAYERS}


def postprocess(bgr: Tensor) -> Tensor:
    """The inverse of `nst_core.vgg.preprocess`; nothing is clipped."""
    return ((bgr + tf.constant(IMAGENET_MEAN_BGR, tf.float32)) / 255.0)[..., ::-1]


class Network:
    """VGG19's convolutions, each followed by its ReLU.

    Args:
        kernels: of all layers.
        pool: between the blocks.
        edges: zeros around every convolution's input as in training, or the picture's edge
            repeated before the first one alone.
        precision: ``float32``, or ``mixed`` for convolutions in bfloat16; features are float32.
    """

    def __init__(
        self,
        kernels: Kernels,
        *,
        pool: Pool = Pool.MAX,
        edges: Edges = Edges.ZERO,
        precision: str = "float32",
    ) -> None:
        self._pool, self._edges = pool, edges
        self._dtype = tf.bfloat16 if precision == "mixed" else tf.float32
        self._kernels = {
            name: (tf.cast(kernel, self._dtype), tf.cast(bias, self._dtype))
            for name, (kernel, bias) in kernels.items()
        }

    def features(self, bgr: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Feature maps of preprocessed pictures, (n, height, width, 3), float32, by layer."""
        x, maps = tf.cast(bgr, self._dtype), {}
        deepest = max(map(VGG19_LAYERS.index, layers))
        for index, name in enumerate(VGG19_LAYERS[: deepest + 1]):
            if index and name.endswith("conv1"):
                x = self._pooled(x)
            x = self._convolved(x, name)
            if name in layers:
                maps[name] = tf.cast(x, tf.float32)
        return maps

    def _pooled(self, x: Tensor) -> Tensor:
        if self._pool is Pool.MAX:
            return tf.nn.max_pool2d(x, 2, 2, "VALID")
        return tf.nn.avg_pool2d(x, 2, 2, "SAME")

    def _convolved(self, x: Tensor, name: str) -> Tensor:
        kernel, bias = self._kernels[name]
        if self._edges is Edges.FIRST_REPEATED and name == VGG19_LAYERS[0]:
            y = tf.nn.conv2d(tf.pad(x, _AROUND, "SYMMETRIC"), kernel, 1, "VALID")
        else:
            y = tf.nn.conv2d(x, kernel, 1, "SAME")
        return tf.nn.relu(tf.nn.bias_add(y, bias))
