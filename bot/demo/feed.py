"""What happens, as a numbered stream for the chat page."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, Final

__all__ = ["Feed"]

_KEPT: Final = 2000


class Feed:
    """The last events, and whoever waits for the next."""

    def __init__(self) -> None:
        self.cursor = 0
        self._events: deque[tuple[int, str]] = deque(maxlen=_KEPT)
        self._news = asyncio.Event()

    def publish(self, kind: str, **values: Any) -> None:
        """Tell all who listen; what is told does not change afterwards."""
        self.cursor += 1
        event = {"n": self.cursor, "type": kind, **values}
        self._events.append((self.cursor, json.dumps(event)))
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def listen(self, after: int) -> AsyncIterator[tuple[int, str]]:
        """Number and JSON of each event after that one, for ever."""
        while True:
            if not self._knows(after):
                after = self.cursor
                yield after, json.dumps({"n": after, "type": "reset"})
            news = self._news
            for number, event in [pair for pair in self._events if pair[0] > after]:
                yield number, event
                after = number
            if after == self.cursor:
                await news.wait()

    def _knows(self, after: int) -> bool:
        """Whether nothing was forgotten since."""
        oldest = self._events[0][0] if self._events else self.cursor + 1
        return oldest - 1 <= after <= self.cursor
