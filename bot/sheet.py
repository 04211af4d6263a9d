"""The contact sheet: every preset in one picture, painted once and uploaded once."""

from __future__ import annotations

import asyncio
import io
import logging
from contextlib import nullcontext

from telegram import InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.kinds import Bot
from bot.orders import Place
from bot.outgoing import send_text
from nst_core.errors import StylizeError
from nst_core.styles import Gallery, contact_sheet

__all__ = ["Sheet"]

logger = logging.getLogger(__name__)


class Sheet:
    """Sends the gallery as a picture."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._file_id: str | None = None
        self._encoded: bytes | None = None
        self._first = asyncio.Lock()

    async def send(
        self, bot: Bot, place: Place, caption: str, keyboard: InlineKeyboardMarkup
    ) -> None:
        """Send the sheet with its buttons; the buttons alone where there can be no picture."""
        # Until it has been uploaded once, the others wait: theirs need no upload then.
        async with nullcontext() if self._file_id else self._first:
            await self._send(bot, place, caption, keyboard)

    async def _send(
        self, bot: Bot, place: Place, caption: str, keyboard: InlineKeyboardMarkup
    ) -> None:
        try:
            message = await bot.send_photo(
                place.chat,
                self._file_id or await self._picture(),
                caption=caption,
                parse_mode=ParseMode.HTML,
                message_thread_id=place.topic,
                reply_markup=keyboard,
            )
        except (BadRequest, OSError, StylizeError) as error:
            logger.warning("no contact sheet, only buttons: %s", error)
            self._file_id = None
            await send_text(bot, place, caption, keyboard=keyboard)
            return
        if message.photo:
            self._file_id = message.photo[-1].file_id

    async def _picture(self) -> bytes:
        if self._encoded is None:
            self._encoded = await asyncio.to_thread(self._paint)
        return self._encoded

    def _paint(self) -> bytes:
        buffer = io.BytesIO()
        contact_sheet(self._gallery).convert("RGB").save(buffer, "JPEG", quality=90)
        return buffer.getvalue()
