"""Pictures in and out: any file people send → float RGB in [0, 1] → PNG or JPEG.

Everything that could hurt is checked on the header, before a pixel is decoded.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

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
    "to_pil",
]

Picture: TypeAlias = npt.NDArray[np.float32]
"""A picture: float32, shape (height, width, 3), sRGB, values in [0, 1]."""

MIN_SIDE: Final = 16
MAX_ASPECT: Final = 20.0
MAX_PIXELS: Final = 80_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF")

_SRGB: Final = ImageCms.createProfile("sRGB")
# `warnings.catch_warnings` swaps process-wide state, and jobs decode in several threads.
_OPENING: Final = threading.Lock()


def decode(data: bytes, *, max_side: int | None = None) -> Picture:
    """The picture in an encoded file, upright, opaque and in sRGB.

    EXIF orientation is applied, transparency is laid on white, and palette, grey, CMYK, 16 bit
    and other colour profiles are converted. Of an animation the first frame is taken.

    Args:
        data: a JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF file.
        max_side: scale down so that the long side is at most this many pixels.

    Returns:
        float32 of shape (height, width, 3), RGB in [0, 1].

    Raises:
        ImageRejected: not a picture, cut short, too small, too large or too narrow.
    """
    image = _open(data)
    _check_size(*image.size)
    if max_side is not None:
        # A JPEG decoder can skip most of the work when a smaller picture is enough.
        image.draft(None, (max_side * 2, max_side * 2))
    with _reading():
        upright = ImageOps.exif_transpose(image)
        rgb = _to_rgb(upright)
    if max_side is not None:
        width, height = fit(rgb.size, max_side)
        rgb = rgb.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return from_pil(rgb)


def encode_png(picture: Picture) -> bytes:
    """A picture, float RGB in [0, 1], as a lossless PNG file."""
    return _encode(to_pil(picture), format="PNG", compress_level=6)


def encode_jpeg(picture: Picture, quality: int = 92) -> bytes:
    """A picture, float RGB in [0, 1], as a JPEG file without chroma subsampling."""
    return _encode(to_pil(picture), format="JPEG", quality=quality, subsampling=0)


def resize(picture: Picture, height: int, width: int) -> Picture:
    """A picture at another size (Lanczos, antialiased), clipped to [0, 1]."""
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
    """`size` scaled down, never up, so that its longer side is at most `long_side` pixels."""
    scale = min(1.0, long_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def to_pil(picture: Picture) -> Image.Image:
    """A picture in [0, 1] as an 8 bit Pillow image; values outside are clipped."""
    return Image.fromarray(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8))


def from_pil(image: Image.Image) -> Picture:
    """A Pillow image in mode RGB as a picture."""
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def _encode(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, icc_profile=ImageCms.ImageCmsProfile(_SRGB).tobytes(), **options)
    return buffer.getvalue()


def _open(data: bytes) -> Image.Image:
    _load_plugins()
    try:
        with _OPENING, warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except UnidentifiedImageError as error:
        raise _not_a_picture() from error
    except Exception as error:
        # Format plugins raise almost anything on hostile headers: struct.error, KeyError, ...
        raise _not_a_picture() from error


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
        raise ImageRejected(
            RejectReason.TRUNCATED, "The picture file is damaged or cut short."
        ) from error


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


def _to_rgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    opaque = _flatten(_eight_bit(image))
    if profile and (converted := _to_srgb(opaque, profile)) is not None:
        return converted
    return opaque.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.asarray(image, dtype=np.float64)
    # A float TIFF holds 0..1 or 0..255, an integer one 0..65535: the data tell which.
    top = next((top for top in (1.0, 255.0) if image.mode == "F" and values.max() <= top), 65535.0)
    return Image.fromarray(np.round(np.clip(values / top, 0, 1) * 255).astype(np.uint8))


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


def _too_large() -> ImageRejected:
    return ImageRejected(
        RejectReason.TOO_LARGE,
        f"The picture has too many pixels: at most {MAX_PIXELS // 1_000_000} million.",
    )


def _not_a_picture() -> ImageRejected:
    return ImageRejected(
        RejectReason.NOT_A_PICTURE,
        "This is not a picture that can be read (JPEG, PNG, WebP, GIF, BMP, TIFF or HEIC).",
    )
