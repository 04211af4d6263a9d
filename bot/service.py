"""The bot's life as a process: connect, listen, and leave in good order."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError

from bot import heap
from bot.app import build
from bot.config import Config, Paints
from bot.database import TooNew
from bot.health import HANGING, Health, watch_loop
from bot.hosts import is_loopback
from bot.introduction import introduce
from bot.kinds import App
from bot.limiter import RetryLimiter, seconds_of
from bot.listening import Listener
from bot.lock import Lock
from bot.metered import Metered
from bot.metrics import Metrics
from bot.polling import Poller
from bot.transport import Line
from bot.waiting import Interrupted, unless
from bot.web import PortUnavailable, monitor, serving
from bot.webhook import Webhook
from nst_core.errors import StylizeError
from nst_core.executor import Executor, LocalExecutor

__all__ = ["NO_SUCH_BOT", "SOFTWARE", "CannotStart", "serve"]

logger = logging.getLogger(__name__)

NO_SUCH_BOT: Final = (
    "Telegram does not know this BOT_TOKEN. Ask @BotFather for the right one: /token"
)
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
# A container is killed ten seconds after it was asked to stop.
_PARTING: Final = 2.0
_WATCH: Final = 1.0
_TIDYING: Final = 3600.0
SOFTWARE: Final = 70  # EX_SOFTWARE of sysexits.h
_HUNG: Final = (
    "The compute thread hangs, and only a new process can mend that: leaving, with every job kept."
)


class Hung(Exception):
    """The process is good for nothing any more; one sentence for the operator."""


class CannotStart(Exception):
    """Why there is no point in trying; one sentence for the operator."""


async def serve(
    config: Config, executor: Executor | None = None, *, needs_engine: bool = True
) -> int:
    """Run until SIGINT or SIGTERM; the exit code. What else ends it is in the log.

    Args:
        config: what the operator decided.
        executor: what paints; the engine of this machine where it is None.
        needs_engine: whether to leave where the engine cannot be had; otherwise people are told.
            They are heard while it gets ready, and their pictures wait.
    """
    stop = _asked_to_stop()
    try:
        with _alone(config.data):
            service = _build(config, executor, needs_engine=needs_engine)
            return await _serve(service, stop)
    except CannotStart as error:
        logger.critical("%s", error)
        return 1


@contextmanager
def _alone(folder: Path | None) -> Iterator[None]:
    """Keep other bots out of the folder.

    Raises:
        CannotStart: one is in it already.
    """
    if folder is None:
        yield
        return
    try:
        lock = Lock(folder)
    except OSError as error:
        msg = f"The folder {folder} cannot be used: {error}"
        raise CannotStart(msg) from error
    with lock:
        yield


def _build(config: Config, executor: Executor | None, *, needs_engine: bool) -> _Service:
    try:
        return _Service(config, executor or _executor(config), needs_engine=needs_engine)
    except StylizeError as error:
        raise CannotStart(str(error)) from error
    except (OSError, sqlite3.Error, TooNew) as error:
        msg = f"What is to be remembered cannot be kept in {config.data}: {error}"
        raise CannotStart(msg) from error


def _asked_to_stop() -> asyncio.Event:
    """Is set by SIGINT and SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _serve(service: _Service, stop: asyncio.Event) -> int:
    code = 1
    try:
        with suppress(Interrupted):
            await unless(stop, service.run())
        code = 0
    # Now: the end of the process may be by force.
    except (CannotStart, Hung) as error:
        logger.critical("%s", error)
        code = SOFTWARE if isinstance(error, Hung) else 1
    except Exception:
        logger.critical("The bot broke down.", exc_info=True)
    finally:
        logger.info("Stopping.")
        await service.stop(code)
    return code


def _executor(config: Config) -> Executor:
    """Who paints.

    Raises:
        StylizeError: it cannot be had.
    """
    if config.paints is Paints.LOCAL:
        return LocalExecutor()
    # Nothing of it is even loaded where one machine paints.
    from nst_core.cluster.executor import CeleryExecutor

    return CeleryExecutor(config.broker_url, bot=config.token.partition(":")[0] or "demo")


