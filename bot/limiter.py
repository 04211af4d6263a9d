"""What to do when Telegram says "too many requests"."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any, Final

from telegram.error import ChatMigrated, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.metrics import Metrics
from bot.waiting import set_within

__all__ = ["NEVER", "PATIENT", "RetryLimiter", "seconds_of"]

logger = logging.getLogger(__name__)

# For `rate_limit_args`: how often a refused request is sent again. Not 0, because
# python-telegram-bot takes that for "not given".
NEVER: Final = -1
PATIENT: Final = 2
# Where nothing is given, it is a handler that waits, and with it everything else that the person
# says meanwhile: then it is tried once more, and only soon.
_SOON: Final = 5.0
_SLACK: Final = 0.1


class RetryLimiter(BaseRateLimiter[int]):
    """Sends a refused request again after the time, or to the chat, that Telegram named.

    `on_moved` is called with the old and the new id of a group that has become a supergroup.

    `AIORateLimiter` is not used for two reasons, both measured with 22.8: it knows no "never",
    so stale progress would be sent late, and its bucket for groups makes results queue behind
    the edits of progress messages.
    """

    def __init__(self, metrics: Metrics | None = None) -> None:
        self.on_moved: Callable[[int, int], None] = lambda _old, _new: None
        self._metrics = metrics or Metrics()
        self._closing = asyncio.Event()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """End every wait."""
        self.close()

    def close(self) -> None:
        """End every wait; what waited fails with what Telegram had answered."""
        self._closing.set()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Send a request, `rate_limit_args` times more if refused."""
        retries = 1 if rate_limit_args is None else rate_limit_args
        longest = _SOON if rate_limit_args is None else math.inf
        for left in range(max(retries, 0), -1, -1):
            try:
                return await self._wherever_it_is(partial(callback, *args, **kwargs), data)
            except RetryAfter as refusal:
                self._metrics.refused(endpoint)
                wait = seconds_of(refusal)
                if not left or wait > longest or self._closing.is_set():
                    raise
                logger.info("%s refused, again in %.0f s", endpoint, wait)
                if await set_within(self._closing, wait + _SLACK):
                    raise
            except TelegramError as error:
                self._metrics.failed(error)
                raise
        return None

    async def _wherever_it_is(
        self, send: Callable[[], Coroutine[Any, Any, Any]], data: dict[str, Any]
    ) -> Any:
        """Send, and to the supergroup if that is what the group has become.

        Raises:
            ChatMigrated: it is about a message, and those have not moved.
        """
        try:
            return await send()
        except ChatMigrated as error:
            logger.info("a group has become a supergroup")
            self.on_moved(int(data["chat_id"]), error.new_chat_id)
            if "message_id" in data:
                raise
            data["chat_id"] = error.new_chat_id
            data.pop("reply_parameters", None)
            return await send()


def seconds_of(refusal: RetryAfter) -> float:
    """How long Telegram wants to be left alone."""
    wait = refusal.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
