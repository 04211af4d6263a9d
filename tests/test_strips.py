"""Strips of rows give the whole canvas' gradient, on the real graph with random kernels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pytest
import tensorflow as tf

from nst_core import optimizers, vgg
from nst_core.images import Picture
from nst_core.objective import Area, Objective, Targets, Weights
from nst_core.settings import VGG19_LAYERS, Optimizer, Settings, Statistic
from nst_core.strips import Strips, halo

Paint = Callable[[int, int], Picture]
Tensor: TypeAlias = Any

# Rows that strips see beyond their own: 8, 20 and 96.
SHALLOW = ("block2_conv2",), ("block1_conv1",)
MIDDLE = ("block3_conv2",), ("block1_conv2", "block3_conv1")
DEEP = ("block4_conv2",), ("block1_conv2", "block3_conv1", "block5_conv1")


class Case(NamedTuple):
    """A canvas under work, and all that a step needs to know of it."""

    objective: Objective
    canvas: Tensor
    photo: Tensor
    targets: Targets
    weights: Weights


class Networks:
    """The random VGG19, built once for each set of layers."""

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        self._built: dict[tuple[str, ...], vgg.Network] = {}

    def case(
        self,
        statistic: Statistic,
        layers: tuple[tuple[str, ...], tuple[str, ...]],
        photo: Picture,
        style: Picture,
    ) -> Case:
        content_layers, style_layers = layers
        names = (*content_layers, *style_layers)
        if names not in self._built:
            self._built[names] = vgg.build(self._weights, names)
        objective = Objective(
            self._built[names],
            content_layers,
            style_layers,
            statistic,
            optimizers.of(Optimizer.ADAM),
        )
        noise = np.random.default_rng(0).normal(0, 0.1, photo.shape)
        canvas = np.clip(photo + noise, 0, 1).astype(np.float32)
        whole = tf.constant(photo[np.newaxis])
        settings = Settings(
            content_layers=dict.fromkeys(content_layers, 1.0),
            style_layers=dict.fromkeys(style_layers, 1.0),
        )
        style_targets = objective.style_targets(
            objective.style_moments(tf.constant(style[np.newaxis]))
        )
        return Case(
            objective,
            tf.constant(canvas[np.newaxis]),
            whole,
            Targets(objective.content_targets(whole), style_targets),
            Weights.of(settings, objective.style_moments(whole), style_targets),
        )


@pytest.fixture(scope="module")
def networks(random_weights: Path) -> Networks:
    return Networks(random_weights)


def whole_gradient(case: Case, area: Area | None) -> tuple[Tensor, Tensor]:
    with tf.GradientTape() as tape:
        tape.watch(case.canvas)
        parts = case.objective.loss(case.canvas, case.targets, case.weights, area)
        total = tf.reduce_sum(parts)
    gradient = tape.gradient(total, case.canvas)
    return gradient if area is None else gradient * area.pixels, parts


def slanted(case: Case) -> Area:
    """White above, black below, grey between."""
    _, height, width, _ = case.canvas.shape
    y, x = np.mgrid[0 : 1.5 : height * 1j, 0 : 0.5 : width * 1j]
    mask = np.clip(1.2 - y - x, 0, 1).astype(np.float32)
    return Area.of(tf.constant(mask[np.newaxis, ..., np.newaxis]), case.objective.style_layers)


def apart(value: Tensor, other: Tensor) -> float:
    """Distance of two tensors in terms of the second."""
    return float(tf.norm(value - other) / tf.norm(other))


def differs(case: Case, strips: Strips, area: Area | None) -> tuple[float, float]:
    """How far the strips' gradient and their losses are from the whole canvas' own."""
    gradient, parts = strips.gradient(case.canvas, case.targets, case.weights, area)
    wanted, losses = whole_gradient(case, area)
    assert gradient.shape == case.canvas.shape
    return apart(gradient, wanted), apart(parts, losses)


@pytest.mark.parametrize("statistic", list(Statistic))
def test_the_gradient_is_the_whole_canvas_own(
    networks: Networks, gradient: Paint, statistic: Statistic
) -> None:
    case = networks.case(statistic, MIDDLE, gradient(131, 73), gradient(60, 90)[::-1].copy())
    strips = Strips(case.objective, 131, 32)
    for area in (None, slanted(case)):
        slope, losses = differs(case, strips, area)
        # Square roots of the features themselves, and of their moments: rounded differently.
        rounding = 20 if statistic is Statistic.WASSERSTEIN else 1
        assert slope < 1e-4 * rounding
        assert losses < 1e-5 * rounding


def test_strips_may_have_any_height(networks: Networks, gradient: Paint) -> None:
    """Odd sizes, a last strip of one row, a strip that is larger than the canvas."""
    case = networks.case(Statistic.GRAM, SHALLOW, gradient(61, 37), gradient(40, 50)[::-1].copy())
    for rows in (8, 20, 60, 64):
        slope, losses = differs(case, Strips(case.objective, 61, rows), slanted(case))
        assert slope < 1e-5, rows
        assert losses < 1e-5, rows


def test_the_deepest_block_is_within_reach(networks: Networks, gradient: Paint) -> None:
    case = networks.case(Statistic.MOMENTS, DEEP, gradient(251, 19), gradient(64, 40)[::-1].copy())
    margin, stride = halo(case.objective.network.layers)
    assert 2 * margin + 3 * stride < 251, "a strip in the middle sees only a part"
    slope, losses = differs(case, Strips(case.objective, 251, 3 * stride), slanted(case))
    assert slope < 1e-4
    assert losses < 1e-5


def test_targets_are_the_whole_canvas_own(networks: Networks, gradient: Paint) -> None:
    case = networks.case(Statistic.GRAM, MIDDLE, gradient(131, 73), gradient(40, 50))
    strips = Strips(case.objective, 131, 48)
    for got, wanted in zip(strips.content_targets(case.photo), case.targets.content, strict=True):
        assert got.shape == wanted.shape
        assert got.numpy() == pytest.approx(wanted.numpy(), rel=1e-4, abs=1e-3)
    moments = case.objective.style_moments(case.photo)
    for measured, known in zip(strips.style_moments(case.photo), moments, strict=True):
        assert apart(measured.mean, known.mean) < 1e-5
        assert apart(measured.second, known.second) < 1e-5


@pytest.mark.parametrize("layer", VGG19_LAYERS)
def test_margins_come_in_strides(layer: str) -> None:
    margin, stride = halo(("block1_conv1", layer))
    assert margin % stride == 0
    assert stride == 2 ** (int(layer[5]) - 1)
    assert margin - stride < max(vgg.reach(layer), 1) <= margin, "no wider than it must be"


def test_more_strips_are_more_work(networks: Networks, gradient: Paint) -> None:
    case = networks.case(Statistic.GRAM, MIDDLE, gradient(131, 73), gradient(40, 50))
    one, few, many = (Strips(case.objective, 131, rows).toll for rows in (160, 64, 16))
    assert one == pytest.approx(4 / 3), "forward twice, back once"
    assert one < few < many
