"""The one message that accompanies a job from the queue to its end."""

from __future__ import annotations

import logging

from telegram import InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.kinds import Bot
from bot.limiter import NEVER
from bot.orders import Order
from bot.outgoing import send_text
from bot.progress import GROUP_INTERVAL, PRIVATE_INTERVAL, ProgressReporter
from bot.texts import Text, say

__all__ = ["Notice"]

logger = logging.getLogger(__name__)


class Notice:
    """A progress message. Losing it never loses the job: every call here may fail quietly."""

    def __init__(self, bot: Bot, order: Order, keyboard: InlineKeyboardMarkup) -> None:
        self._bot = bot
        self._order = order
        self._keyboard = keyboard
        self._message: int | None = None
        self._reporter: ProgressReporter | None = None

    async def open(self) -> None:
        """Send the message, or take over the one that asked for the style.

        Raises:
            Forbidden: the person has shut the bot out.
        """
        text = self._word(Text.OPENED)
        try:
            self._message = await self._take_over(text) or await self._open_new(text)
        except Forbidden:
            raise
        except TelegramError as error:
            logger.warning("no progress message: %s", error)
            return
        interval = GROUP_INTERVAL if self._order.place.is_group else PRIVATE_INTERVAL
        self._reporter = ProgressReporter(self._refresh, interval=interval, shown=text)

    def show(self, key: Text, **values: object) -> None:
        """Let the message say this, when it is its time."""
        if self._reporter:
            self._reporter.show(self._word(key, **values))

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

    async def fail(self, text: str, *, about: int) -> None:
        """Bad news: a new message, which rings, instead of an edit, which does not.

        Args:
            text: what to say, as HTML.
            about: the message to point at.
        """
        await self.remove(Text.FAILED)
        try:
            await send_text(self._bot, self._order.place, text, reply_to=about)
        except TelegramError as error:
            logger.warning("a person could not be told: %s", error)

    async def _take_over(self, text: str) -> int | None:
        if self._order.notice is None:
            return None
        try:
            self._message = self._order.notice
            await self._refresh(text)
        except BadRequest:
            return None
        return self._message

    async def _open_new(self, text: str) -> int:
        order = self._order
        message = await send_text(
            self._bot,
            order.place,
            text,
            reply_to=order.content.message,
            keyboard=self._keyboard,
            retries=NEVER,
        )
        return message.message_id

    async def _quiet(self) -> None:
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
        await self._edit(text, keyboard=self._keyboard)

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
