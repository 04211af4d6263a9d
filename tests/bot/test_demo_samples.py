"""The sample pictures are all there, as promised, and their scenes never change by themselves."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bot.demo.samples import SAMPLES, Sample
from bot.demo.samples.scenery import SCENES


def names(sample: Sample) -> str:
    return sample.name


@pytest.mark.parametrize("sample", SAMPLES, ids=names)
def test_the_picture_is_as_the_catalogue_says(sample: Sample) -> None:
    with Image.open(sample.file) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (sample.width, sample.height)
        assert picture.mode == "RGB"
        picture.load()
    assert max(sample.width, sample.height) == 1280
    assert sample.title


def test_pictures_are_light_to_ship() -> None:
    assert sum(sample.file.stat().st_size for sample in SAMPLES) < 1_500_000


def test_every_picture_has_its_scene() -> None:
    assert {sample.name for sample in SAMPLES} == set(SCENES)
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)


def test_a_scene_is_the_same_every_time() -> None:
    one, other = (np.asarray(SCENES["still_life"]((48, 36))) for _ in range(2))
    assert one.shape == (36, 48, 3)
    assert np.array_equal(one, other)
    assert one.std() > 20
