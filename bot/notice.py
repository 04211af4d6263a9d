"""The one message that accompanies a job from the queue to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from telegram import InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.kinds import Bot
from bot.limiter import NEVER, PATIENT, seconds_of
from bot.orders import Order
from bot.outgoing import send_text
from bot.progress import GROUP_INTERVAL, PRIVATE_INTERVAL, ProgressReporter
from bot.texts import Text, say
from bot.waiting import set_within

__all__ = ["Notice"]

logger = logging.getLogger(__name__)

_OPENING: Final = 5.0


class Notice:
    """A progress message. Losing it never loses the job: every call here may fail quietly.

    It opens by itself, beside the job: a new message, or the one that asked for the style.
    `on_shut_out` is called when it turns out that the person has shut the bot out.
    """

    def __init__(
        self,
        bot: Bot,
        order: Order,
        keyboard: InlineKeyboardMarkup,
        *,
        on_shut_out: Callable[[], Awaitable[None]],
    ) -> None:
        self._bot = bot
        self._order = order
        self._keyboard = keyboard
        self._on_shut_out = on_shut_out
        self._message: int | None = None
        self._latest = self._word(Text.OPENED)
        self._reporter: ProgressReporter | None = None
        self._closing = asyncio.Event()
        self._opening = asyncio.create_task(self._open())

    def show(self, key: Text, **values: object) -> None:
        """Let the message say this, when it is its time."""
        self._latest = self._word(key, **values)
        if self._reporter:
            self._reporter.show(self._latest)

    async def remove(self, otherwise: Text = Text.DONE) -> None:
        """Take the message away; where that is not allowed, close it in words."""
        await self._quiet()
        if self._message is None:
            return
        try:
            await self._bot.delete_message(self._order.place.chat, self._message)
        except TelegramError:
            await self._close_with(self._word(otherwise))

    async def end(self, key: Text) -> None:
        """Last words, in the place of the progress."""
        await self._quiet()
        await self._close_with(self._word(key))

    async def forget(self) -> None:
        """Leave the message as it is."""
        await self._quiet()

    async def fail(self, text: str, *, about: int) -> None:
        """Bad news: a new message, which rings, instead of an edit, which does not.

        Args:
            text: what to say, as HTML.
            about: the message to point at.
        """
        await self.remove(Text.FAILED)
        try:
            await send_text(self._bot, self._order.place, text, reply_to=about, retries=PATIENT)
        except TelegramError as error:
            logger.warning("a person could not be told: %s", error)

    async def _open(self) -> None:
        try:
            shown = await self._first_words()
        except Forbidden:
            await self._be_shut_out()
        except TelegramError as error:
            logger.warning("no progress message: %s", error)
        else:
            interval = GROUP_INTERVAL if self._order.place.is_group else PRIVATE_INTERVAL
            self._reporter = ProgressReporter(self._refresh, interval=interval, shown=shown)
            self._reporter.show(self._latest)

    async def _be_shut_out(self) -> None:
        self._message = None
        await self._on_shut_out()

    async def _first_words(self) -> str:
        """What the message says now, after it was sent or taken over; "" where it says nothing."""
        if self._order.notice is None:
            return await self._send_patiently()
        self._message = self._order.notice
        text = self._latest
        try:
            await self._edit(text, keyboard=self._keyboard)
        except BadRequest:
            # The question has been deleted.
            self._message = None
            return await self._send_patiently()
        except Forbidden:
            raise
        except TelegramError as error:
            logger.info("a question becomes the progress message later: %s", error)
            return ""
        return text

    async def _send_patiently(self) -> str:
        try:
            return await self._send(self._latest)
        except RetryAfter as refusal:
            if await set_within(self._closing, seconds_of(refusal)):
                raise
        return await self._send(self._latest)

    async def _send(self, text: str) -> str:
        message = await send_text(
            self._bot,
            self._order.place,
            text,
            reply_to=self._order.content.message,
            keyboard=self._keyboard,
            retries=NEVER,
        )
        self._message = message.message_id
        return text

    async def _quiet(self) -> None:
        self._closing.set()
        await asyncio.wait({self._opening}, timeout=_OPENING)
        self._opening.cancel()
        await asyncio.wait({self._opening})
        if self._reporter:
            await self._reporter.close()

    async def _close_with(self, text: str) -> None:
        if self._message is None:
            return
        try:
            await self._edit(text, keyboard=None)
        except TelegramError as error:
            logger.info("a progress message stays as it is: %s", error)

    async def _refresh(self, text: str) -> None:
        try:
            await self._edit(text, keyboard=self._keyboard)
        except Forbidden:
            await self._be_shut_out()
            raise

    async def _edit(self, text: str, *, keyboard: InlineKeyboardMarkup | None) -> None:
        await self._bot.edit_message_text(
            text,
            self._order.place.chat,
            self._message,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            rate_limit_args=NEVER,
        )

    def _word(self, key: Text, **values: object) -> str:
        return say(key, style=self._order.title, **values)
