"""Pictures in and out: any file people send → float RGB in [0, 1] → PNG or JPEG.

Size and shape are checked on the header, before a pixel is decoded.
"""

from __future__ import annotations

import io
import math
import re
import struct
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from nst_core.errors import ImageRejected, RejectReason

__all__ = [
    "FORMATS",
    "MAX_ASPECT",
    "MAX_PIXELS",
    "MIN_SIDE",
    "Picture",
    "decode",
    "encode_jpeg",
    "encode_png",
    "fit",
    "from_pil",
    "resize",
    "size_of",
    "to_pil",
]

Picture: TypeAlias = npt.NDArray[np.float32]
"""A picture: float32, shape (height, width, 3), sRGB, values in [0, 1]."""

MIN_SIDE: Final = 16
"""Pixels that the short side of a picture must have."""

MAX_ASPECT: Final = 20.0
"""Long side over short side of a picture, at most."""

MAX_PIXELS: Final = 60_000_000
"""Width times height of a picture, at most."""

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF")
"""What can be read, as Pillow calls it."""

_UPRIGHT: Final = 1
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# First bytes of a file that means to be a picture, whatever became of the rest.
_MAGIC: Final = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|II\*\0|MM\0\*|....ftyp(heic|heix|mif1|avif)",
    re.DOTALL,
)
_BITS, _PHOTOMETRIC, _WHITE_IS_ZERO = 258, 262, 0  # TIFF 6.0, section 8
_JPEG_COMMENT: Final = 2**16 - 1 - 2  # bytes: a segment counts its own length
_SRGB: Final = ImageCms.createProfile("sRGB")
# Each scan of a progressive JPEG may touch every pixel anew; cameras and programs write up to a
# dozen, a picture inside the picture has its own.
_MOST_SCANS: Final = 100
_JPEG_SCAN: Final = b"\xff\xda"
_JPEG_IN_TIFF: Final = (6, 7)  # values of the tag Compression
_COMPRESSION, _TILE_WIDTH, _TILE_HEIGHT = 259, 322, 323
# `warnings.catch_warnings` swaps process-wide state, and jobs decode in several threads.
_HUSHING: Final = threading.Lock()


def decode(data: bytes, *, max_side: int | None = None) -> Picture:
    """The picture in an encoded file, upright, opaque and in sRGB.

    EXIF orientation is applied, transparency is laid on white, and palette, grey, CMYK, 16 bit
    and other colour profiles are converted. Of an animation the first frame is taken.

    Args:
        data: a JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF file.
        max_side: scale down so that the long side is at most this many pixels.

    Returns:
        float32 of shape (height, width, 3), sRGB in [0, 1].

    Raises:
        ImageRejected: not a picture, cut short, too small, too large or too narrow.

    Memory: up to 24 bytes for each pixel in the file, 13 for each that is given back, and 64 MB;
    only an AVIF can lie about its pixels, up to the 268 million that libavif allows.
    """
    image = _open(data)
    if max_side is not None:
        # A JPEG decoder can skip most of the work when a smaller picture is enough.
        image.draft(None, (max_side * 2, max_side * 2))
    with _reading():
        turn = _TURNS.get(_orientation(image))
        rgb = _to_rgb(_reduced(image, max_side))
    if max_side is not None:
        rgb = rgb.resize(fit(rgb.size, max_side), Image.Resampling.LANCZOS)
    return from_pil(rgb if turn is None else rgb.transpose(turn))


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of an encoded picture in pixels, as stored: from its header, in no time.

    Raises:
        ImageRejected: as `decode`, as far as the header tells.
    """
    return _open(data).size


def encode_png(picture: Picture, text: Mapping[str, str] | None = None) -> bytes:
    """A picture, float RGB in [0, 1], as a lossless PNG file.

    Args:
        picture: float RGB, (height, width, 3); values outside [0, 1] are clipped.
        text: notes to keep in the file, by keyword (PNG specification, tEXt and iTXt).
    """
    notes = PngImagePlugin.PngInfo()
    for keyword, words in (text or {}).items():
        notes.add_text(keyword, words)
    return _encode(to_pil(picture), format="PNG", compress_level=6, pnginfo=notes)


def encode_jpeg(picture: Picture, quality: int = 92, comment: str = "") -> bytes:
    """A picture, float RGB in [0, 1], as a JPEG file without chroma subsampling.

    Args:
        picture: float RGB, (height, width, 3); values outside [0, 1] are clipped.
        quality: 1 to 95, as Pillow counts it.
        comment: a note to keep in the file; left out where it is longer than JPEG allows.
    """
    note = comment.encode()
    if len(note) > _JPEG_COMMENT:
        note = b""
    return _encode(to_pil(picture), format="JPEG", quality=quality, subsampling=0, comment=note)


def resize(picture: Picture, height: int, width: int) -> Picture:
    """A picture at another size in pixels (Lanczos, antialiased), clipped to [0, 1]."""
    if picture.shape[:2] == (height, width):
        return picture
    size = (width, height)
    planes = [
        np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.LANCZOS))
        for plane in np.moveaxis(picture, -1, 0)
    ]
    clipped: Picture = np.clip(np.stack(planes, axis=-1), 0, 1).astype(np.float32)
    return clipped


def fit(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """Width and height scaled down, never up, so that neither has more than `long_side` pixels.

    Args:
        size: width and height in pixels.
        long_side: pixels, at most.

    Returns:
        Width and height in pixels, 1 at least.
    """
    scale = min(1.0, long_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def to_pil(picture: Picture) -> Image.Image:
    """A picture in [0, 1] as an 8 bit Pillow image in mode RGB; values outside are clipped."""
    return Image.fromarray(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8))


def from_pil(image: Image.Image) -> Picture:
    """A Pillow image in mode RGB as a picture: 0 to 255 becomes 0 to 1."""
    picture = np.array(image, dtype=np.float32)
    picture /= 255
    return picture


def _encode(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, icc_profile=ImageCms.ImageCmsProfile(_SRGB).tobytes(), **options)
    return buffer.getvalue()


def _orientation(image: Image.Image) -> int:
    try:
        with _hushed():
            return int(image.getexif().get(ExifTags.Base.Orientation, _UPRIGHT))
    except (OSError, SyntaxError, ValueError, TypeError, struct.error):
        # Cameras and editors write odd EXIF; the pixels are none the worse for it.
        return _UPRIGHT


def _reduced(image: Image.Image, max_side: int | None) -> Image.Image:
    """The picture at the smallest whole fraction that still holds twice `max_side` pixels.

    Everything after this works on copies, and a copy of sixty million pixels is dear.
    """
    narrow = _eight_bit(image)
    factor = max(narrow.size) // (2 * max_side) if max_side else 1
    if factor < 2 or narrow.mode in {"P", "PA", "1"}:
        return narrow
    smaller = narrow.reduce(factor)
    smaller.info = narrow.info
    return smaller


def _open(data: bytes) -> Image.Image:
    _load_plugins()
    try:
        with _hushed():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Exception as error:
        # Format plugins raise almost anything on hostile headers: struct.error, KeyError, ...
        raise (_damaged() if _MAGIC.match(data) else _not_a_picture()) from error
    _check_size(*image.size)
    with _reading(), _hushed():
        _check_effort(image, data)
    return image


@contextmanager
def _hushed() -> Iterator[None]:
    """No warnings: what a stranger's file is like is no matter for the log."""
    with _HUSHING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except ImageRejected:
        raise
    except MemoryError as error:
        raise _too_large() from error
    except Exception as error:
        # Decoders raise OSError for files cut short, and much else for damaged ones.
        raise _damaged() from error


