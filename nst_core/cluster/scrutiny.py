"""What a worker says, looked at before it is believed: its machine is often somebody else's.

A number that is none would end the job that it is about, a file that is no picture would reach a
person, and a few bytes that unpack to gigabytes would end the bot.
"""

from __future__ import annotations

import math
from typing import Any, Final, TypeVar

from nst_core.executor.base import Event, Failed, Finished, Previewed, Progressed

__all__ = ["exact", "is_sound", "number", "of_unsound", "unpack"]

T = TypeVar("T")

LONGEST: Final = 2**16
"""Members of a list or a map: the report of a painting has a loss for every step."""

MOST: Final = 2**18
"""Members of all lists and maps of a message."""

_YEAR: Final = 366 * 24 * 3600.0
_PNG: Final = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_JPEG: Final = b"\xff\xd8\xff"


def unpack(data: bytes) -> object:
    """What msgpack made bytes of, within reason.

    Raises:
        ValueError: it is none, or unreasonable.
        msgpack.UnpackException: it is none.
    """
    import msgpack

    known = 0

    def count(members: T) -> T:
        nonlocal known
        known += 1 + len(members)  # type: ignore[arg-type]  # a list or a map
        if known > MOST:
            msg = "more members than any message has"
            raise ValueError(msg)
        return members

    told: object = msgpack.unpackb(
        data,
        list_hook=count,
        object_hook=count,
        max_array_len=LONGEST,
        max_map_len=LONGEST,
        max_ext_len=0,
    )
    return told


def exact(value: Any, kind: type[T]) -> T:
    """A value of just that type, and not what could be made of it.

    Raises:
        TypeError: it is of another.
    """
    if type(value) is not kind:
        msg = f"no {kind.__name__}"
        raise TypeError(msg)
    return value


def number(value: Any, _: object = None) -> float:
    """A number that one can reckon with.

    Raises:
        TypeError: it is none.
        ValueError: it is infinite, or undefined.
    """
    if type(value) not in {int, float}:
        msg = "no number"
        raise TypeError(msg)
    if not math.isfinite(value):
        msg = "no finite number"
        raise ValueError(msg)
    return float(value)


def is_sound(event: Event) -> bool:
    """Whether an event tells of what there can be."""
    match event:
        case Progressed():
            is_span = _is_span(event.seconds) and (event.eta is None or _is_span(event.eta))
            return is_span and 0 <= event.share <= 1 and 0 <= event.step <= event.total
        case Previewed():
            return event.image.startswith(_JPEG)
        case Finished():
            return _is_span(event.seconds) and _is_png(event.image, event.width, event.height)
    return True


def of_unsound(event: Event) -> Event | None:
    """What to believe instead: a job whose painting is none has failed, lest it go on for ever."""
    if not isinstance(event, Finished):
        return None
    words = "What came from the worker was no painting."
    return Failed(job=event.job, run=event.run, error="InternalError", message=words)


def _is_png(image: bytes, width: int, height: int) -> bool:
    sides = int.from_bytes(image[16:20]), int.from_bytes(image[20:24])
    return image.startswith(_PNG) and sides == (width, height) and min(sides) > 0


def _is_span(seconds: float) -> bool:
    return 0 <= seconds < _YEAR
