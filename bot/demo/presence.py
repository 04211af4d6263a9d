"""Whether the bot hears what is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Final

__all__ = ["Presence", "Status"]

# Between two polls a bot is away for a moment only.
_GRACE: Final = 4.0


class Status(StrEnum):
    """What people are shown; a bot is starting until it has asked for updates once."""

    STARTING = "starting"
    ONLINE = "online"
    OFFLINE = "offline"


class Presence:
    """A bot's comings and goings.

    Args:
        on_change: called when the status is another one.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self.status = Status.STARTING
        self._on_change = on_change
        self._leaving: asyncio.TimerHandle | None = None

    def come(self) -> None:
        """The bot asks for updates, or takes one."""
        self.close()
        self._set(Status.ONLINE)

    def leave(self) -> None:
        """It does so no more; it is gone unless it comes back soon."""
        self.close()
        loop = asyncio.get_running_loop()
        self._leaving = loop.call_later(_GRACE, self._set, Status.OFFLINE)

    def close(self) -> None:
        """Wait for nothing."""
        if self._leaving:
            self._leaving.cancel()
            self._leaving = None

    def _set(self, status: Status) -> None:
        if status != self.status:
            self.status = status
            self._on_change()
