"""Albums: Telegram sends their pictures one by one and never says which is the last."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from telegram import Message

from bot.inbox import Inbox, Receipt, hold
from bot.session import Key
from bot.waiting import set_within

__all__ = ["Albums", "Complete"]

# The pictures of one album arrive in one burst; a second without another one ends it.
QUIET: Final = 1.0
# What Telegram allows in one album.
LARGEST: Final = 10

Complete: TypeAlias = Callable[[Sequence[Message]], Awaitable[None]]


@dataclass(slots=True, eq=False)
class _Album:
    owner: Key
    messages: list[Message] = field(default_factory=list)
    receipt: Receipt = field(default_factory=Receipt)
    task: asyncio.Task[None] | None = None
    more: asyncio.Event = field(default_factory=asyncio.Event)


class Albums:
    """Collects the messages of an album and hands them over together, in order."""

    def __init__(self, inbox: Inbox, *, quiet: float = QUIET) -> None:
        self._inbox = inbox
        self._quiet = quiet
        self._open: dict[tuple[int, str], _Album] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, message: Message, owner: Key, complete: Complete) -> None:
        """Put a message with a `media_group_id` to the album that its owner is sending.

        The `complete` of an album's first message is what gets the album.
        """
        key = (message.chat_id, str(message.media_group_id))
        receipt = hold()
        album = self._open.get(key)
        if album is None:
            # Its task answers for what all its messages have said: it inherits this receipt.
            album = self._open[key] = _Album(owner, receipt=receipt)
            task = album.task = asyncio.create_task(self._collect(key, album, complete))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if receipt is not album.receipt:
            album.receipt.absorb(receipt)
        album.messages.append(message)
        album.more.set()

    def drop(self, user: int, chat: int | None = None) -> bool:
        """Forget what somebody is sending; whether there was anything.

        Args:
            user: who.
            chat: where; None for everywhere.
        """
        theirs = [
            key
            for key, album in self._open.items()
            if album.owner[1] == user and chat in (None, album.owner[0])
        ]
        for key in theirs:
            album = self._open.pop(key)
            self._inbox.settle(album.receipt)
            if album.task:
                album.task.cancel()
        return bool(theirs)

    async def close(self) -> None:
        """Leave the albums that are still incomplete to the next process."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        # A task that is cancelled before it began has cleared nothing away.
        self._open.clear()

    async def _collect(self, key: tuple[int, str], album: _Album, complete: Complete) -> None:
        try:
            while len(album.messages) < LARGEST and await set_within(album.more, self._quiet):
                album.more.clear()
        finally:
            self._open.pop(key, None)
        await complete(sorted(album.messages, key=lambda message: message.message_id))
        self._inbox.settle(album.receipt)
