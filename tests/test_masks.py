"""Masks: what is black stays black, what is white ends softly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_core import images
from nst_core.errors import InvalidSettings
from nst_core.images import Picture
from nst_core.masks import Mask, blended, check, feathered, from_picture

Box = tuple[int, int, int, int]


def picture_of(mask: Mask) -> Picture:
    return np.repeat(mask[..., np.newaxis], 3, -1).astype(np.float32)


def disc(height: int, width: int, radius: float) -> Mask:
    y, x = np.mgrid[0:height, 0:width]
    inside = (y - height / 2) ** 2 + (x - width / 2) ** 2 < radius**2
    return np.asarray(inside, np.float32)


def boxes() -> st.SearchStrategy[Box]:
    """Height and width of a frame, and where in it a white box begins."""
    return st.tuples(
        st.integers(60, 400), st.integers(60, 400), st.integers(0, 10), st.integers(0, 10)
    )


def test_lightness_is_the_mask() -> None:
    picture = np.zeros((40, 60, 3), np.float32)
    picture[:, 20:40] = (0.9, 0.4, 0.2)
    picture[:, 40:] = 1
    mask = from_picture(picture, 40, 60)
    assert mask.dtype == np.float32
    assert mask.shape == (40, 60)
    assert not mask[:, :20].any()
    assert mask[:, 20:40] == pytest.approx(0.5, abs=1e-6)
    assert (mask[:, 40:] == 1).all()


@pytest.mark.parametrize(("height", "width"), [(30, 45), (400, 600), (50, 20), (1, 1)])
def test_it_takes_any_size(height: int, width: int) -> None:
    mask = from_picture(picture_of(disc(100, 150, 45)), height, width)
    assert mask.shape == (height, width)
    assert 0 <= mask.min() <= mask.max() <= 1
    share = disc(100, 150, 45).mean()
    assert mask.mean() == pytest.approx(share, abs=0.02) or (height, width) == (1, 1)


@pytest.mark.parametrize("quality", [30, 60, 95])
def test_the_noise_of_a_jpeg_is_black_and_white(quality: int) -> None:
    drawn = np.zeros((96, 160), np.float32)
    drawn[:, 80:] = 1
    rough = images.decode(images.encode_jpeg(np.clip(picture_of(drawn), 0.01, 0.99), quality))
    assert 0 < rough[:, :72].max() < 0.04, "the file has no true black"
    mask = from_picture(rough, 96, 160)
    assert not mask[:, :72].any()
    assert (mask[:, 88:] == 1).all()


@pytest.mark.parametrize("value", [0.0, 0.02, 0.04])
def test_a_black_mask_is_refused(value: float) -> None:
    mask = from_picture(np.full((40, 60, 3), value, np.float32), 40, 60)
    assert not mask.any()
    with pytest.raises(InvalidSettings, match="must be white"):
        check(mask)


def test_specks_are_refused() -> None:
    """They are narrower than the soft edge: nothing of them would be painted."""
    rng = np.random.default_rng(0)
    mask = np.zeros((300, 400), np.float32)
    mask[rng.integers(0, 300, 30), rng.integers(0, 400, 30)] = 1
    with pytest.raises(InvalidSettings, match="nothing to paint"):
        check(mask)
    mask[100:120, 100:120] = 1
    check(mask)


@given(boxes())
def test_the_soft_edge_lies_inside_the_white(box: Box) -> None:
    height, width, top, left = box
    mask = np.zeros((height, width), np.float32)
    mask[top:, left:] = 1
    soft = feathered(mask)
    assert soft.shape == mask.shape
    assert not soft[mask == 0].any()
    assert 0 <= soft.min() <= soft.max() <= 1
    assert soft[-1, -1] == 1, "the frame is no edge"
    if top > 0:
        assert soft[top, -1] < 0.5
    else:
        assert (soft[: height // 2, -1] == 1).all()


def test_the_inside_reaches_one() -> None:
    mask = disc(300, 400, 100)
    soft = feathered(mask)
    assert not soft[mask == 0].any()
    assert (soft[disc(300, 400, 85) == 1] == 1).all()
    rim = (disc(300, 400, 99) == 1) & (disc(300, 400, 98) == 0)
    assert 0 < soft[rim].mean() < 0.5


def test_the_edge_falls_evenly_to_black() -> None:
    mask = np.zeros((100, 600), np.float32)
    mask[:, 300:] = 1
    row = feathered(mask)[50]
    assert (np.diff(row) >= 0).all()
    assert np.diff(row).max() < 0.2, "no hard step"
    assert 4 <= np.count_nonzero((row > 0) & (row < 1)) <= 30


def test_a_white_mask_has_no_edge() -> None:
    white = np.ones((30, 50), np.float32)
    assert np.array_equal(feathered(white), white)


def test_a_black_mask_stays_black() -> None:
    assert not feathered(np.zeros((30, 50), np.float32)).any()


@given(st.floats(2**-6, 1, width=32))
def test_grey_stays_in_proportion(grey: float) -> None:
    shape = disc(60, 80, 25)
    soft = feathered(np.float32(grey) * shape)
    assert soft == pytest.approx(np.float32(grey) * feathered(shape), abs=1e-6)
    assert soft[30, 40] == np.float32(grey)


def test_a_slope_of_grey_stays_a_slope() -> None:
    slope = np.tile(np.linspace(0.1, 1, 200, dtype=np.float32), (50, 1))
    assert np.array_equal(feathered(slope), slope)


def test_blended_is_exact_at_both_ends() -> None:
    rng = np.random.default_rng(0)
    painting, photo = rng.random((2, 30, 40, 3), dtype=np.float32)
    mask = rng.random((30, 40), dtype=np.float32)
    mask[:10], mask[10:20] = 0, 1
    mixed = blended(painting, photo, mask)
    assert mixed.dtype == np.float32
    assert np.array_equal(mixed[:10], photo[:10])
    assert np.array_equal(mixed[10:20], painting[10:20])
    low, high = np.minimum(painting, photo), np.maximum(painting, photo)
    assert ((low - 1e-6 <= mixed) & (mixed <= high + 1e-6)).all()


def test_blended_keeps_the_photo_from_what_is_no_number() -> None:
    photo = np.full((2, 2, 3), 0.5, np.float32)
    mixed = blended(np.full_like(photo, np.nan), photo, np.zeros((2, 2), np.float32))
    assert np.array_equal(mixed, photo)
