"""Decoding what people send, refusing what cannot be painted, encoding what they get."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps, TiffImagePlugin

from nst_core import images
from nst_core.errors import ImageRejected, RejectReason

SIZE = (48, 32)


def photo(size: tuple[int, int] = SIZE) -> Image.Image:
    """A smooth picture, so that lossy formats come back nearly the same."""
    x, y = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    pixels = np.stack([x, y, 1 - x], axis=-1)
    return Image.fromarray((pixels * 255).astype(np.uint8))


def encoded(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF"])
def test_every_format_gives_the_picture(form: str) -> None:
    picture = images.decode(encoded(photo(), format=form))
    assert picture.shape == (32, 48, 3)
    assert picture.dtype == np.float32
    assert np.abs(picture - images.from_pil(photo())).mean() < 0.03


def test_heic_as_phones_send_it() -> None:
    pillow_heif.register_heif_opener()
    picture = images.decode(encoded(photo((64, 48)), format="HEIF", quality=90))
    assert np.abs(picture - images.from_pil(photo((64, 48)))).mean() < 0.03


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("max_side", [None, 12])
def test_exif_orientation_is_applied(orientation: int, max_side: int | None) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(photo(), format="JPEG", exif=exif, quality=95, subsampling=0)
    picture = images.decode(data, max_side=max_side)
    with Image.open(io.BytesIO(data)) as image:
        turned = images.from_pil(ImageOps.exif_transpose(image))
    expected = images.resize(turned, *picture.shape[:2])
    assert np.abs(picture - expected).mean() < 0.02


def test_odd_exif_does_not_matter() -> None:
    # Orientation 6, and a resolution in letters where a fraction should be.
    entries = struct.pack("<HHII", 0x0112, 3, 1, 6) + struct.pack("<HHI4s", 0x011A, 2, 4, b"72\0\0")
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4)
    assert images.decode(encoded(photo(), format="JPEG", exif=exif)).shape == (48, 32, 3)


def test_transparency_becomes_white() -> None:
    clear = Image.new("RGBA", SIZE, (255, 0, 0, 0))
    assert np.all(images.decode(encoded(clear, format="PNG")) == 1)


def test_half_transparent_red_on_white_is_pink() -> None:
    half = Image.new("RGBA", SIZE, (255, 0, 0, 128))
    pixel = images.decode(encoded(half, format="PNG"))[0, 0]
    assert pixel == pytest.approx([1, 0.498, 0.498], abs=0.01)


def test_palette_with_a_transparent_colour() -> None:
    image = Image.new("P", SIZE, 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.paste(1, (0, 0, 24, 32))
    picture = images.decode(encoded(image, format="PNG", transparency=0))
    assert picture[0, 0] == pytest.approx([0, 1, 0])
    assert picture[0, -1] == pytest.approx([1, 1, 1])


@pytest.mark.parametrize("mode", ["L", "LA", "1"])
def test_grey_pictures_have_three_equal_channels(mode: str) -> None:
    picture = images.decode(encoded(photo().convert(mode), format="PNG"))
    assert picture.shape == (32, 48, 3)
    assert np.all(picture[..., 0] == picture[..., 2])
    assert picture.std() > 0.05


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    values = np.linspace(0, 65535, 48 * 32).reshape(32, 48).astype(np.uint16)
    picture = images.decode(encoded(Image.fromarray(values), format="PNG"))
    assert picture[0, 0, 0] == 0
    assert picture[-1, -1, 0] == 1
    assert picture.mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("top", [1.0, 255.0])
def test_float_tiff_in_either_scale(top: float) -> None:
    values = np.linspace(0, top, 48 * 32).reshape(32, 48).astype(np.float32)
    picture = images.decode(encoded(Image.fromarray(values), format="TIFF"))
    assert picture.mean() == pytest.approx(0.5, abs=0.01)


def test_glints_and_holes_in_a_float_tiff_are_only_that() -> None:
    values = np.full((32, 48), 0.5, np.float32)
    values[0, :3] = [300, np.nan, np.inf]
    picture = images.decode(encoded(Image.fromarray(values), format="TIFF"))
    assert picture[5:].mean() == pytest.approx(0.5, abs=0.01)


def test_white_is_zero_is_turned_round() -> None:
    values = np.full((32, 48), 0x4000, np.uint16)
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    data = bytearray(encoded(Image.fromarray(values), format="TIFF", tiffinfo=tags))
    at = data.index(struct.pack("<HHII", 262, 3, 1, 1))
    data[at : at + 12] = struct.pack("<HHII", 262, 3, 1, 0)
    assert images.decode(bytes(data)).mean() == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "CMYK", "L", "P", "I;16"])
def test_reducing_a_large_picture_changes_nothing_else(mode: str) -> None:
    if mode == "I;16":
        grey = np.linspace(0, 65535, 300 * 400).reshape(300, 400).astype(np.uint16)
        image = Image.fromarray(grey)
    else:
        image = photo((400, 300)).convert(mode)
    data = encoded(image, format="TIFF" if mode == "CMYK" else "PNG")
    small, full = images.decode(data, max_side=40), images.decode(data)
    assert np.abs(small - images.resize(full, 30, 40)).mean() < 0.01


def test_cmyk_is_converted() -> None:
    cyan = Image.new("CMYK", SIZE, (255, 0, 0, 0))
    red, green, blue = images.decode(encoded(cyan, format="JPEG", quality=95))[0, 0]
    assert red < 0.1
    assert green > 0.9
    assert blue > 0.9


def test_colour_profile_is_converted_to_srgb() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    grey = Image.new("RGB", SIZE, (128, 128, 128)).convert("LAB")
    broken_for_rgb = encoded(photo(), format="PNG", icc_profile=lab.tobytes())
    assert images.decode(broken_for_rgb).shape == (32, 48, 3)
    tiff = encoded(grey, format="TIFF", icc_profile=lab.tobytes())
    assert images.decode(tiff)[0, 0] == pytest.approx([0.5, 0.5, 0.5], abs=0.03)


def test_an_rgb_profile_changes_the_numbers() -> None:
    swapped = _profile_with_swapped_colours()
    red = Image.new("RGB", SIZE, (200, 30, 30))
    picture = images.decode(encoded(red, format="PNG", icc_profile=swapped))
    assert picture[0, 0, 2] > picture[0, 0, 0]


def _profile_with_swapped_colours() -> bytes:
    """sRGB's profile with red's and blue's places exchanged in the tag table."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    at = {bytes(data[i : i + 4]): i for i in range(132, 132 + 12 * data[131], 12)}
    red, blue = at[b"rXYZ"], at[b"bXYZ"]
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(data)


