"""The contact sheet: the presets in pictures of a page each, painted once and uploaded once."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final

from telegram import InlineKeyboardMarkup, InputMediaPhoto, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.kinds import Bot
from bot.orders import Place
from bot.outgoing import answering, edit_words, is_unchanged, send_text
from nst_core.styles import Gallery, Style, Tile, contact_sheet

__all__ = ["PAGE", "Sheet"]

logger = logging.getLogger(__name__)

# Three rows of three: on a phone, one still sees what is in each.
PAGE: Final = 9
# As many pixels as the shorter side of an example has; the page stays below Telegram's 1280.
_TILE: Final = 320


class Sheet:
    """Shows the gallery as pictures of `PAGE` styles each, whose numbers go on from page to page.

    Pages count from 0; for a page beyond the last one, the last one is shown.
    """

    def __init__(self, gallery: Gallery) -> None:
        styles = list(gallery)
        self._pages = [
            _Page(styles[start : start + PAGE], start + 1) for start in range(0, len(styles), PAGE)
        ]

    @property
    def pages(self) -> int:
        """How many there are."""
        return len(self._pages)

    async def send(
        self,
        bot: Bot,
        place: Place,
        caption: str,
        keyboard: InlineKeyboardMarkup,
        page: int = 0,
        *,
        reply_to: int | None = None,
    ) -> Message:
        """Send a page with its buttons; the buttons alone where there can be no picture."""
        shown = self._page(page)
        async with shown.in_turn():
            message = await _send(bot, place, await shown.photo(), caption, keyboard, reply_to)
            shown.remember(message)
        return message

    async def send_own(
        self,
        bot: Bot,
        place: Place,
        caption: str,
        keyboard: InlineKeyboardMarkup,
        pictures: Sequence[bytes],
        *,
        reply_to: int | None = None,
    ) -> Message:
        """Send a sheet of somebody's own pictures; one that cannot be read is a number only."""
        photo = await asyncio.to_thread(_own, pictures)
        return await _send(bot, place, photo, caption, keyboard, reply_to)

    async def turn_to_own(
        self,
        bot: Bot,
        chat: int,
        message_id: int,
        caption: str,
        keyboard: InlineKeyboardMarkup,
        pictures: Sequence[bytes],
    ) -> None:
        """Let a message of ours show a sheet of somebody's own pictures.

        Raises:
            BadRequest: the message takes no picture.
        """
        media = InputMediaPhoto(await asyncio.to_thread(_own, pictures), caption, ParseMode.HTML)
        try:
            await bot.edit_message_media(media, chat, message_id, reply_markup=keyboard)
        except BadRequest as error:
            if not is_unchanged(error):
                raise

    async def turn(
        self,
        bot: Bot,
        chat: int,
        message_id: int,
        caption: str,
        keyboard: InlineKeyboardMarkup,
        page: int,
    ) -> None:
        """Let a message of ours show another page; where it may not, its words and buttons alone.

        Raises:
            BadRequest: the message cannot be edited at all.
        """
        shown = self._page(page)
        async with shown.in_turn():
            try:
                message = await bot.edit_message_media(
                    InputMediaPhoto(await shown.photo(), caption, ParseMode.HTML),
                    chat,
                    message_id,
                    reply_markup=keyboard,
                )
            except BadRequest as error:
                if is_unchanged(error):
                    return
                logger.warning("the contact sheet is not turned: %s", error)
                shown.forget()
                await edit_words(bot, chat, message_id, caption, keyboard)
            else:
                shown.remember(message)

    def _page(self, number: int) -> _Page:
        return self._pages[min(number, len(self._pages) - 1)]


class _Page:
    """One picture of the sheet."""

    def __init__(self, styles: Sequence[Style], first: int) -> None:
        self._styles = styles
        self._first = first
        self._encoded: bytes | None = None
        self._file_id: str | None = None
        self._uploading = asyncio.Lock()

    def in_turn(self) -> AbstractAsyncContextManager[object]:
        """Until it has been uploaded once, the others wait: theirs need no upload then."""
        return nullcontext() if self._file_id else self._uploading

    async def photo(self) -> str | bytes:
        """What to send: the id of what was uploaded before, else the JPEG."""
        if self._file_id:
            return self._file_id
        if self._encoded is None:
            self._encoded = await asyncio.to_thread(self._paint)
        return self._encoded

    def remember(self, message: object) -> None:
        """Take the id of the picture from the message that shows it now, if it does."""
        shown = message.photo if isinstance(message, Message) else ()
        self._file_id = shown[-1].file_id if shown else None

    def forget(self) -> None:
        """Upload it again the next time."""
        self._file_id = None

    def _paint(self) -> bytes:
        return _painted(map(Tile.of, self._styles), self._first)


def _own(pictures: Sequence[bytes]) -> bytes:
    return _painted([Tile(picture) for picture in pictures], 1)


def _painted(tiles: Iterable[Tile], first: int) -> bytes:
    buffer = io.BytesIO()
    contact_sheet(tiles, first=first, tile=_TILE).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


async def _send(
    bot: Bot,
    place: Place,
    photo: str | bytes,
    caption: str,
    keyboard: InlineKeyboardMarkup,
    reply_to: int | None,
) -> Message:
    try:
        return await bot.send_photo(
            place.chat,
            photo,
            caption=caption,
            parse_mode=ParseMode.HTML,
            message_thread_id=place.topic,
            reply_parameters=answering(reply_to) if reply_to else None,
            reply_markup=keyboard,
        )
    except BadRequest as error:
        logger.warning("no contact sheet, only buttons: %s", error)
        return await send_text(bot, place, caption, reply_to=reply_to, keyboard=keyboard)
