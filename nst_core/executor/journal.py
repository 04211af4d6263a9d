"""`Journal`: what happened to one job, for those who listen now and those who attach later."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from nst_core.executor.base import Event, Previewed, Progressed, Queued

__all__ = ["Journal"]

# Of these only the newest matters: an older one that nobody has read yet is dropped.
_SUPERSEDED = (Queued, Progressed, Previewed)


class Journal:
    """One job's events. Everything runs on the event loop, so nothing needs a lock.

    A listener that falls behind keeps at most one event of each superseded kind waiting, so a
    slow chat holds neither memory nor the compute thread.
    """

    def __init__(self) -> None:
        self._known: list[Event] = []
        self._listeners: set[_Listener] = set()
        self.closed = False

    def publish(self, event: Event) -> None:
        """Record an event and hand it to every listener; ignored after the terminal one."""
        if self.closed:
            return
        self.closed = event.terminal
        if event.terminal:
            # Nobody needs yesterday's progress, and previews are large.
            self._known.clear()
        _append(self._known, event)
        for listener in self._listeners:
            listener.put(event)

    async def listen(self) -> AsyncIterator[Event]:
        """What is known, then what happens, up to and with the terminal event."""
        listener = _Listener(self._known)
        self._listeners.add(listener)
        try:
            while True:
                event = await listener.get()
                yield event
                if event.terminal:
                    return
        finally:
            self._listeners.discard(listener)


class _Listener:
    def __init__(self, known: list[Event]) -> None:
        self._waiting = deque(known)
        self._arrived = asyncio.Event()

    def put(self, event: Event) -> None:
        _append(self._waiting, event)
        self._arrived.set()

    async def get(self) -> Event:
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()


def _append(events: list[Event] | deque[Event], event: Event) -> None:
    if isinstance(event, _SUPERSEDED):
        for old in [old for old in events if type(old) is type(event)]:
            events.remove(old)
    events.append(event)
