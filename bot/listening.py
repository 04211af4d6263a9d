"""Hearing what people say, whichever way it comes, and not giving up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn, Protocol

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.kinds import Bot
from bot.limiter import seconds_of

__all__ = ["TWINS", "Listener", "keep_on"]

logger = logging.getLogger(__name__)

TWINS: Final = "Another program is running with the same BOT_TOKEN; stop one of the two."

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0


class Listener(Protocol):
    """Puts updates into the queue of the application."""

    async def run(self) -> None:
        """Listen until cancelled.

        Raises:
            InvalidToken: the token is not valid any more; asked twice.
            PortUnavailable: there is no place to listen at.
        """

    async def close(self) -> None:
        """Hear nothing more, and let Telegram know what has been heard."""


async def keep_on(bot: Bot, step: Callable[[], Awaitable[object]]) -> NoReturn:
    """Do one thing again and again, through whatever Telegram answers, until cancelled.

    Raises:
        InvalidToken: the token is not valid any more; asked twice.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            await step()
        except TimedOut as error:
            logger.debug("a poll timed out: %s", error)
        except TelegramError as error:
            _log(error)
            if isinstance(error, InvalidToken):
                await _check_token(bot)
            await asyncio.sleep(seconds_of(error) if isinstance(error, RetryAfter) else pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        except Exception:
            # Such as an update of a kind that is yet to be invented.
            logger.exception("What Telegram sent could not be read.")
            await asyncio.sleep(_LONGEST_PAUSE)
        else:
            pause = _FIRST_PAUSE


async def _check_token(bot: Bot) -> None:
    try:
        await bot.get_me()
    except InvalidToken:
        raise
    except TelegramError as error:
        logger.warning("the token could not be checked: %s", error)


def _log(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        logger.error(TWINS)
    else:
        logger.warning("No updates from Telegram for the moment: %s", error)
