"""What a film says of itself, and its first picture."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Final

from PIL import Image

__all__ = ["Film", "read_film"]

_CONTAINER: Final = "mp4"
_QUALITY: Final = 90


@dataclass(frozen=True, slots=True)
class Film:
    """A video in an MP4 file.

    Attributes:
        width: in pixels, as is `height`.
        seconds: how long it is, at least 1.
        still: its first picture, as a JPEG.
    """

    width: int
    height: int
    seconds: int
    still: bytes = field(repr=False)


def read_film(data: bytes) -> Film | None:
    """The film in a file; None where there is none that Telegram's apps would play."""
    import av  # slow to load

    try:
        with av.open(io.BytesIO(data), "r") as container:
            if _CONTAINER not in container.format.name.split(","):
                return None
            frame = next(container.decode(video=0))
            length = (container.duration or 0) / av.time_base
    except (av.FFmpegError, IndexError, StopIteration, ValueError):
        return None
    still = io.BytesIO()
    Image.fromarray(frame.to_ndarray(format="rgb24")).save(still, "JPEG", quality=_QUALITY)
    return Film(frame.width, frame.height, max(1, round(length)), still.getvalue())