@cache
def _load_plugins() -> None:
    import pillow_heif  # slow to load, and importing nst_core must be instant

    Image.init()
    pillow_heif.register_heif_opener()


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_large()
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise ImageRejected(
            RejectReason.TOO_NARROW,
            f"The picture is too narrow: {width} by {height} pixels.",
        )
    if min(width, height) < MIN_SIDE:
        raise ImageRejected(
            RejectReason.TOO_SMALL,
            f"The picture is too small: {width} by {height} pixels, at least "
            f"{MIN_SIDE} by {MIN_SIDE} are needed.",
        )


def _check_effort(image: Image.Image, data: bytes) -> None:
    """Refuse what costs far more than its size in pixels says: minutes, or gigabytes."""
    tile = (_tiff_tag(image, tag) for tag in (_TILE_WIDTH, _TILE_HEIGHT))
    if math.prod(side for side in tile if isinstance(side, int)) > MAX_PIXELS:
        raise _too_large()
    holds_jpeg = _tiff_tag(image, _COMPRESSION) in _JPEG_IN_TIFF or data.startswith(b"\xff\xd8")
    if holds_jpeg and data.count(_JPEG_SCAN) > _MOST_SCANS:
        raise _damaged()


def _to_rgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    opaque = _flatten(image)
    if profile and (converted := _to_srgb(opaque, profile)) is not None:
        return converted
    return opaque.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits or of floats as 8 bit grey; every other mode as it is."""
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.nan_to_num(np.asarray(image).astype(np.float32), copy=False)
    white = _white(image, values)
    np.clip(values, 0, white, out=values)
    grey = np.round(np.multiply(values, 255 / white, out=values), out=values).astype(np.uint8)
    inverted = _tiff_tag(image, _PHOTOMETRIC) == _WHITE_IS_ZERO
    return Image.fromarray(255 - grey if inverted else grey)


def _white(image: Image.Image, values: npt.NDArray[np.float32]) -> float:
    """The value that means white: as the file says, else the first usual one that is enough."""
    if (bits := _tiff_tag(image, _BITS)) and image.mode.startswith("I"):
        return float(2 ** int(bits) - 1)
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
        return 65535.0
    # A few glints above white must not make the rest of a float picture black.
    top = float(np.percentile(values, 99))
    return next((white for white in (1.0, 255.0, 65535.0) if top <= white), top)


def _tiff_tag(image: Image.Image, tag: int) -> Any:
    value = getattr(image, "tag_v2", {}).get(tag)
    return value[0] if isinstance(value, tuple) else value


def _flatten(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB") if image.mode in {"P", "1", "PA"} else image
    pixels = image.convert("RGBA")
    paper = Image.new("RGBA", pixels.size, "white")
    return Image.alpha_composite(paper, pixels).convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image | None:
    """The picture in sRGB, or None where the profile does not fit the pixels or is broken."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _damaged() -> ImageRejected:
    return ImageRejected(RejectReason.TRUNCATED, "The picture file is damaged or cut short.")


def _too_large() -> ImageRejected:
    return ImageRejected(
        RejectReason.TOO_LARGE,
        f"The picture has too many pixels: at most {MAX_PIXELS // 1_000_000} million.",
    )


def _not_a_picture() -> ImageRejected:
    return ImageRejected(
        RejectReason.NOT_A_PICTURE,
        "This is not a picture that can be read (JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF).",
    )
