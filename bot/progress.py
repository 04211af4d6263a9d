"""Progress of a job: the newest wins, edits are spaced, and any of them may be dropped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.limiter import seconds_of
from bot.metrics import Edit, Metrics
from bot.outgoing import is_unchanged
from bot.waiting import set_within

__all__ = ["GROUP_INTERVAL", "PRIVATE_INTERVAL", "Pacer", "ProgressReporter", "Sight"]

logger = logging.getLogger(__name__)

# Telegram allows a group 20 messages a minute, edits included.
PRIVATE_INTERVAL: Final = 2.5
GROUP_INTERVAL: Final = 5.0
_LAST_EDIT: Final = 5.0
_CHATS: Final = 1000


@dataclass(frozen=True, slots=True)
class Sight:
    """What a progress message shows: words, and the painting as far as it is, as JPEG."""

    text: str = ""
    picture: bytes | None = field(default=None, repr=False)


class Pacer:
    """Keeps the edits in a chat apart, whichever of its messages they are of."""

    def __init__(self) -> None:
        self._free: dict[int, float] = {}

    def reserve(self, chat: int, interval: float) -> float:
        """Take the next place in the chat; seconds until it comes.

        Args:
            chat: where.
            interval: seconds that the next edit is to keep away.
        """
        now = asyncio.get_running_loop().time()
        begins = max(now, self._free.get(chat, now))
        self._free[chat] = begins + interval
        if len(self._free) > _CHATS:
            self._free = {chat: free for chat, free in self._free.items() if free > now}
        return begins - now


Refresh: TypeAlias = Callable[[Sight], Awaitable[object]]


class ProgressReporter:
    """Keeps one message up to date without ever making anybody wait.

    Args:
        edit: what edits it.
        chat: where it is.
        interval: seconds from the end of one edit to the start of the next, and before the first.
        pacer: what keeps the edits in a chat apart.
        shown: what the message shows already.
    """

    def __init__(
        self,
        edit: Refresh,
        chat: int,
        *,
        interval: float,
        pacer: Pacer,
        shown: Sight,
        metrics: Metrics | None = None,
    ) -> None:
        self._interval = interval
        self._metrics = metrics or Metrics()
        self._edit = edit
        self._chat = chat
        self._pacer = pacer
        self._shown = shown
        self._latest = shown
        self._news = asyncio.Event()
        self._closing = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def show(self, sight: Sight) -> None:
        """Let the message show this, as soon as may be; what is newer replaces what is older."""
        self._latest = sight
        if sight != self._shown:
            self._news.set()

    async def close(self) -> None:
        """Edit no more: when this returns, no edit is under way either."""
        self._closing.set()
        self._news.set()
        done, _ = await asyncio.wait({self._task}, timeout=_LAST_EDIT)
        if not done:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        # The message is brand new, and what is to come within the interval is better news.
        if await set_within(self._closing, self._interval):
            return
        while await self._news_came():
            # The newest when its turn comes is what is shown.
            turn = self._pacer.reserve(self._chat, self._interval)
            if await set_within(self._closing, turn):
                return
            pause = await self._edit_once()
            if pause is None or await set_within(self._closing, pause):
                return

    async def _news_came(self) -> bool:
        await self._news.wait()
        self._news.clear()
        return not self._closing.is_set()

    async def _edit_once(self) -> float | None:
        """Seconds until the next edit; None when the message is gone for good."""
        sight = self._latest
        if sight == self._shown:
            return 0.0
        try:
            await self._edit(sight)
        except RetryAfter as refusal:
            # Not lost, only late: what is newest when the time is over will be shown.
            self._news.set()
            self._metrics.edited(Edit.LATE)
            return max(self._interval, seconds_of(refusal))
        except BadRequest as error:
            if not is_unchanged(error):
                logger.info("a progress message is gone: %s", error)
                self._metrics.edited(Edit.DROPPED)
                return None
        except Forbidden:
            self._metrics.edited(Edit.DROPPED)
            return None
        except TelegramError as error:
            self._metrics.edited(Edit.LATE)
            logger.info("a progress edit came to nothing: %s", error)
            self._news.set()
            return self._interval
        self._shown = sight
        self._metrics.edited(Edit.DONE)
        return self._interval
