"""`python -m bot --check`: everything that a bot needs, tried once, a line each."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
from nst_core import memory, sketch, weights
from nst_core.api import stylize
from nst_core.cli.quiet import native_stderr_hidden
from nst_core.errors import StylizeError
from nst_core.images import decode, encode_png
from nst_core.result import Result
from nst_core.settings import Quality
from nst_core.styles import Gallery

__all__ = ["Finding", "check_up"]

# Bytes below which a disk is as good as full.
_ROOM: Final = 2**30
_SIZE: Final = 64
# Seconds in which Telegram has to say who the bot is.
_PATIENCE: Final = 20.0


class _Trouble(Exception):
    """What is wrong, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check.

    Attributes:
        about: what was looked at.
        is_fine: whether it will do.
        text: what there is; or what is wrong with it, and what to do.
    """

    about: str
    is_fine: bool
    text: str


def check_up(config: Config) -> Iterator[Finding]:
    """Try everything, one after the other, each when it is asked for.

    It changes nothing, and may run beside a bot that is at work. The last ones take a while.
    """
    yield _find("telegram", partial(_telegram, config))
    yield _find("data", partial(_data, config.data))
    yield _find("disk", partial(_disk, config.data))
    yield _find("styles", partial(_styles, config))
    if config.paints is Paints.CELERY:
        # What weights and devices there are is the workers' business.
        yield _find("workers", partial(_workers, config))
        return
    yield _find("weights", _weights)
    yield from _painting(config)


def _find(about: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(about, is_fine=True, text=look())
    except (_Trouble, StylizeError, BackupError) as trouble:
        return Finding(about, is_fine=False, text=str(trouble))
    except Exception as error:  # noqa: BLE001 - the other checks are worth their lines all the same
        return Finding(about, is_fine=False, text=f"{type(error).__name__}: {error}")


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
        raise _Trouble(NO_SUCH_BOT) from error
    except (TelegramError, TimeoutError) as error:
        why = str(error) or "nothing came in time"
        msg = f"{config.api_url} does not answer as it should: {why}"
        raise _Trouble(msg) from error
    finally:
        await line.close()


def _data(folder: Path | None) -> str:
    if folder is None:
        return "nothing is kept"
    place = _existing(folder)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"1")
    except OSError as error:
        msg = f"{place} cannot be written to: {error.strerror}; give it to the bot's user"
        raise _Trouble(msg) from error
    if not (folder / FILE).exists():
        return f"{folder}, empty as yet"
    check(folder / FILE)
    return f"{folder}, undamaged"


def _disk(folder: Path | None) -> str:
    place = _existing(folder or Path(tempfile.gettempdir()))
    free = shutil.disk_usage(place).free
    said = f"{free / 1e9:.1f} GB free at {place}"
    if free < _ROOM:
        msg = f"{said}; make it {_ROOM / 1e9:.0f} GB at least"
        raise _Trouble(msg)
    return said


def _existing(folder: Path) -> Path:
    """The folder, or the one in which it would be made."""
    return next(place for place in (folder, *folder.absolute().parents) if place.exists())


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
        raise _Trouble(msg)
    return f"{len(workers)}, up to {max(w.largest for w in workers.values())} px"


def _weights() -> str:
    path = weights.find()
    if path is None:
        msg = (
            "VGG19's are not here: run `nst weights --fetch` while the machine is online (80 MB), "
            f"or set {weights.VARIABLE} to a copy; photos become sketches until then"
        )
        raise _Trouble(msg)
    return f"{path}, complete"


def _painting(config: Config) -> Iterator[Finding]:
    """A small picture from bytes to bytes, and what it was computed on."""
    results: list[Result] = []
    yield _find("picture", lambda: _paint(config, results))
    for result in results:
        if not result.sketched:
            yield _find("device", partial(_device, result))


def _paint(config: Config, results: list[Result]) -> str:
    styles = list(Gallery.load(config.styles))
    photo, style = (decode(s.read(), max_side=_SIZE) for s in (styles[0], styles[-1]))
    quality = Quality.DRAFT if _is_here() else Quality.SKETCH
    if quality is Quality.SKETCH and not sketch.available():
        msg = "neither a painting nor a sketch: see to the weights, or run `make clean install`"
        raise _Trouble(msg)
    settings = replace(config.settings, size=_SIZE, quality=quality, steps=None)
    # TensorFlow would drown the few lines that this is about.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with native_stderr_hidden():
        result = stylize(photo, [style], settings)
    results.append(result)
    height, width = decode(encode_png(result.picture), max_side=_SIZE).shape[:2]
    what = "sketch" if result.sketched else str(result.settings.quality)
    return f"a {what} of {width} × {height} px in {result.seconds:.1f} s"


def _is_here() -> bool:
    try:
        return weights.find() is not None
    except StylizeError:
        return False


def _device(result: Result) -> str:
    said = f"{result.device}, computing in {result.precision}"
    if result.device == "CPU" and memory.of_card() is not None:
        msg = (
            f"{said}, though there is an NVIDIA card: TensorFlow does not find its libraries; "
            "install them with `pip install 'tensorflow[and-cuda]'`"
        )
        raise _Trouble(msg)
    return said