def test_first_frame_of_an_animation() -> None:
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "blue")]
    data = encoded(frames[0], format="GIF", save_all=True, append_images=frames[1:])
    assert images.decode(data)[0, 0] == pytest.approx([1, 0, 0], abs=0.02)


def test_max_side_scales_down_and_keeps_the_aspect() -> None:
    data = encoded(photo((400, 300)), format="JPEG")
    assert images.decode(data, max_side=100).shape == (75, 100, 3)
    assert images.decode(data, max_side=1000).shape == (300, 400, 3)


def reason_of(data: bytes) -> RejectReason:
    with pytest.raises(ImageRejected) as caught:
        images.decode(data)
    assert str(caught.value).endswith(".")
    return caught.value.reason


@pytest.mark.parametrize(
    "data", [b"", b"hello, I am a text named cat.jpg", b"%!PS-Adobe-3.0 EPSF-3.0"]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert reason_of(data) is RejectReason.NOT_A_PICTURE


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.9])
def test_truncated_files_say_so(form: str, part: float) -> None:
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 255, (300, 400, 3), dtype=np.uint8))
    data = encoded(noise, format=form)
    assert reason_of(data[: int(len(data) * part)]) is RejectReason.TRUNCATED


def test_tiny_and_narrow_pictures_are_refused() -> None:
    assert reason_of(encoded(photo((1, 1)), format="PNG")) is RejectReason.TOO_SMALL
    narrow = Image.new("RGB", (1, 10_000))
    assert reason_of(encoded(narrow, format="PNG")) is RejectReason.TOO_NARROW


@pytest.mark.parametrize(("width", "height"), [(10_000, 6_500), (10_000, 9_000), (60_000, 60_000)])
def test_bombs_are_refused_by_their_header_alone(width: int, height: int) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert reason_of(bomb) is RejectReason.TOO_LARGE


@given(st.binary(max_size=400), st.integers(0, 3))
@settings(max_examples=150)
def test_damaged_files_raise_nothing_else(junk: bytes, which: int) -> None:
    form = ("PNG", "GIF", "BMP", "TIFF")[which]
    data = bytearray(encoded(photo((20, 20)), format=form))
    at = len(junk) % len(data)
    data[at : at + len(junk)] = junk
    try:
        picture = images.decode(bytes(data))
    except ImageRejected:
        return
    assert picture.min() >= 0
    assert picture.max() <= 1


def test_png_is_lossless(gradient: Callable[[int, int], images.Picture]) -> None:
    picture = gradient(40, 60)
    back = images.decode(images.encode_png(picture))
    assert np.abs(back - picture).max() <= 0.5 / 255 + 1e-6
    assert images.encode_png(back) == images.encode_png(picture)


def test_jpeg_carries_srgb(gradient: Callable[[int, int], images.Picture]) -> None:
    image = Image.open(io.BytesIO(images.encode_jpeg(gradient(40, 60))))
    assert image.info["icc_profile"]
    assert image.size == (60, 40)


def test_resize_keeps_the_mean_and_the_range(
    gradient: Callable[[int, int], images.Picture],
) -> None:
    picture = gradient(60, 80)
    small = images.resize(picture, 30, 40)
    assert small.shape == (30, 40, 3)
    assert small.mean() == pytest.approx(picture.mean(), abs=0.005)
    sharp = np.zeros((32, 32, 3), np.float32)
    sharp[:16] = 1
    bigger = images.resize(sharp, 64, 64)
    assert bigger.min() >= 0
    assert bigger.max() <= 1


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(16, 4096))
def test_fit_never_enlarges_and_keeps_the_long_side(width: int, height: int, side: int) -> None:
    fitted = images.fit((width, height), side)
    assert max(fitted) == min(side, max(width, height))
    assert min(fitted) >= 1


@pytest.mark.parametrize("words", ["plain", "größer als 1 → 2"])
def test_files_keep_notes(words: str) -> None:
    picture = images.from_pil(photo())
    with Image.open(io.BytesIO(images.encode_png(picture, {"about": words}))) as png:
        assert png.info["about"] == words
    with Image.open(io.BytesIO(images.encode_jpeg(picture, comment=words))) as jpeg:
        assert jpeg.info["comment"].decode() == words


def test_a_note_that_is_too_long_for_jpeg_is_left_out() -> None:
    picture = images.from_pil(photo())
    for length, kept in ((65_533, True), (65_534, False)):
        data = images.encode_jpeg(picture, comment="x" * length)
        with Image.open(io.BytesIO(data)) as jpeg:
            assert ("comment" in jpeg.info) == kept