class _Service:
    """The application and what it stands on."""

    def __init__(self, config: Config, executor: Executor, *, needs_engine: bool) -> None:
        self._needs_engine = needs_engine
        self._door = config.door
        self._tasks: list[asyncio.Task[None]] = []
        self._metrics = Metrics()
        self._health = Health(patience=min(2 * HANGING, 2 * 60 * config.job_minutes))
        self._is_hung = False
        self._monitor = AsyncExitStack()
        self._limiter = RetryLimiter(self._metrics)
        self._executor = Metered(executor, self._metrics, self._health)
        self._line = Line(direct=is_loopback(urlsplit(config.api_url).hostname or ""))
        self._application, self._desk = build(
            config, self._executor, self._limiter, self._line, metrics=self._metrics
        )
        self._listener = self._choose_listener()

    async def run(self) -> None:
        """Connect, and listen while the engine gets ready, until cancelled.

        Raises:
            CannotStart: the token is wrong, or the engine or a port cannot be had.
        """
        try:
            await self._begin_to_monitor()
            await _connect(self._application)
            self._health.heard()
            heap.settle()
            starting = self._beside(self._start())
            if self._executor.fleet() is not None:
                # What an earlier process handed over is known only then, and that in a moment.
                await starting
            await self._desk.jobs.resume()
            self._desk.store.inbox.resume(self._application.bot)
            await self._application.start()
            admins = self._desk.access.admins
            self._beside(self._tidy())
            self._beside(introduce(self._application.bot, self._desk.gallery, admins))
            logger.info("@%s is listening.", self._application.bot.username)
            await self._listen_while_possible(starting)
        except StylizeError as error:
            raise CannotStart(str(error)) from error
        except InvalidToken as error:
            raise CannotStart(NO_SUCH_BOT) from error
        except PortUnavailable as error:
            raise CannotStart(str(error)) from error

    async def _tidy(self) -> None:
        """Let go of what is too old also where nobody gives an occasion to, until cancelled."""
        while True:
            self._desk.store.clear_away()
            await self._desk.jobs.tidy()
            await asyncio.sleep(_TIDYING)

    async def _listen_while_possible(self, starting: asyncio.Task[None]) -> None:
        """Listen until cancelled.

        Args:
            starting: what makes the engine ready; it ends all where it fails.

        Raises:
            Hung: the compute thread hangs.
            StylizeError: the engine cannot be had.
        """
        watching = self._beside(self._watch_compute())
        listening = asyncio.create_task(self._listener.run())
        tasks = {starting, watching, listening}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            listening.cancel()
            await asyncio.wait({listening})

    async def _watch_compute(self) -> None:
        """Look after the compute thread, until cancelled.

        Raises:
            Hung: it hangs.
        """
        while not self._health.hopeless:  # noqa: ASYNC110 - time is what is waited for
            await asyncio.sleep(_WATCH)
        self._is_hung = True
        raise Hung(_HUNG)

    def _choose_listener(self) -> Listener:
        bot, inbox = self._application.bot, self._desk.store.inbox
        if self._door.webhook:
            return Webhook(bot, inbox, self._door, self._metrics, self._health)
        return Poller(bot, inbox, self._metrics, self._health)

    async def _begin_to_monitor(self) -> None:
        self._beside(watch_loop(self._health, self._metrics))
        self._metrics.watch(lambda: self._health.ready, self._executor.memory, self._executor.fleet)
        if self._door.metrics_port is not None:
            app = monitor(self._health, self._metrics)
            port = await self._monitor.enter_async_context(
                serving(app, self._door.host, self._door.metrics_port)
            )
            logger.info("Health and metrics are at port %d of %s.", port, self._door.host)

    def _beside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have it done while the bot runs."""
        task = asyncio.create_task(work)
        self._tasks.append(task)
        return task

    async def _start(self) -> None:
        """Make the engine ready.

        Raises:
            StylizeError: it cannot be had, and is needed.
        """
        try:
            await self._executor.start()
        except Exception as error:
            if self._needs_engine:
                # Before those who wait hear of it: the next process may have an engine.
                await self._desk.jobs.close()
                raise
            # Of what is foreseen, where in the code it came from would not help the operator.
            details = None if isinstance(error, StylizeError) else error
            logger.error("No painting yet: %s", error, exc_info=details)  # noqa: TRY400
        else:
            heap.settle()
            logger.info("Ready.")

    async def stop(self, code: int) -> None:
        """Hear nothing new, tell those who wait, free the device.

        Args:
            code: the exit code, where the process has to be left by force.
        """
        self._health.stopping = True
        for task in self._tasks:
            task.cancel()
        store, application = self._desk.store, self._application
        if store.is_lasting:
            store.inbox.close()
        self._limiter.close()
        if application.running:
            await _briefly(self._listener.close())
            await _briefly(application.stop())
        await self._desk.albums.close()
        await self._desk.errands.close()
        await self._desk.jobs.close(at_fault=self._is_hung)
        await _briefly(application.shutdown())
        await self._line.close()
        await self._desk.source.links.close()
        store.close()
        await self._monitor.aclose()
        await _part_with(self._executor, code)


async def _briefly(work: Coroutine[Any, Any, None]) -> None:
    """Part in peace, but part: what Telegram does not answer in time is left undone."""
    try:
        async with asyncio.timeout(_PARTING):
            await work
    except TimeoutError:
        logger.warning("Telegram did not answer in time.")
    except TelegramError as error:
        logger.info("while stopping: %s", error)


async def _part_with(executor: Executor, code: int) -> None:
    try:
        async with asyncio.timeout(_PARTING):
            await executor.close()
    except TimeoutError:
        # Neither TensorFlow's import nor its compiler can be interrupted, and a normal exit
        # waits for their thread.
        # Everybody has been told and nothing is left to be saved, so leave the thread behind.
        logger.warning("The engine cannot be interrupted just now; leaving without it.")
        logging.shutdown()
        os._exit(code)


async def _connect(application: App) -> None:
    """Reach Telegram, however long it takes.

    Raises:
        InvalidToken: Telegram knows no such bot.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            await application.initialize()
        except RetryAfter as error:
            pause = seconds_of(error)
        except NetworkError as error:
            logger.warning("Telegram cannot be reached, again in %.0f s: %s", pause, error)
        else:
            return
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
