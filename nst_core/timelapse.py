"""A time-lapse of a painting: pictures of its making go in, an MP4 film comes out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from nst_core import images
from nst_core.images import Picture

__all__ = ["FPS", "KEEP", "MAX_SIDE", "OPENING", "TimeLapse"]

Planes: TypeAlias = npt.NDArray[np.uint8]
"""A film frame, yuv420p: shape (height * 3 / 2, width), the Y plane above the halved U and V."""
Numbers: TypeAlias = npt.NDArray[np.float64]

MAX_SIDE: Final = 1280
"""Long side of a film in pixels: what phones decode without effort."""

FPS: Final = 24
"""Frames a second of a film."""

KEEP: Final = 96
"""Stages kept: more than these are a blur in six seconds at `FPS`, and they take memory."""

OPENING: Final = 0.5
"""Seconds that the first stage stands still, so that one sees where it began."""

_STAGE_SECONDS: Final = 1.0  # a few stages are not stretched into a slow fade
_GLIMPSE: Final = (32, 32)
_BT709: Final = 1  # ITU-T H.273, for primaries, transfer and matrix alike
# Quality that hides the coding, and a rate that even noise may not exceed, so that every film
# streams and can be sent: ten seconds are 15 MB at most, and usually 1 to 5.
_X264: Final = {"preset": "veryfast", "crf": "16", "maxrate": "10M", "bufsize": "20M"}


class TimeLapse:
    """Collects the stages of a painting in little memory and makes a film of them.

    Stages may be of different sizes, as a pyramid paints them. They are kept as JPEG; when there
    are too many, some in between are let go, so that the rest stay evenly spread and the first
    and the last stay for good.

    Args:
        keep: how many stages to keep, at least 2.
    """

    def __init__(self, keep: int = KEEP) -> None:
        self._keep = keep
        self._added = 0
        self._stages: dict[int, bytes] = {}

    @property
    def size(self) -> int:
        """Bytes that the stages take."""
        return sum(map(len, self._stages.values()))

    def add(self, picture: Picture | bytes) -> None:
        """Take the next stage: float RGB in [0, 1], (height, width, 3), of any size; or as JPEG."""
        stage = picture if isinstance(picture, bytes) else images.encode_jpeg(_limited(picture))
        self._stages[self._added] = stage
        self._added += 1
        if len(self._stages) > self._keep:
            del self._stages[_most_crowded([*self._stages])]

    def film(self, result: Picture, *, seconds: float = 6.0, hold: float = 2.0) -> bytes:
        """The film: stages fade into one another and at last into the result, which is held.

        It has the result's size, `MAX_SIDE` at most, and where a side is odd, one more row or
        column that repeats the edge: H.264 for everyone halves its colours both ways.

        Args:
            result: the finished painting, float RGB in [0, 1], (height, width, 3).
            seconds: from the first stage to the result, above 0; less where there are only a few
                stages.
            hold: seconds that the result stands still at the end, 0 or more.

        Returns:
            An MP4 file: H.264, yuv420p, BT.709, its index at the front; without sound.
        """
        last = images.to_pil(_limited(result))
        stages = [*self._stages.values()]
        clock = _clock([*map(_glimpse, map(_opened, stages)), _glimpse(last)])
        moments = _moments(clock, min(seconds, _STAGE_SECONDS * len(stages)), hold)
        return _encode(_fade(stages, last, moments), last.size)


def _limited(picture: Picture) -> Picture:
    width, height = images.fit((picture.shape[1], picture.shape[0]), MAX_SIDE)
    return images.resize(picture, height, width)


def _most_crowded(numbers: list[int]) -> int:
    """The one, neither first nor last, whose neighbours are the closest; the earliest of equals."""
    _, crowded = min(
        (after - before, number)
        for before, number, after in zip(numbers, numbers[1:], numbers[2:], strict=False)
    )
    return crowded


def _opened(stage: bytes) -> Image.Image:
    return Image.open(io.BytesIO(stage))


def _glimpse(image: Image.Image) -> npt.NDArray[np.float32]:
    """A picture as one remembers it, to tell how much changed: (32, 32, 3), 0 to 255."""
    image.draft(None, _GLIMPSE)  # a JPEG is read at an eighth of its size, which is enough
    return np.asarray(image.resize(_GLIMPSE, Image.Resampling.BOX), np.float32)


def _clock(glimpses: list[npt.NDArray[np.float32]]) -> Numbers:
    """When each stage is reached, from 0 to 1.

    Half of the time is shared evenly, half by how much changes: a painting changes most in its
    first steps and where the pyramid grows, and an even pace would jump there and crawl after.
    """
    changes = np.array([np.abs(new - old).mean() for old, new in pairwise(glimpses)], np.float64)
    shares = 1 + changes / max(changes.mean(), 1e-6) if changes.size else changes
    clock: Numbers = np.concatenate([[0.0], np.cumsum(shares)])
    clock /= max(clock[-1], 1.0)
    return clock


def _moments(clock: Numbers, seconds: float, hold: float) -> Numbers:
    """The stage that every film frame shows; 2.25 is stage 2 with a quarter of stage 3 over it."""
    first = np.zeros(round(FPS * OPENING) if seconds else 0)
    times = np.linspace(0, 1, round(FPS * seconds))
    last = np.full(max(1, round(FPS * hold)), len(clock) - 1)
    return np.concatenate([first, np.interp(times, clock, np.arange(len(clock))), last])


def _fade(stages: list[bytes], last: Image.Image, moments: Numbers) -> Iterator[Planes]:
    """The film frames; no more than two stages are decoded at a time."""
    planes = _projector(last.size)

    @lru_cache(maxsize=2)
    def shown(number: int) -> Image.Image:
        image = _opened(stages[number]) if number < len(stages) else last
        return Image.fromarray(planes(image))

    for moment in moments:
        number, part = int(moment), moment % 1
        frame = Image.blend(shown(number), shown(number + 1), part) if part else shown(number)
        yield np.asarray(frame)


def _projector(size: tuple[int, int]) -> Callable[[Image.Image], Planes]:
    """What scales a picture to `size`, makes its sides even and its colours BT.709."""
    from av import VideoFrame  # slow to load
    from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

    width, height = size
    even = ((0, height % 2), (0, width % 2), (0, 0))
    reformatter = VideoReformatter()

    def planes(image: Image.Image) -> Planes:
        rgb = np.asarray(image.resize(size, Image.Resampling.LANCZOS))
        frame = reformatter.reformat(
            VideoFrame.from_ndarray(np.pad(rgb, even, mode="edge")),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            # The mean of 2 x 2 pixels; the default lets the colours of the row above in.
            interpolation=Interpolation.AREA,
        )
        return np.asarray(frame.to_ndarray(), np.uint8)

    return planes


def _encode(frames: Iterable[Planes], size: tuple[int, int]) -> bytes:
    import av  # slow to load

    sink = io.BytesIO()
    # To put the index first, the muxer reads again what it wrote: `io_open` is where from.
    with av.open(
        sink,
        "w",
        format="mp4",
        options={"movflags": "+faststart"},
        io_open=lambda *_: io.BytesIO(sink.getvalue()),
    ) as container:
        stream = container.add_stream("libx264", rate=FPS, options=_X264)
        stream.width, stream.height = (side + side % 2 for side in size)
        stream.pix_fmt = "yuv420p"
        stream.colorspace = stream.color_primaries = stream.color_trc = _BT709
        for planes in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        container.mux(stream.encode())
    return sink.getvalue()
