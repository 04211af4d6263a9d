"""Masks: where to paint and where the photo stays; white is painted, black is not."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from nst_core.errors import InvalidSettings
from nst_core.images import Picture

__all__ = ["Mask", "blended", "check", "feathered", "from_picture"]

Mask: TypeAlias = npt.NDArray[np.float32]
"""float32, shape (height, width), values in [0, 1]: 1 is painted, 0 stays, between is mixed."""

BLACK: Final = 0.04
"""What counts as black, and as much below 1 as white: JPEG files have neither quite."""

FEATHER: Final = 0.01
"""Width of the soft edge, inside the white, as a share of the long side."""


def from_picture(picture: Picture, height: int, width: int) -> Mask:
    """The lightness of a picture as a mask of that size."""
    grey = Image.fromarray(np.ascontiguousarray(picture.mean(-1, dtype=np.float32)))
    mask = np.asarray(grey.resize((width, height), Image.Resampling.BILINEAR), np.float32)
    stretched: Mask = np.clip((mask - BLACK) / (1 - 2 * BLACK), 0, 1)
    return stretched


def check(mask: Mask) -> None:
    """Refuse a mask that leaves nothing to paint.

    Raises:
        InvalidSettings: nothing of it is white, or only specks within the width of the edge.
    """
    if not feathered(mask).any():
        msg = "The mask leaves nothing to paint: what is to be painted must be white in it."
        raise InvalidSettings(msg)


def feathered(mask: Mask) -> Mask:
    """The mask with a soft edge that lies inside the white: what is black stays wholly black."""
    radius = max(1.0, FEATHER * max(mask.shape))
    solid = Image.fromarray(((mask > 0) * 255).astype(np.uint8))
    # Beyond the frame nothing ends: without a margin the blur would pull the picture's edge down.
    margin = int(4 * radius)
    padded = Image.fromarray(np.pad(np.asarray(solid), margin, mode="edge"))
    soft = np.asarray(padded.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255
    inner = soft[margin : margin + mask.shape[0], margin : margin + mask.shape[1]]
    return mask * np.clip(2 * inner - 1, 0, 1)


def blended(painting: Picture, photo: Picture, mask: Mask) -> Picture:
    """The painting where the mask is 1, the photo where it is 0; all of the same size."""
    share = mask[..., np.newaxis]
    mixed: Picture = np.where(share > 0, share * painting + (1 - share) * photo, photo)
    return mixed
