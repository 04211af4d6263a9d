"""`Board`: one message of ours whose words and picture change."""

from __future__ import annotations

import asyncio
import io
import logging
from typing import Final

from PIL import Image
from telegram import InlineKeyboardMarkup, InputMediaPhoto
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.kinds import Bot
from bot.limiter import NEVER, PATIENT
from bot.outgoing import is_unchanged
from bot.progress import Sight

__all__ = ["Board"]

logger = logging.getLogger(__name__)

# Long side in pixels of what is hung: always the same, or the message would grow and shrink.
_SIDE: Final = 512
# What Telegram says of words where there is a picture, and the other way round.
_OTHER_KIND: Final = "there is no"
_GONE: Final = "not found"
# Failures after which no picture is tried any more.
_PATIENCE: Final = 2


class Board:
    """A message to edit. Where it takes no picture, it goes on in words.

    Args:
        bot: to edit it with.
        chat: where it is.
        message: which it is.
        pictured: whether it is a photo with a caption already.
    """

    def __init__(self, bot: Bot, chat: int, message: int, *, pictured: bool = False) -> None:
        self._bot = bot
        self._chat = chat
        self.message = message
        self._pictured = pictured
        self._hung: bytes | None = None
        self._takes_pictures = True
        self._failures = 0

    async def show(
        self, sight: Sight, keyboard: InlineKeyboardMarkup | None, *, retries: int = NEVER
    ) -> None:
        """Let the message show this.

        Args:
            sight: what to show.
            keyboard: the buttons under it.
            retries: how often to try again where Telegram asks for patience.

        Raises:
            TelegramError: it does not.
        """
        if sight.picture and sight.picture != self._hung and self._takes_pictures:
            await self._hang(sight.picture, sight.text, keyboard, retries)
        else:
            await self._write(sight.text, keyboard, retries)

    async def delete(self) -> None:
        """Take the message away.

        Raises:
            TelegramError: that is not possible (any more).
        """
        await self._bot.delete_message(self._chat, self.message, rate_limit_args=PATIENT)

    async def _hang(
        self, picture: bytes, text: str, keyboard: InlineKeyboardMarkup | None, retries: int
    ) -> None:
        try:
            frame = await asyncio.to_thread(_framed, picture)
            media = InputMediaPhoto(frame, caption=text, parse_mode=ParseMode.HTML)
            await self._bot.edit_message_media(
                media, self._chat, self.message, reply_markup=keyboard, rate_limit_args=retries
            )
        except BadRequest as error:
            if is_unchanged(error) or _GONE in str(error).lower():
                raise
            logger.info("no pictures in a progress message: %s", error)
            self._takes_pictures = False
            await self._write(text, keyboard, retries)
        except (Forbidden, RetryAfter):
            raise
        except TelegramError:
            # A bad moment, or a server that knows no such thing.
            self._failures += 1
            self._takes_pictures = self._failures < _PATIENCE
            raise
        else:
            self._pictured, self._hung = True, picture

    async def _write(self, text: str, keyboard: InlineKeyboardMarkup | None, retries: int) -> None:
        try:
            await self._edit(text, keyboard, retries)
        except BadRequest as error:
            if _OTHER_KIND not in str(error).lower():
                raise
            # A picture was said not to have been taken, and was.
            self._pictured = not self._pictured
            await self._edit(text, keyboard, retries)

    async def _edit(self, text: str, keyboard: InlineKeyboardMarkup | None, retries: int) -> None:
        if self._pictured:
            await self._bot.edit_message_caption(
                self._chat,
                self.message,
                caption=text,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                rate_limit_args=retries,
            )
        else:
            await self._bot.edit_message_text(
                text,
                self._chat,
                self.message,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                rate_limit_args=retries,
            )


def _framed(picture: bytes) -> bytes:
    image = Image.open(io.BytesIO(picture))
    factor = _SIDE / max(image.size)
    width, height = (max(1, round(factor * side)) for side in image.size)
    buffer = io.BytesIO()
    image.resize((width, height), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
