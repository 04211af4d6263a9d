"""`python -m bot --check`: everything that a bot needs, tried once, a line each."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.backup import BackupError, check
from bot.config import Config, Paints
from bot.database import FILE
from bot.hosts import is_loopback
from bot.service import NO_SUCH_BOT
from bot.transport import Line
from nst_core.checkup import Checkup, existing
from nst_core.finding import Finding, Trouble, find
from nst_core.images import decode
from nst_core.styles import Gallery

__all__ = ["check_up"]

# Bytes below which a disk is as good as full.
_ROOM: Final = 2**30
_SIZE: Final = 64
# Seconds in which Telegram has to say who the bot is.
_PATIENCE: Final = 20.0


def check_up(config: Config) -> Iterator[Finding]:
    """Try everything, one after the other, each when it is asked for.

    It changes nothing, and may run beside a bot that is at work. The last ones take a while.
    """
    yield find("telegram", partial(_telegram, config))
    yield find("data", partial(_data, config.data))
    yield find("disk", partial(_disk, config.data))
    yield find("styles", partial(_styles, config))
    if config.paints is Paints.CELERY:
        # What weights and devices there are is the workers' business.
        yield find("workers", partial(_workers, config))
        return
    engine = Checkup(replace(config.settings, size=_SIZE))
    yield engine.weights()
    yield engine.picture()
    if engine.paints:
        yield engine.device()


def _telegram(config: Config) -> str:
    return asyncio.run(_ask_telegram(config))


async def _ask_telegram(config: Config) -> str:
    line = Line(direct=is_loopback(urlsplit(config.api_url).hostname or ""))
    bot = ExtBot[None](
        config.token,
        base_url=f"{config.api_url}/bot",
        request=line.talking,
        get_updates_request=line.hearing,
    )
    try:
        async with asyncio.timeout(_PATIENCE), bot:
            return f"@{bot.username} at {config.api_url}"
    except InvalidToken as error:
        raise Trouble(NO_SUCH_BOT) from error
    except (TelegramError, TimeoutError) as error:
        why = str(error) or "nothing came in time"
        msg = f"{config.api_url} does not answer as it should: {why}"
        raise Trouble(msg) from error
    finally:
        await line.close()


def _data(folder: Path | None) -> str:
    if folder is None:
        return "nothing is kept"
    place = existing(folder)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"1")
    except OSError as error:
        msg = f"{place} cannot be written to: {error.strerror}; give it to the bot's user"
        raise Trouble(msg) from error
    if not (folder / FILE).exists():
        return f"{folder}, empty as yet"
    try:
        check(folder / FILE)
    except BackupError as error:
        raise Trouble(str(error)) from error
    return f"{folder}, undamaged"


def _disk(folder: Path | None) -> str:
    place = existing(folder or Path(tempfile.gettempdir()))
    free = shutil.disk_usage(place).free
    said = f"{free / 1e9:.1f} GB free at {place}"
    if free < _ROOM:
        msg = f"{said}; make it {_ROOM / 1e9:.0f} GB at least"
        raise Trouble(msg)
    return said


def _styles(config: Config) -> str:
    gallery = Gallery.load(config.styles)
    for style in gallery:
        decode(style.read(), max_side=_SIZE)
    return f"{len(gallery)}, all of which can be read"


def _workers(config: Config) -> str:
    from nst_core.cluster.link import require_extra

    require_extra()
    from nst_core.cluster.status import look

    workers = asyncio.run(look(config.broker_url)).workers
    if not workers:
        msg = "the broker answers, but there are no workers: start them with `nst worker`"
        raise Trouble(msg)
    return f"{len(workers)}, up to {max(w.largest for w in workers.values())} px"
