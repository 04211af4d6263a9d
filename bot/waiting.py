"""Waiting for one thing, but not for ever."""

from __future__ import annotations

import asyncio

__all__ = ["set_within"]


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
