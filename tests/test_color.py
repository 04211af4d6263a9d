"""Palettes: the colours of one picture in another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nst_core.color import Palette, recolored, with_chroma
from nst_core.images import Picture

Paint = Callable[[int, int], Picture]

pictures = arrays(np.float32, (3, 4, 3), elements=st.floats(0, 1, width=32))
# ITU-R BT.601: from RGB to luma Y, Cb and Cr, for values in [0, 1].
BT601 = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])


def soft(seed: int, centre: float = 0.5, spread: float = 0.04) -> Picture:
    """Correlated colours far from black and white, so that nothing is clipped."""
    rng = np.random.default_rng(seed)
    mixing = np.eye(3) + 0.3 * rng.standard_normal((3, 3))
    colors = rng.standard_normal((40, 50, 3)) @ mixing
    return np.asarray(centre + spread * colors / colors.std(), np.float32)


def test_the_result_has_the_palette() -> None:
    wanted = Palette.of(soft(2, 0.4))
    got = Palette.of(recolored(soft(1), wanted))
    assert got.mean == pytest.approx(wanted.mean, abs=1e-4)
    assert got.covariance == pytest.approx(wanted.covariance, rel=0.05, abs=5e-5)


def test_its_own_palette_changes_nothing(gradient: Paint) -> None:
    picture = gradient(30, 40)
    assert recolored(picture, Palette.of(picture)) == pytest.approx(picture, abs=2e-3)


def test_the_amount_goes_from_nothing_to_all() -> None:
    picture, palette = soft(1), Palette.of(soft(2, 0.3))
    assert np.array_equal(recolored(picture, palette, 0.0), picture)
    half, whole = recolored(picture, palette, 0.5), recolored(picture, palette, 1.0)
    assert half == pytest.approx((picture + whole) / 2, abs=1e-6)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_one_colour_on_either_side(value: float) -> None:
    flat, lively = np.full((40, 50, 3), value, np.float32), soft(1)
    assert recolored(lively, Palette.of(flat)) == pytest.approx(flat, abs=0.02)
    mean = np.broadcast_to(lively.mean((0, 1)), lively.shape)
    assert recolored(flat, Palette.of(lively)) == pytest.approx(mean, abs=0.02)


def test_a_mix_is_the_palette_of_all_pictures_together() -> None:
    one, other = soft(1, 0.3), soft(2, 0.6)
    together = Palette.of(np.concatenate([one, one, one, other]))
    mixed = Palette.mixed([Palette.of(one), Palette.of(other)], [3.0, 1.0])
    assert mixed.mean == pytest.approx(together.mean, abs=1e-5)
    assert mixed.covariance == pytest.approx(together.covariance, abs=1e-5)


@given(st.integers(0, 2**32 - 1), st.floats(0, 1), st.floats(0, 0.5))
def test_every_picture_stays_a_picture(seed: int, centre: float, spread: float) -> None:
    picture = np.clip(soft(seed, centre, spread), 0, 1)
    result = recolored(picture, Palette.of(np.clip(soft(seed + 1, 1 - centre, spread), 0, 1)))
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert result.min() >= 0
    assert result.max() <= 1


@given(pictures, pictures)
def test_chroma_is_the_photos_at_every_pixel(painting: Picture, photo: Picture) -> None:
    result = with_chroma(painting, photo)
    assert result.dtype == np.float32
    assert result.min() >= 0
    assert result.max() <= 1
    found, wanted = ((picture @ BT601.T)[..., 1:] for picture in (result, photo))
    assert found == pytest.approx(wanted, abs=1e-5)


@given(pictures, pictures)
def test_luma_is_the_paintings_as_far_as_there_is_room(painting: Picture, photo: Picture) -> None:
    result = with_chroma(painting, photo)
    found, wanted, own = ((p @ BT601.T)[..., 0] for p in (result, painting, photo))
    tint = photo - own[..., np.newaxis]
    darkest, brightest = -tint.min(-1), 1 - tint.max(-1)
    assert found == pytest.approx(np.clip(wanted, darkest, brightest), abs=1e-5)


def test_a_grey_photo_makes_a_grey_painting(gradient: Paint) -> None:
    painting = gradient(30, 40)
    result = with_chroma(painting, np.full((30, 40, 3), 0.4, np.float32))
    luma = (painting @ BT601.T)[..., :1]
    assert result == pytest.approx(np.repeat(luma, 3, -1), abs=1e-5)


@given(pictures)
def test_a_picture_has_its_own_chroma(picture: Picture) -> None:
    assert with_chroma(picture, picture) == pytest.approx(picture, abs=1e-5)
