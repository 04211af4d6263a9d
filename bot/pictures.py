"""Pictures at Telegram: which messages hold one, and how to fetch it."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import PurePath
from typing import Final

from telegram import Document, Message, Sticker
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.errors import Sorry
from bot.kinds import Bot
from bot.limiter import seconds_of
from bot.style import Picture
from bot.texts import Text
from nst_core.images import decode

__all__ = ["MAX_FILE_BYTES", "fetch", "picture_in", "probe"]

logger = logging.getLogger(__name__)

# What the Bot API's getFile serves, by the source of its server.
MAX_FILE_BYTES: Final = 20 * 1024 * 1024
SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".heic", ".heif", ".avif"}
    | {".bmp", ".tif", ".tiff", ".gif"}
)
_TRIES: Final = 3
_SLACK: Final = 0.1
# Enough to read a file to its end; the engine decodes it again, at the size that it paints.
_PROBE: Final = 256
# A small file can hold very many pixels: one thread, so that one at a time is unpacked.
_DECODER: Final = ThreadPoolExecutor(1, thread_name_prefix="decode")


def picture_in(message: Message | None) -> Picture | None:
    """The picture that a message holds, None for a message without any.

    Raises:
        Sorry: there is a file, and it cannot be a picture or is too large; or a sticker moves.
    """
    if message is None:
        return None
    if message.photo:
        photo = message.photo[-1]
        return Picture(photo.file_id, message.message_id, unique=photo.file_unique_id)
    if message.sticker:
        return _sticker(message.sticker, message.message_id)
    # Telegram describes an animation a second time, as a document.
    if message.document and not message.animation:
        return _document(message.document, message.message_id)
    return None


def _document(document: Document, message: int) -> Picture:
    suffix = PurePath(document.file_name or "").suffix.lower()
    if not (document.mime_type or "").startswith("image/") and suffix not in SUFFIXES:
        raise Sorry(Text.NOT_A_FILE_I_READ)
    if (document.file_size or 0) > MAX_FILE_BYTES:
        raise _too_big()
    return Picture(document.file_id, message, as_file=True, unique=document.file_unique_id)


def _sticker(sticker: Sticker, message: int) -> Picture:
    if sticker.is_animated or sticker.is_video:
        raise Sorry(Text.STICKER_MOVES)
    return Picture(sticker.file_id, message, unique=sticker.file_unique_id)


async def fetch(bot: Bot, picture: Picture) -> bytes:
    """The picture's bytes, once they are known to be a picture.

    Raises:
        Sorry: the file is too large for the Bot API.
        ImageRejected: the bytes make no picture that can be painted.
        TelegramError: Telegram does not give it out.
    """
    data = await _download(bot, picture.file_id)
    await probe(data)
    return data


async def probe(data: bytes) -> None:
    """Read a picture to its end.

    Raises:
        ImageRejected: the bytes make no picture that can be painted.
    """
    read = partial(decode, data, max_side=_PROBE)
    await asyncio.get_running_loop().run_in_executor(_DECODER, read)


async def _download(bot: Bot, file_id: str) -> bytes:
    for left in range(_TRIES - 1, -1, -1):
        try:
            file = await bot.get_file(file_id)
            return bytes(await file.download_as_bytearray())
        except BadRequest as error:
            if "too big" in str(error).lower():
                raise _too_big() from error
            raise
        except TelegramError as error:
            if not left:
                raise
            logger.info("a download broke off, again: %s", error)
            if isinstance(error, RetryAfter):
                await asyncio.sleep(seconds_of(error) + _SLACK)
    raise AssertionError


def _too_big() -> Sorry:
    return Sorry(Text.TOO_BIG, limit=MAX_FILE_BYTES // 1024**2)
