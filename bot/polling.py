"""Hearing what people say, through whatever Telegram answers.

`telegram.ext.Updater` is not used: it stops listening for ever at the first 401 or 404, which a
proxy or a Bot API server that is being restarted also gives, and tells nobody.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.app import UPDATES
from bot.kinds import App
from bot.limiter import seconds_of

__all__ = ["Poller"]

logger = logging.getLogger(__name__)

_LONG_POLL: Final = 10
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0


class Poller:
    """Fetches updates into the queue of the application."""

    def __init__(self, application: App) -> None:
        self._bot = application.bot
        self._queue = application.update_queue
        self._next: int | None = None
        self._has_webhook = True

    async def run(self) -> None:
        """Listen until cancelled.

        Raises:
            InvalidToken: the token is not valid any more; asked twice.
        """
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._fetch()
            except TimedOut as error:
                logger.debug("a poll timed out: %s", error)
            except TelegramError as error:
                _log(error)
                if isinstance(error, InvalidToken):
                    await self._check_token()
                await asyncio.sleep(seconds_of(error) if isinstance(error, RetryAfter) else pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            except Exception:
                # Such as an update of a kind that is yet to be invented.
                logger.exception("What Telegram sent could not be read.")
                await asyncio.sleep(_LONGEST_PAUSE)
            else:
                pause = _FIRST_PAUSE

    async def confirm(self) -> None:
        """Tell Telegram what has been heard, so that it is not said again after a restart."""
        if self._next is not None:
            await self._bot.get_updates(self._next, timeout=0, allowed_updates=UPDATES)

    async def _fetch(self) -> None:
        if self._has_webhook:
            await self._bot.delete_webhook()
            self._has_webhook = False
        updates = await self._bot.get_updates(
            self._next, timeout=_LONG_POLL, allowed_updates=UPDATES
        )
        for update in updates:
            self._next = update.update_id + 1
            await self._queue.put(update)

    async def _check_token(self) -> None:
        try:
            await self._bot.get_me()
        except InvalidToken:
            raise
        except TelegramError as error:
            logger.warning("the token could not be checked: %s", error)


def _log(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        logger.error("Another program is running with the same BOT_TOKEN; stop one of the two.")
    else:
        logger.warning("No updates from Telegram for the moment: %s", error)
