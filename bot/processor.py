"""Updates: side by side for different people, one after the other for one person."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.session import Key

__all__ = ["PerChatProcessor", "key_of"]

MAX_CONCURRENT: Final = 256


class PerChatProcessor(BaseUpdateProcessor):
    """Keeps the order within a chat, and within a person in groups.

    It rests on two facts: python-telegram-bot creates the tasks in the order of arrival, and
    `asyncio.Lock` wakes its waiters in that order.
    """

    __slots__ = ("_lanes",)

    def __init__(self, max_concurrent_updates: int = MAX_CONCURRENT) -> None:
        super().__init__(max_concurrent_updates)
        self._lanes: dict[Key, _Lane] = {}

    def __len__(self) -> int:
        """How many lanes are in use."""
        return len(self._lanes)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the turn, then process."""
        key = key_of(update) if isinstance(update, Update) else None
        if key is None:
            await coroutine
            return
        lane = self._lanes.setdefault(key, _Lane())
        lane.users += 1
        try:
            async with lane.lock:
                await coroutine
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[key]

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to free."""


class _Lane:
    """A lock and how many updates hold it or wait for it."""

    __slots__ = ("lock", "users")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0


def key_of(update: Update) -> Key | None:
    """Whose dialogue the update belongs to; None for what belongs to no chat."""
    chat, user = update.effective_chat, update.effective_user
    return (chat.id, user.id if user else chat.id) if chat else None
