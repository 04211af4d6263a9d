"""Real pictures of many kinds, and ways to spoil them: bytes, lengths and sizes that lie."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pillow_heif
from hypothesis import strategies as st
from PIL import Image, ImageCms

Spoil: TypeAlias = Callable[[bytes], bytes]

SIZE = (40, 28)
# Where lies about sizes live, with the sizes that liars like.
_LIES = (0, 1, 15, 16, 41, 255, 256, 4096, 7745, 8192, 32767, 65535, 2**24, 2**31 - 1, 2**32 - 1)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def photo() -> Image.Image:
    rng = np.random.default_rng(1)
    patches = rng.integers(0, 256, (7, 10, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize(SIZE, Image.Resampling.BICUBIC)


@cache
def pictures() -> tuple[bytes, ...]:
    """One of each kind that people and programs make."""
    pillow_heif.register_heif_opener()
    return (*_jpegs(), *_pngs(), *_tiffs(), *_others())


def _jpegs() -> Iterator[bytes]:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for mode in ("L", "RGB", "CMYK"):
        yield encoded(photo().convert(mode), "JPEG")
    yield encoded(photo(), "JPEG", progressive=True, comment=b"words")
    yield encoded(photo(), "JPEG", exif=exif, icc_profile=profile)
    yield encoded(photo(), "JPEG", subsampling=0, restart_marker_blocks=1)


def _pngs() -> Iterator[bytes]:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        yield encoded(photo().convert("RGBA" if mode == "LA" else mode).convert(mode), "PNG")
    yield encoded(photo().quantize(16), "PNG", transparency=bytes(range(16)))
    yield encoded(photo(), "PNG", save_all=True, append_images=[photo().rotate(180)])
    exif = Image.Exif()
    exif[0x0112] = 3
    yield encoded(photo(), "PNG", exif=exif, dpi=(72, 72))


def _tiffs() -> Iterator[bytes]:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"):
        yield encoded(_in_mode(mode), "TIFF")
    for how in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield encoded(photo(), "TIFF", compression=how)
    yield encoded(photo().convert("1"), "TIFF", compression="group4")
    yield encoded(photo(), "TIFF", save_all=True, append_images=[photo()], big_tiff=True)
    yield tiled(48, 32)


def tiff(data: bytes, tags: dict[int, int]) -> bytes:
    """A TIFF of 40 by 28 pixels that holds these bytes, with these tags besides."""
    known = {256: 40, 257: 28, 258: 8, 277: 3, **tags}
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(known.items())]
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory


def tiled(width: int, height: int) -> bytes:
    """A TIFF with a single tile that says it is so large."""
    data = zlib.compress(bytes(48 * 32 * 3))
    return tiff(data, {259: 8, 262: 2, 322: width, 323: height, 324: 8, 325: len(data)})


def _in_mode(mode: str) -> Image.Image:
    if mode == "LA":
        return photo().convert("RGBA").convert("LA")
    if mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return (
            ImageCms.profileToProfile(
                photo(), ImageCms.createProfile("sRGB"), lab, outputMode="LAB"
            )
            or photo()
        )
    return photo().convert("I").convert("I;16") if mode == "I;16" else photo().convert(mode)


def _others() -> Iterator[bytes]:
    faint = photo().convert("RGBA")
    faint.putalpha(99)
    for lossless in (False, True):
        yield encoded(faint, "WEBP", lossless=lossless)
    yield encoded(photo(), "WEBP", save_all=True, append_images=[photo().rotate(180)])
    yield encoded(photo(), "GIF")
    yield encoded(photo(), "GIF", save_all=True, append_images=[photo().rotate(180)], loop=0)
    yield encoded(photo().quantize(8), "GIF", transparency=0)
    for mode in ("1", "L", "P", "RGB"):
        yield encoded(photo().convert(mode), "BMP")
    yield encoded(photo(), "HEIF")
    yield encoded(faint, "HEIF")
    yield encoded(photo(), "AVIF")
    yield encoded(faint, "AVIF")


# Spoiling.


def _at(where: float, data: bytes) -> int:
    return min(int(where * len(data)), max(0, len(data) - 1))


def _overwritten(where: float, junk: bytes) -> Spoil:
    def spoil(data: bytes) -> bytes:
        at = _at(where, data)
        return data[:at] + junk + data[at + len(junk) :]

    return spoil


def _flipped(where: float, mask: int) -> Spoil:
    def spoil(data: bytes) -> bytes:
        at = _at(where, data)
        return data[:at] + bytes(byte ^ mask for byte in data[at : at + 1]) + data[at + 1 :]

    return spoil


def _cut(where: float) -> Spoil:
    return lambda data: data[: _at(where, data)]


def _with_tail(junk: bytes) -> Spoil:
    return lambda data: data + junk


def _inserted(where: float, junk: bytes) -> Spoil:
    def spoil(data: bytes) -> bytes:
        at = _at(where, data)
        return data[:at] + junk + data[at:]

    return spoil


def _repeated(start: float, length: int, times: int) -> Spoil:
    def spoil(data: bytes) -> bytes:
        at = _at(start, data)
        return data[:at] + data[at : at + length] * times + data[at + length :]

    return spoil


def _spliced(where: float, other: int, there: float) -> Spoil:
    def spoil(data: bytes) -> bytes:
        donor = pictures()[other % len(pictures())]
        return data[: _at(where, data)] + donor[_at(there, donor) :]

    return spoil


def _lying(width: int, height: int) -> Spoil:
    """Another size in the header, wherever this format has it."""

    def spoil(data: bytes) -> bytes:
        for old, new in _sizes(width, height):
            if old in data:
                return _resealed(data.replace(old, new, 1))
        return data

    return spoil


def _sizes(width: int, height: int) -> Iterator[tuple[bytes, bytes]]:
    """The true size as formats write it, and the lie in its place."""
    old_width, old_height = SIZE
    for form in (">II", "<II", "<HH"):
        bits = 32 if "I" in form else 16
        lie = struct.pack(form, width % 2**bits, height % 2**bits)
        yield struct.pack(form, *SIZE), lie
    yield (  # JPEG has the height first.
        struct.pack(">HH", old_height, old_width),
        struct.pack(">HH", height % 2**16, width % 2**16),
    )
    yield (  # TIFF: the entries of ImageWidth and ImageLength, side by side.
        struct.pack("<HHIIHHII", 256, 4, 1, old_width, 257, 4, 1, old_height),
        struct.pack("<HHIIHHII", 256, 4, 1, width, 257, 4, 1, height),
    )


def _tagged(tag: int, count: int, value: int) -> Spoil:
    """One entry of a TIFF says something else."""

    def spoil(data: bytes) -> bytes:
        if data[:4] != b"II*\0" or len(data) < 16:
            return data
        at = struct.unpack_from("<I", data, 4)[0] + 2 + 12 * (tag % 16)
        if at + 12 > len(data):
            return data
        return data[: at + 4] + struct.pack("<II", count, value) + data[at + 12 :]

    return spoil


def _resealed(data: bytes) -> bytes:
    """With the checksums of PNG made right, or nobody would look further."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    out, at = [data[:8]], 8
    while at + 12 <= len(data):
        length = struct.unpack_from(">I", data, at)[0]
        body = data[at + 4 : at + 8 + length]
        out.append(struct.pack(">I", length) + body + struct.pack(">I", zlib.crc32(body)))
        at += 12 + length
    return b"".join(out) + data[at:]


