"""`Broadcast`: one message to many chats, slowly, and each of them at most once."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass, field
from typing import Final

from telegram import MessageEntity
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.kinds import Bot
from bot.limiter import NEVER, seconds_of
from bot.waiting import set_within

__all__ = ["Broadcast", "Broadcasts"]

logger = logging.getLogger(__name__)

# Seconds from one message to the next: Telegram takes 30 a second, and paintings need some.
_EVERY: Final = 1 / 25
_NEWS_EVERY: Final = 50
_NOBODY: Final = "chat not found"


@dataclass(slots=True, eq=False, kw_only=True)
class Broadcast:
    """A message to all of these chats, and how far it has come.

    Attributes:
        begun: it was confirmed; it does not begin twice.
        sent: chats that got it.
        gone: chats that are no more, or have shut the bot out.
        failed: chats of which it is not known whether they got it, or that could not get it.
        stopped: no further chat is to get it.
    """

    text: str
    entities: tuple[MessageEntity, ...]
    chats: tuple[int, ...]
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    begun: bool = False
    sent: int = 0
    gone: int = 0
    failed: int = 0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, reached: Container[int]) -> None:
        """It was confirmed, and goes to those who are still reached: not to who was forgotten."""
        self.begun = True
        self.chats = tuple(chat for chat in self.chats if chat in reached)

    async def send(
        self, bot: Bot, *, on_gone: Callable[[int], object], on_news: Callable[[], Awaitable[None]]
    ) -> None:
        """Send it to one chat after the other, until all have it or it is stopped.

        Args:
            bot: to send it with.
            on_gone: called with each chat that cannot be reached any more.
            on_news: called now and then on the way.
        """
        for number, chat in enumerate(self.chats, start=1):
            began = time.monotonic()
            await self._tell(bot, chat, on_gone)
            if number % _NEWS_EVERY == 0:
                await on_news()
            if await set_within(self.stopped, began + _EVERY - time.monotonic()):
                return

    async def _tell(self, bot: Bot, chat: int, on_gone: Callable[[int], object]) -> None:
        while not self.stopped.is_set():
            try:
                await bot.send_message(
                    chat, self.text, entities=self.entities, rate_limit_args=NEVER
                )
            except RetryAfter as refusal:
                await set_within(self.stopped, seconds_of(refusal))
                continue
            except TelegramError as error:
                self._note(chat, error, on_gone)
            else:
                self.sent += 1
            return

    def _note(self, chat: int, error: TelegramError, on_gone: Callable[[int], object]) -> None:
        is_gone = isinstance(error, BadRequest) and _NOBODY in str(error).lower()
        if isinstance(error, Forbidden) or is_gone:
            self.gone += 1
            on_gone(chat)
        else:
            logger.warning("a broadcast may not have reached a chat: %s", error)
            self.failed += 1


class Broadcasts:
    """The one broadcast that waits to be confirmed, or is on its way."""

    def __init__(self) -> None:
        self._last: Broadcast | None = None

    def put(self, broadcast: Broadcast) -> None:
        """Let this one be confirmed, and no earlier one any more."""
        self._last = broadcast

    def get(self, number: str) -> Broadcast | None:
        """The one with that id, if it is known."""
        return self._last if self._last and self._last.id == number else None
