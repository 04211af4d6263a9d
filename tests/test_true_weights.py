"""Small paintings with the ImageNet weights, judged at a layer that was not optimised."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from nst_core import images, vgg
from nst_core.engine import Engine
from nst_core.losses import content_loss, gram_loss, moments
from nst_core.settings import Precision, Settings
from nst_core.styles import Gallery

pytestmark = pytest.mark.weights

HELD_OUT = "block3_conv3"


@pytest.fixture(scope="module")
def engine(true_weights: Path) -> Engine:
    return Engine(lambda layers, dtype: vgg.build(true_weights, layers, dtype))


@pytest.fixture
def photo(gradient: Callable[[int, int], images.Picture]) -> images.Picture:
    content = gradient(72, 96)
    content[20:50, 30:60] = (0.1, 0.2, 0.9)
    return content


@pytest.fixture
def style() -> images.Picture:
    return images.decode(next(iter(Gallery.load())).read(), max_side=96)


def test_painting_has_the_styles_texture_and_the_photos_forms(
    engine: Engine, true_weights: Path, photo: images.Picture, style: images.Picture
) -> None:
    judge = vgg.build(true_weights, [HELD_OUT])

    def features(picture: images.Picture) -> tf.Tensor:
        return judge.features(tf.constant(picture[np.newaxis]))[HELD_OUT]

    def gram_matrix(picture: images.Picture) -> tf.Tensor:
        return moments(features(picture)).second

    def to_style(picture: images.Picture) -> float:
        return float(gram_loss(gram_matrix(picture), gram_matrix(style)))

    painting = engine.stylize(photo, [style], Settings(size=96, steps=40)).picture
    assert to_style(painting) < 0.4 * to_style(photo)
    assert float(content_loss(features(painting), features(photo))) < float(
        content_loss(features(images.resize(style, 72, 96)), features(photo))
    )
    clipped = np.mean((painting < 0.002) | (painting > 0.998))
    assert clipped < 0.05


def test_mixed_precision_paints_the_same_picture(
    engine: Engine, photo: images.Picture, style: images.Picture
) -> None:
    fine, mixed = (
        engine.stylize(photo, [style], Settings(size=96, steps=20, precision=precision))
        for precision in (Precision.FLOAT32, Precision.MIXED)
    )
    assert (fine.precision, mixed.precision) == ("float32", "bfloat16")
    assert mixed.losses[-1].total == pytest.approx(fine.losses[-1].total, rel=0.02)
    # Single strokes fall here or there, as they would after the least change of the photo, but
    # forms and colours are the same.
    blurred, other, before = (images.resize(p, 9, 12) for p in (fine.picture, mixed.picture, photo))
    assert 0 < np.abs(blurred - other).mean() < 0.15 * np.abs(blurred - before).mean()


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_one_colour_is_a_style_and_a_photo(
    engine: Engine, photo: images.Picture, style: images.Picture, value: float
) -> None:
    flat = np.full((72, 96, 3), value, np.float32)
    for content, painting in ((photo, flat), (flat, style), (flat, flat)):
        result = engine.stylize(content, [painting], Settings(size=96, steps=3))
        assert np.isfinite(result.picture).all()
