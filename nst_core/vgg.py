"""VGG19 as a feature extractor: no dense layers, average pooling, no more depth than needed.

Simonyan and Zisserman 2014 (arXiv 1409.1556) for the network; Gatys et al. 2016, section 2, for
average pooling in place of max pooling.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import keras
import tensorflow as tf

from nst_core.errors import WeightsError
from nst_core.settings import VGG19_LAYERS

__all__ = [
    "IMAGENET_MEAN_BGR",
    "Network",
    "build",
    "preprocess",
    "reach",
    "stride",
]

Tensor: TypeAlias = Any  # tensorflow ships no types

# Channel means of ImageNet, blue first, on the 0..255 scale: what the Caffe weights expect.
IMAGENET_MEAN_BGR: Final = (103.939, 116.779, 123.68)


def preprocess(rgb: Tensor) -> Tensor:
    """RGB in [0, 1], (..., 3) → BGR on the 0..255 scale minus ImageNet's mean."""
    return rgb[..., ::-1] * 255.0 - tf.constant(IMAGENET_MEAN_BGR, rgb.dtype)


class Network:
    """Feature maps by layer name.

    Args:
        model: maps preprocessed pictures (n, height, width, 3) to one feature map (n, h, w, c) a
            layer, in the order of `layers`, in whatever float type it computes in. Tests inject
            a tiny one.
        layers: names of the model's outputs.
    """

    def __init__(self, model: keras.Model, layers: Sequence[str]) -> None:
        self.model = model
        self.layers = tuple(layers)
        self.channels = tuple(int(output.shape[-1]) for output in model.outputs)
        self.dtype = str(model.outputs[0].dtype)

    def features(self, rgb: Tensor) -> dict[str, Tensor]:
        """Feature maps of pictures, RGB in [0, 1], (n, height, width, 3)."""
        maps = self.model(tf.cast(preprocess(rgb), self.dtype), training=False)
        return dict(zip(self.layers, maps if isinstance(maps, list) else [maps], strict=True))


def stride(layer: str) -> int:
    """Pixels from one place of a layer's feature map to the next."""
    return 1 << (_block(layer) - 1)


def reach(layer: str) -> int:
    """Most pixels that a place of a layer's feature map sees beyond its own square of `stride`."""
    # Pools stay within their own square.
    return sum(map(stride, VGG19_LAYERS[: VGG19_LAYERS.index(layer) + 1]))


def _block(layer: str) -> int:
    return int(layer[len("block")])


def build(weights: Path | None, layers: Sequence[str], dtype: str = "float32") -> Network:
    """VGG19 with every max pool replaced by an average pool, ending at the deepest of `layers`.

    Convolutions see the picture's edge repeated beyond it, not zeros.

    Args:
        weights: a Keras ``notop`` file; None leaves random kernels.
        layers: convolutions to tap, such as ``block4_conv2``, after their ReLU.
        dtype: what kernels and feature maps are in: ``float32`` or ``bfloat16``. Caffe's
            activations go into the ten thousands, beyond what float16 can hold.

    Raises:
        WeightsError: Keras cannot load the file.
        ValueError: a name that VGG19 does not have.
    """
    try:
        source = keras.applications.VGG19(
            include_top=False, weights=str(weights) if weights else None
        )
    except (OSError, ValueError, KeyError) as error:
        msg = f"The weights file {weights} is damaged. Fetch it again: `nst weights --fetch`."
        raise WeightsError(msg) from error
    return _rebuild(source, layers, dtype)


def _rebuild(source: keras.Model, layers: Sequence[str], dtype: str) -> Network:
    wanted = set(layers)
    taps: dict[str, Tensor] = {}
    copies: list[tuple[keras.layers.Layer, keras.layers.Layer]] = []
    inputs = x = keras.Input((None, None, 3), dtype=dtype)
    for layer in source.layers[1:]:
        if taps.keys() == wanted:
            break
        if isinstance(layer, keras.layers.MaxPooling2D):
            x = _average_pool(layer, dtype)(x)
            continue
        copies.append((copy := _convolution(layer, dtype), layer))
        x = copy(EdgePadding(name=f"{layer.name}_edge", dtype=dtype)(x))
        if layer.name in wanted:
            taps[layer.name] = x
    if missing := wanted - taps.keys():
        msg = f"VGG19 has no layer {min(missing)}"
        raise ValueError(msg)
    for copy, layer in copies:
        copy.set_weights(layer.get_weights())
    return Network(keras.Model(inputs, list(taps.values()), trainable=False), tuple(taps))


class EdgePadding(keras.layers.Layer):  # type: ignore[misc]
    """One more row and column on every side, repeating the outermost.

    Zeros, which VGG19 was trained with, look to it like a frame around the picture, and the
    optimisation paints that frame: burnt edges.
    """

    def call(self, x: Tensor) -> Tensor:
        """(n, height, width, c) → (n, height + 2, width + 2, c)."""
        return tf.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), "SYMMETRIC")

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Where a side is known, it grows by 2."""
        n, height, width, channels = shape
        return (n, height and height + 2, width and width + 2, channels)


def _convolution(layer: keras.layers.Conv2D, dtype: str) -> keras.layers.Conv2D:
    return keras.layers.Conv2D(layer.filters, 3, activation="relu", name=layer.name, dtype=dtype)


def _average_pool(layer: keras.layers.MaxPooling2D, dtype: str) -> keras.layers.AveragePooling2D:
    # "same" keeps the last column of an odd width; TensorFlow averages its real pixels only, so
    # even sizes give exactly what "valid" gives.
    return keras.layers.AveragePooling2D(2, strides=2, padding="same", name=layer.name, dtype=dtype)
