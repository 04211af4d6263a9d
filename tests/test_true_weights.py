"""One small painting with the ImageNet weights, judged at a layer that was not optimised."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from nst_core import images, vgg
from nst_core.engine import Engine
from nst_core.losses import content_loss, gram_matrix, style_loss
from nst_core.settings import Settings
from nst_core.styles import Gallery

HELD_OUT = "block3_conv3"


@pytest.mark.weights
def test_painting_has_the_styles_texture_and_the_photos_forms(
    true_weights: Path, gradient: Callable[[int, int], images.Picture]
) -> None:
    engine = Engine(lambda layers: vgg.build(true_weights, layers))
    judge = vgg.build(true_weights, [HELD_OUT])
    style = images.decode(next(iter(Gallery.load())).read(), max_side=96)
    content = gradient(72, 96)
    content[20:50, 30:60] = (0.1, 0.2, 0.9)

    def features(picture: images.Picture) -> tf.Tensor:
        return judge.features(tf.constant(picture[np.newaxis]))[HELD_OUT]

    def to_style(picture: images.Picture) -> float:
        return float(style_loss(gram_matrix(features(picture)), gram_matrix(features(style))))

    painting = engine.stylize(content, [style], Settings(size=96, steps=40)).picture
    assert to_style(painting) < 0.4 * to_style(content)
    assert float(content_loss(features(painting), features(content))) < float(
        content_loss(features(images.resize(style, 72, 96)), features(content))
    )
    clipped = np.mean((painting < 0.002) | (painting > 0.998))
    assert clipped < 0.05
