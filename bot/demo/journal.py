"""What the bot asked of the server, for tests to wait for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from bot.demo.wire import Json, Params

__all__ = ["Entry", "Journal"]

_KEPT: Final = 5000
# Longer than anything that Telegram takes.
_LONGEST: Final = 40_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer.

    Attributes:
        number: counts up from 1.
        error: ``error_code`` and ``description`` where it was refused.
    """

    number: int
    method: str
    params: Params = field(repr=False)
    result: Any = None
    error: Json | None = None

    def json(self) -> Json:
        """For the control door: everything but the bytes of the uploads."""
        files = {
            name: {"name": upload.name, "type": upload.type, "size": len(upload.data)}
            for name, upload in self.params.uploads.items()
        }
        return {
            "n": self.number,
            "method": self.method,
            "params": {name: text[:_LONGEST] for name, text in self.params.values.items()},
            "files": files,
            "result": self.result,
            "error": self.error,
        }


class Journal:
    """The last requests of one bot; the bytes of their uploads are for listeners only."""

    def __init__(self) -> None:
        self.cursor = 0
        self._entries: deque[Json] = deque(maxlen=_KEPT)
        self._news = asyncio.Event()
        self._listeners: list[Callable[[Entry], None]] = []

    def listen(self, listener: Callable[[Entry], None]) -> None:
        """Call `listener` with every entry from now on."""
        self._listeners.append(listener)

    def note(
        self, method: str, params: Params, *, result: Any = None, error: Json | None = None
    ) -> None:
        """Add an entry."""
        self.cursor += 1
        entry = Entry(self.cursor, method, params, result, error)
        for listener in self._listeners:
            listener(entry)
        self._entries.append(entry.json())
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def after(self, number: int, methods: set[str], seconds: float) -> list[Json]:
        """The entries after that one; waits for the first of them, but not for ever.

        Args:
            number: of the last entry that is known already.
            methods: in lower case; empty for all but the ones that say nothing.
            seconds: how long to wait.
        """
        try:
            async with asyncio.timeout(seconds):
                while not (found := self._since(number, methods)):
                    await self._news.wait()
        except TimeoutError:
            return []
        return found

    def _since(self, number: int, methods: set[str]) -> list[Json]:
        return [
            entry
            for entry in self._entries
            if entry["n"] > number and _is_asked_for(entry["method"].lower(), methods)
        ]


def _is_asked_for(method: str, methods: set[str]) -> bool:
    return method in methods if methods else method not in {"getupdates", "getme"}
