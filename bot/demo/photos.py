"""What Telegram makes of a picture: JPEGs of several sizes, and the rules for it."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageOps

__all__ = [
    "BOT_SIDE",
    "BROKEN",
    "PERSON_SIDE",
    "PhotoRefused",
    "Size",
    "portrait_sizes",
    "sizes",
    "sticker_size",
    "thumbnail",
]

PERSON_SIDE: Final = 1280
"""Long side, in pixels, to which the apps scale a photo down before they send it."""
BOT_SIDE: Final = 2560
"""Long side, in pixels, to which the server scales down what a bot sends."""

BROKEN: Final = (OSError, ValueError, TypeError, SyntaxError, Image.DecompressionBombError)
"""What Pillow raises for data that is no picture, or a harmful one."""

_SIDES: Final = (90, 320, 800, 1280, 2560)
_PORTRAIT_SIDES: Final = (160, 320, 640)
_STICKER_SIDE: Final = 512
_THUMBNAIL: Final = 320
_QUALITY: Final = 87
_SUM_OF_SIDES: Final = 10_000
_RATIO: Final = 20
_MAX_PIXELS: Final = 100_000_000


class PhotoRefused(Exception):
    """Not a photo by Telegram's rules; the reason in Telegram's words."""


@dataclass(frozen=True, slots=True)
class Size:
    """One size of a photo, as a JPEG."""

    width: int
    height: int
    data: bytes = field(repr=False)


def sizes(data: bytes, longest: int) -> list[Size]:
    """The picture in each size up to its own, the largest last.

    Args:
        data: an encoded picture.
        longest: of the long side of the largest one.

    Raises:
        PhotoRefused: no picture, or its sides are against the rules.
    """
    image = _picture(data)
    own = min(longest, max(image.size))
    sides = [side for side in _SIDES if side < own] + [own]
    return [_scaled(image, side) for side in sides]


def portrait_sizes(data: bytes) -> list[Size]:
    """The square in the middle of the picture, in each size of a profile photo.

    Raises:
        PhotoRefused: no picture, or its sides are against the rules.
    """
    image = _picture(data)
    largest = _PORTRAIT_SIDES[-1]
    square = ImageOps.fit(image, (largest, largest), Image.Resampling.LANCZOS)
    return [_scaled(square, side) for side in _PORTRAIT_SIDES]


def sticker_size(data: bytes) -> tuple[int, int]:
    """Width and height of a sticker.

    Raises:
        PhotoRefused: no WebP, or a side is too long.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=["WEBP"])
    except BROKEN as error:
        raise PhotoRefused("wrong file type") from error
    if max(image.size) > _STICKER_SIDE:
        raise PhotoRefused("STICKER_PNG_DIMENSIONS")
    return image.size


def thumbnail(data: bytes) -> Size | None:
    """A small JPEG of a file; None where the file is no picture."""
    try:
        image = _opened(data)
    except (*BROKEN, PhotoRefused):
        return None
    return _scaled(image, min(_THUMBNAIL, max(image.size)))


def _picture(data: bytes) -> Image.Image:
    try:
        return _opened(data)
    except BROKEN as error:
        raise PhotoRefused("IMAGE_PROCESS_FAILED") from error


def _opened(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # The size is checked here, by Telegram's rules, which are stricter.
        warnings.simplefilter("ignore")
        image = Image.open(io.BytesIO(data))
        _check(image)
        return _flat(ImageOps.exif_transpose(image))


def _check(image: Image.Image) -> None:
    short, long = sorted(image.size)
    fits = short + long <= _SUM_OF_SIDES and long <= _RATIO * short
    if not fits or short * long > _MAX_PIXELS:
        raise PhotoRefused("PHOTO_INVALID_DIMENSIONS")


def _flat(image: Image.Image) -> Image.Image:
    """Opaque RGB: what shines through is white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(paper, layer).convert("RGB")


def _scaled(image: Image.Image, side: int) -> Size:
    scale = side / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    small = image
    if (width, height) != image.size:
        small = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=_QUALITY)
    return Size(width, height, buffer.getvalue())
