"""Whatever becomes of a picture on its way here: it is painted, or refused with a known reason."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st
from PIL import Image

from nst_core import images
from nst_core.errors import ImageRejected, RejectReason
from tests.fuzz import thorough
from tests.hostile import encoded, photo, pictures, spoiled, tiff, tiled

SIDE = 96
MEGABYTE = 2**20
# As `decode` promises.
FOR_FILE, FOR_RESULT, AT_LEAST = 24, 13, 64 * MEGABYTE
PROC = Path("/proc/self")


@contextmanager
def within(data: bytes, side: int | None) -> Iterator[None]:
    """Fails where decoding has taken more memory than it may, that of native code included."""
    if not (PROC / "clear_refs").exists():
        yield
        return
    (PROC / "clear_refs").write_text("5")
    before = memory("VmRSS")
    try:
        yield
    finally:
        assert memory("VmHWM") - before <= bound(data, side)


def memory(which: str) -> int:
    """Bytes of this process, VmRSS now or VmHWM at most."""
    lines = (PROC / "status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{which}:"))


def bound(data: bytes, side: int | None) -> int:
    try:
        width, height = images.size_of(data)
    except ImageRejected:
        return AT_LEAST
    result = math.prod(images.fit((width, height), side or max(width, height)))
    return AT_LEAST + FOR_FILE * width * height + FOR_RESULT * result


@pytest.mark.parametrize("which", range(len(pictures())))
def test_every_one_of_them_is_a_picture(which: int) -> None:
    assert images.decode(pictures()[which], max_side=SIDE).shape in {(28, 40, 3), (40, 28, 3)}


def outcome(data: bytes, side: int | None) -> images.Picture | RejectReason:
    try:
        with within(data, side):
            return images.decode(data, max_side=side)
    except ImageRejected as error:
        return error.reason


@given(spoiled, st.sampled_from([None, SIDE]))
@thorough(400)
@example(b"", None)
def test_a_spoiled_picture_is_a_picture_or_refused(data: bytes, side: int | None) -> None:
    picture = outcome(data, side)
    if isinstance(picture, RejectReason):
        event(f"refused: {picture}")
        return
    event("a picture")
    assert picture.dtype == np.float32
    assert picture.shape[2:] == (3,)
    assert max(picture.shape) <= (side or images.MAX_PIXELS)
    assert picture.shape[0] * picture.shape[1] <= images.MAX_PIXELS
    assert 0 <= picture.min() <= picture.max() <= 1


@given(spoiled)
@thorough(200)
def test_nobody_is_warned_of_what_a_stranger_sends(data: bytes) -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        outcome(data, SIDE)
    assert not heard


def reason_of(data: bytes) -> RejectReason:
    with within(b"", SIDE), pytest.raises(ImageRejected) as caught:
        images.decode(data, max_side=SIDE)
    return caught.value.reason


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_scans_without_end_are_refused(form: str) -> None:
    whole = encoded(photo(), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    bomb = whole[:-2] + 200 * last + whole[-2:]
    assert images.decode(whole[:-2] + 20 * last + whole[-2:]).shape == (28, 40, 3)
    assert reason_of(bomb if form == "JPEG" else jpeg_in_tiff(bomb)) is RejectReason.TRUNCATED


def jpeg_in_tiff(data: bytes) -> bytes:
    return tiff(data, {259: 7, 262: 6, 273: 8, 278: 28, 279: len(data)})


def test_a_tile_far_larger_than_its_picture_is_refused() -> None:
    assert images.decode(tiled(48, 32)).shape == (28, 40, 3)
    assert reason_of(tiled(26_000, 26_000)) is RejectReason.TOO_LARGE


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_large_one_takes_what_was_said(mode: str) -> None:
    large = Image.new(mode, (3000, 2000))
    data = encoded(large, "PNG", transparency=0) if mode == "P" else encoded(large, "PNG")
    with within(data, None):
        assert images.decode(data).shape == (2000, 3000, 3)