_places = st.floats(0, 1)
# Most of what decides is said at the beginning.
_early = _places.map(lambda where: where**3)
_where = _places | _early
_lies = st.sampled_from(_LIES)
spoils: st.SearchStrategy[Spoil] = st.one_of(
    st.builds(_flipped, _where, st.integers(1, 255)),
    st.builds(_overwritten, _where, st.binary(min_size=1, max_size=8)),
    st.builds(_overwritten, _where, _lies.map(lambda lie: struct.pack(">I", lie))),
    st.builds(_overwritten, _where, _lies.map(lambda lie: struct.pack("<I", lie))),
    st.builds(_cut, _where),
    st.builds(_with_tail, st.binary(min_size=1, max_size=64)),
    st.builds(_inserted, _where, st.binary(min_size=1, max_size=16)),
    st.builds(_repeated, _where, st.integers(1, 64), st.integers(2, 40)),
    st.builds(_spliced, _where, st.integers(0, 99), _where),
    st.builds(_lying, _lies, _lies),
    st.builds(_tagged, st.integers(0, 15), _lies, _lies),
    st.just(_resealed),
)
spoiled: st.SearchStrategy[bytes] = st.builds(
    lambda which, changes: _through(pictures()[which % len(pictures())], changes),
    st.integers(0, 199),
    st.lists(spoils, max_size=5),
)


def _through(data: bytes, changes: list[Spoil]) -> bytes:
    for change in changes:
        data = change(data)
    return data
