"""The bot's life as a process: connect, listen, and leave in good order."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Coroutine
from typing import Any, Final

from telegram.error import (
    Conflict,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import Updater

from bot.app import UPDATES, build
from bot.commands import menu
from bot.config import Config
from bot.desk import Desk
from bot.kinds import App
from bot.limiter import RetryLimiter, seconds_of
from nst_core.errors import StylizeError
from nst_core.executor import Executor, LocalExecutor

__all__ = ["CannotStart", "serve"]

logger = logging.getLogger(__name__)

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
# A container is killed ten seconds after it was asked to stop.
_PARTING: Final = 2.0


class CannotStart(Exception):
    """Why there is no point in trying; one sentence for the operator."""


async def serve(config: Config) -> None:
    """Run until SIGINT or SIGTERM.

    Raises:
        CannotStart: the token is wrong, or the engine cannot be had.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    executor = LocalExecutor()
    try:
        service = _Service(config, executor)
    except StylizeError as error:
        raise CannotStart(str(error)) from error
    try:
        if await _unless(stop, service.start()):
            await stop.wait()
    finally:
        logger.info("Stopping.")
        await service.stop()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work, but give it up when `stop` is set; whether it was done."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            return False
        working.result()
        return True
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.wait({working, stopping})


class _Service:
    """The application and what it stands on."""

    def __init__(self, config: Config, executor: Executor) -> None:
        self._limiter = RetryLimiter()
        self._executor = executor
        self._application, self._desk = build(config, executor, self._limiter)

    async def start(self) -> None:
        """Connect, make the engine ready, and only then listen."""
        await _connect(self._application)
        try:
            await self._executor.start()
        except StylizeError as error:
            raise CannotStart(str(error)) from error
        await _introduce(self._application, self._desk)
        await self._application.start()
        await _updater(self._application).start_polling(
            allowed_updates=UPDATES, bootstrap_retries=-1, error_callback=_on_polling_error
        )
        logger.info("@%s is listening.", self._application.bot.username)

    async def stop(self) -> None:
        """Hear nothing new, tell those who wait, free the device."""
        self._limiter.close()
        application, updater = self._application, _updater(self._application)
        if updater.running:
            await _briefly(updater.stop())
        if application.running:
            await _briefly(application.stop())
        await self._desk.albums.close()
        await self._desk.jobs.close()
        await _briefly(application.shutdown())
        await _part_with(self._executor)


def _updater(application: App) -> Updater:
    updater = application.updater
    if updater is None:
        msg = "the application was built without an updater"
        raise RuntimeError(msg)
    return updater


async def _briefly(work: Coroutine[Any, Any, None]) -> None:
    """Part in peace, but part: what Telegram does not answer in time is left undone."""
    try:
        async with asyncio.timeout(_PARTING):
            await work
    except TimeoutError:
        logger.warning("Telegram did not answer in time.")
    except TelegramError as error:
        logger.info("while stopping: %s", error)


async def _part_with(executor: Executor) -> None:
    try:
        async with asyncio.timeout(_PARTING):
            await executor.close()
    except TimeoutError:
        # Neither TensorFlow's import nor its compiler can be interrupted, and a normal exit
        # waits for their thread.
        # Everybody has been told and nothing is left to be saved, so leave the thread behind.
        logger.warning("The engine cannot be interrupted just now; leaving without it.")
        logging.shutdown()
        os._exit(0)


async def _connect(application: App) -> None:
    """Reach Telegram, however long it takes.

    Raises:
        CannotStart: Telegram knows no such bot.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            await application.initialize()
        except InvalidToken as error:
            msg = "Telegram does not know this BOT_TOKEN. Ask @BotFather for the right one: /token"
            raise CannotStart(msg) from error
        except RetryAfter as error:
            pause = seconds_of(error)
        except NetworkError as error:
            logger.warning("Telegram cannot be reached, again in %.0f s: %s", pause, error)
        else:
            return
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _introduce(application: App, desk: Desk) -> None:
    """Fill the menu of commands; the bot works without it too."""
    try:
        await application.bot.set_my_commands(menu(desk.gallery))
    except TelegramError as error:
        logger.warning("the menu of commands was not set: %s", error)


def _on_polling_error(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        logger.error("Another program is running with the same BOT_TOKEN; stop one of the two.")
    else:
        logger.warning("No updates from Telegram for the moment: %s", error)
