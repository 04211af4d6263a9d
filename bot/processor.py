"""Updates: side by side for different people, one after the other for one person."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from typing import Any, Final

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.callbacks import CancelJob, decode
from bot.inbox import Inbox
from bot.session import Key
from bot.speaker import key_of

__all__ = ["MAX_CONCURRENT", "MAX_IN_LANE", "PerChatProcessor"]

logger = logging.getLogger(__name__)

MAX_CONCURRENT: Final = 256
# Whoever waits in a lane holds one of the places above, so no lane may hold them all.
MAX_IN_LANE: Final = 20
# Room for cancelling even in a lane that is full.
_EXPRESS: Final = 5
_CANCEL: Final = "/cancel"


class PerChatProcessor(BaseUpdateProcessor):
    """Keeps the order within a chat, and within a person in groups.

    It rests on two facts: python-telegram-bot creates the tasks in the order of arrival, and
    `asyncio.Lock` wakes its waiters in that order.

    Cancelling waits for nothing. What a person said before `/cancel` and is not yet begun is
    dropped: done later, it would start what was just stopped.
    """

    __slots__ = ("_inbox", "_lanes")

    def __init__(self, inbox: Inbox, max_concurrent_updates: int = MAX_CONCURRENT) -> None:
        super().__init__(max_concurrent_updates)
        self._inbox = inbox
        self._lanes: dict[Key, _Lane] = {}

    def __len__(self) -> int:
        """How many lanes are in use."""
        return len(self._lanes)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the turn, then process; too much from one person is dropped."""
        with self._inbox.handling(update):
            await self._process(update, coroutine)

    async def _process(self, update: object, coroutine: Awaitable[Any]) -> None:
        key = key_of(update) if isinstance(update, Update) else None
        if not isinstance(update, Update) or key is None:
            await coroutine
            return
        express = _is_cancel(update) or _is_press_of_cancel(update)
        lane = self._lanes.setdefault(key, _Lane())
        if lane.users >= MAX_IN_LANE + (_EXPRESS if express else 0):
            logger.warning("too many updates of one person at once, one was dropped")
            _drop(coroutine)
            return
        lane.users += 1
        try:
            if _is_cancel(update):
                # Now: the next process must not begin it either.
                self._inbox.drop(lane.waiting)
                lane.waiting.clear()
            await (coroutine if express else _in_turn(lane, update.update_id, coroutine))
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[key]

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to free."""


class _Lane:
    """A lock, how many updates are under way or wait, and which ones wait to be begun."""

    __slots__ = ("lock", "users", "waiting")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0
        self.waiting: set[int] = set()


async def _in_turn(lane: _Lane, number: int, coroutine: Awaitable[Any]) -> None:
    lane.waiting.add(number)
    async with lane.lock:
        if number in lane.waiting:
            lane.waiting.discard(number)
            await coroutine
        else:
            _drop(coroutine)


def _is_cancel(update: Update) -> bool:
    words = ((update.message and update.message.text) or "").split(maxsplit=1)
    return bool(words) and words[0].partition("@")[0].lower() == _CANCEL


def _is_press_of_cancel(update: Update) -> bool:
    query = update.callback_query
    return query is not None and isinstance(decode(query.data or ""), CancelJob)


def _drop(coroutine: Awaitable[Any]) -> None:
    # What is never awaited must at least be closed, or Python complains.
    if isinstance(coroutine, Coroutine):
        coroutine.close()
