"""Waiting for one thing, but not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["Interrupted", "set_within", "unless"]

T = TypeVar("T")


class Interrupted(Exception):
    """The work was given up, or its fruit is not wanted any more."""


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait until the event is set; whether that came within the time."""
    # Not `asyncio.wait_for`: before Python 3.12 it swallows a cancellation that comes together
    # with the event.
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True


async def unless(event: asyncio.Event, work: Coroutine[Any, Any, T]) -> T:
    """Do the work, but give it up at once when the event is set.

    Raises:
        Interrupted: the event was set, be it together with the end of the work.
    """
    working = asyncio.create_task(work)
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if event.is_set():
            raise Interrupted
        return working.result()
    finally:
        for task in (working, waiting):
            task.cancel()
        await asyncio.wait({working, waiting})
        if not working.cancelled():
            # Nobody wants to hear of what failed unwanted; but of what is not asked, Python tells.
            working.exception()
