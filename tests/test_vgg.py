"""The network: really VGG19, really average pooling, and nothing more than is needed."""

from __future__ import annotations

from pathlib import Path

import h5py
import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from nst_core import vgg
from nst_core.settings import VGG19_LAYERS

Array = npt.NDArray[np.float64]


def conv_relu(x: Array, kernel: Array, bias: Array) -> Array:
    """3×3 convolution that repeats the edge, then ReLU, spelt out."""
    height, width, _ = x.shape
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)), mode="edge")
    total = np.zeros((height, width, kernel.shape[3]))
    for row in range(3):
        for column in range(3):
            window = padded[row : row + height, column : column + width]
            total += window @ kernel[row, column]
    relu: Array = np.maximum(total + bias, 0)
    return relu


def average_pool(x: Array) -> Array:
    height, width, channels = x.shape
    blocks = x.reshape(height // 2, 2, width // 2, 2, channels)
    mean: Array = blocks.mean(axis=(1, 3))
    return mean


def reference_features(weights: Path, rgb: Array, layers: set[str]) -> dict[str, Array]:
    """VGG19 in NumPy, straight from the weights file."""
    mean = np.array([103.939, 116.779, 123.68])
    x = rgb[..., ::-1] * 255 - mean
    found = {}
    with h5py.File(weights) as file:
        for index, name in enumerate(VGG19_LAYERS):
            if index and name.endswith("conv1"):
                x = average_pool(x)
            kernel, bias = (file[f"{name}/{name}_{part}_1:0"][()] for part in ("W", "b"))
            x = conv_relu(x, kernel.astype(float), bias.astype(float))
            if name in layers:
                found[name] = x
    return found


def check_against_numpy(weights: Path) -> None:
    layers = {"block1_conv1", "block2_conv2", "block4_conv2", "block5_conv4"}
    rgb = np.random.default_rng(1).random((32, 48, 3))
    expected = reference_features(weights, rgb, layers)
    network = vgg.build(weights, sorted(layers))
    found = network.features(tf.constant(rgb[np.newaxis], tf.float32))
    for name in layers:
        scale = np.abs(expected[name]).max()
        assert scale > 0
        assert np.abs(found[name][0] - expected[name]).max() / scale < 1e-4, name


def test_features_equal_an_independent_computation(random_weights: Path) -> None:
    check_against_numpy(random_weights)


@pytest.mark.weights
def test_true_features_equal_an_independent_computation(true_weights: Path) -> None:
    check_against_numpy(true_weights)


def test_no_max_pool_is_left() -> None:
    kinds = [type(layer) for layer in vgg.build(None, ["block5_conv4"]).model.layers]
    assert keras.layers.MaxPooling2D not in kinds
    assert kinds.count(keras.layers.AveragePooling2D) == 4


def test_pooling_argument_of_keras_would_leave_max_pools() -> None:
    """The mistake that this network is built to avoid: `pooling='avg'` acts after the last pool."""
    tutorial = keras.applications.VGG19(include_top=False, weights=None, pooling="avg")
    kinds = [type(layer) for layer in tutorial.layers]
    assert kinds.count(keras.layers.MaxPooling2D) == 5


def test_pools_average_a_checkerboard() -> None:
    model = vgg.build(None, ["block2_conv1"]).model
    pool = model.get_layer("block1_pool")
    checker = np.array([[0.0, 4.0], [4.0, 0.0]], np.float32).reshape(1, 2, 2, 1)
    assert pool(checker).numpy().ravel() == pytest.approx([2.0])


def test_pools_keep_the_last_column_of_an_odd_width() -> None:
    pool = vgg.build(None, ["block2_conv1"]).model.get_layer("block1_pool")
    row = np.array([1.0, 3.0, 7.0], np.float32).reshape(1, 1, 3, 1)
    assert pool(row).numpy().ravel() == pytest.approx([2.0, 7.0])


def test_flat_picture_has_no_frame(random_weights: Path) -> None:
    """With zeros beyond the border, every feature map would show one."""
    features = vgg.build(random_weights, ["block3_conv1"]).features(tf.fill((1, 32, 32, 3), 0.7))
    maps = features["block3_conv1"].numpy()
    assert maps.max() > 0
    assert np.ptp(maps, axis=(1, 2)).max() < 1e-3 * maps.max()


@pytest.mark.parametrize("deepest", ["block1_conv1", "block3_conv4", "block5_conv1"])
def test_network_ends_at_the_deepest_layer_needed(deepest: str) -> None:
    model = vgg.build(None, ["block1_conv1", deepest]).model
    assert model.layers[-1].name == deepest


@pytest.mark.parametrize("layer", ["block1_conv1", "block2_conv1", "block3_conv1", "block4_conv2"])
def test_bfloat16_features_are_roughly_the_same(random_weights: Path, layer: str) -> None:
    rgb = tf.constant(np.random.default_rng(1).random((1, 32, 48, 3)), tf.float32)
    fine, rough = (
        vgg.build(random_weights, [layer], dtype).features(rgb)[layer]
        for dtype in ("float32", "bfloat16")
    )
    assert rough.dtype == tf.bfloat16
    error = np.linalg.norm(tf.cast(rough, tf.float32) - fine) / np.linalg.norm(fine)
    # A mantissa of 8 bits: something is lost, but not much.
    assert 0 < error < 0.02


def test_network_tells_what_it_computes_in() -> None:
    for dtype in ("float32", "bfloat16"):
        network = vgg.build(None, ["block1_conv1", "block3_conv1"], dtype)
        assert network.dtype == dtype
        assert {str(weight.dtype) for weight in network.model.weights} == {dtype}
        assert dict(zip(network.layers, network.channels, strict=True)) == {
            "block1_conv1": 64,
            "block3_conv1": 256,
        }


PROBED = ["block1_conv1", "block1_conv2", "block2_conv2", "block3_conv4", "block4_conv2"]


def test_stride_tells_the_size_of_every_feature_map(random_weights: Path) -> None:
    maps = vgg.build(random_weights, PROBED).features(tf.zeros((1, 37, 50, 3)))
    for layer in PROBED:
        stride = vgg.stride(layer)
        assert maps[layer].shape[1:3] == (-(-37 // stride), -(-50 // stride))


@pytest.mark.parametrize("layer", [*PROBED, "block5_conv1"])
def test_a_changed_pixel_is_seen_within_reach_alone(random_weights: Path, layer: str) -> None:
    """What strips of a canvas rest on: beyond their halo nothing can matter."""
    network, stride, reach = vgg.build(random_weights, [layer]), vgg.stride(layer), vgg.reach(layer)
    height = -(-2 * (reach + stride) // stride) * stride + 3
    picture = np.random.default_rng(1).random((1, height, 18, 3)).astype(np.float32)
    before = network.features(tf.constant(picture))[layer].numpy()
    for row in (0, height // 2, height // 2 + 1, height - 1):
        changed = picture.copy()
        changed[0, row] = 1 - changed[0, row]
        after = network.features(tf.constant(changed))[layer].numpy()
        # Far from what changed, sums may be taken in another order.
        differs = np.abs(after - before).max((0, 2, 3)) > 1e-5 * np.abs(before).max()
        places = np.flatnonzero(differs)
        assert places.min() * stride - reach <= row
        assert row < (places.max() + 1) * stride + reach


@pytest.mark.parametrize("layer", [*PROBED, "block5_conv1"])
def test_reach_is_hardly_more_than_what_a_place_sees(random_weights: Path, layer: str) -> None:
    """Exact, by the gradient: a changed pixel's trace may be too faint to be told from rounding."""
    network, stride, reach = vgg.build(random_weights, [layer]), vgg.stride(layer), vgg.reach(layer)
    middle = -(-reach // stride) + 1
    rgb = tf.constant(
        np.random.default_rng(1).random((1, (2 * middle + 1) * stride, 18, 3)), tf.float32
    )
    with tf.GradientTape() as tape:
        tape.watch(rgb)
        place = tf.reduce_sum(network.features(rgb)[layer][:, middle])
    rows = np.flatnonzero(tape.gradient(place, rgb).numpy().any((0, 2, 3)))
    above, below = middle * stride - rows.min(), rows.max() + 1 - (middle + 1) * stride
    assert above == below
    assert reach - stride < above <= reach


def test_unknown_layer_is_named() -> None:
    with pytest.raises(ValueError, match="fc7"):
        vgg.build(None, ["fc7"])


def test_preprocessing_is_caffes() -> None:
    red = tf.constant([[1.0, 0.0, 0.0]])
    blue, green, red_ = vgg.preprocess(red).numpy()[0]
    assert (blue, green, red_) == pytest.approx((-103.939, -116.779, 255 - 123.68), abs=1e-4)
