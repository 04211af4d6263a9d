"""`Copies`: the paintings made last, for those who want more of one than Telegram keeps of it."""

from __future__ import annotations

import asyncio
import io
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from PIL import Image

from nst_core.executor.base import Finished
from nst_core.images import decode, to_pil
from nst_core.timelapse import TimeLapse

__all__ = ["STAGES", "Copies", "Copy", "film", "pair"]

STAGES: Final = 48
"""Stages of a painting that are kept for its film."""

_ROOM: Final = 128 * 1024**2
# Long side in pixels of each half of a pair.
_HALF: Final = 1024
_GAP: Final = 12
# One at a time: a small file can hold very many pixels, and a film takes both cores as it is.
_DARKROOM: Final = ThreadPoolExecutor(1, thread_name_prefix="darkroom")


@dataclass(frozen=True, slots=True)
class Copy:
    """A painting and how it grew."""

    painting: Finished
    stages: TimeLapse = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.painting.image) + self.stages.size


class Copies:
    """Keeps the paintings made last in memory, as many as there is room for.

    Args:
        room: in bytes.
    """

    def __init__(self, *, room: int = _ROOM) -> None:
        self._room = room
        self._taken = 0
        self._kept: OrderedDict[str, tuple[int, Copy]] = OrderedDict()

    def keep(self, job: str, user: int, copy: Copy) -> None:
        """Keep the painting of that job for a while."""
        self._drop(job)
        self._kept[job] = (user, copy)
        self._taken += copy.size
        while self._taken > self._room:
            self._drop(next(iter(self._kept)))

    def get(self, job: str) -> Copy | None:
        """The painting of that job, if it is still there."""
        _, copy = self._kept.get(job, (0, None))
        return copy

    def forget(self, user: int) -> None:
        """Keep nothing of the person."""
        for job in [job for job, (owner, _) in self._kept.items() if owner == user]:
            self._drop(job)

    def _drop(self, job: str) -> None:
        if job in self._kept:
            _, copy = self._kept.pop(job)
            self._taken -= copy.size


async def film(copy: Copy) -> bytes:
    """How the painting grew, as an MP4 file."""

    def shoot() -> bytes:
        return copy.stages.film(decode(copy.painting.image))

    return await asyncio.get_running_loop().run_in_executor(_DARKROOM, shoot)


async def pair(photo: bytes, painting: bytes) -> bytes:
    """Photo and painting side by side, as JPEG.

    Raises:
        ImageRejected: one of them is no picture.
    """
    work = partial(_side_by_side, photo, painting)
    return await asyncio.get_running_loop().run_in_executor(_DARKROOM, work)


def _side_by_side(photo: bytes, painting: bytes) -> bytes:
    after = to_pil(decode(painting, max_side=_HALF))
    # A smaller painting is not made larger, so that both are as sharp as they can be.
    before = to_pil(decode(photo, max_side=_HALF)).resize(after.size, Image.Resampling.LANCZOS)
    both = Image.new("RGB", (2 * after.width + _GAP, after.height), "white")
    both.paste(before, (0, 0))
    both.paste(after, (after.width + _GAP, 0))
    buffer = io.BytesIO()
    both.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
