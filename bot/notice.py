"""The one message that accompanies a job from the queue to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.board import Board
from bot.kinds import Bot
from bot.limiter import NEVER, PATIENT, seconds_of
from bot.metrics import Metrics
from bot.orders import Order
from bot.outgoing import is_unchanged, send_text
from bot.progress import GROUP_INTERVAL, PRIVATE_INTERVAL, Pacer, ProgressReporter, Sight
from bot.texts import Text
from bot.waiting import set_within

__all__ = ["Notice"]

logger = logging.getLogger(__name__)

_OPENING: Final = 5.0


class Notice:
    """A progress message. Losing it never loses the job: every call here may fail quietly.

    It opens by itself, beside the job: a new message, or the one that asked for the style.
    `on_shut_out` is called when it turns out that the person has shut the bot out, and `on_open`
    with the id of a message that was sent.
    """

    def __init__(
        self,
        bot: Bot,
        order: Order,
        keyboard: InlineKeyboardMarkup,
        *,
        pacer: Pacer,
        on_shut_out: Callable[[], Awaitable[None]],
        on_open: Callable[[int], None],
        metrics: Metrics | None = None,
    ) -> None:
        self._bot = bot
        self._order = order
        self._keyboard = keyboard
        self._pacer = pacer
        self._on_shut_out = on_shut_out
        self._on_open = on_open
        self._metrics = metrics
        self._board: Board | None = None
        self._latest = Sight(self._word(Text.OPENED))
        self._reporter: ProgressReporter | None = None
        self._closing = asyncio.Event()
        self._opening = asyncio.create_task(self._open())

    @property
    def words(self) -> str:
        """What it says, or is about to."""
        return self._latest.text

    def show(self, key: Text, **values: object) -> None:
        """Let the message say this, when it is its time."""
        self._see(replace(self._latest, text=self._word(key, **values)))

    def picture(self, image: bytes) -> None:
        """Let the message show the painting as far as it is, when it is its time."""
        self._see(replace(self._latest, picture=image))

    def move(self, order: Order) -> None:
        """The chat has become another one; the next words are a new message there."""
        self._order = order

    async def remove(self, otherwise: Text = Text.DONE) -> None:
        """Take the message away; where that is not allowed, close it in words."""
        await self._quiet()
        if self._board is None:
            return
        try:
            await self._board.delete()
        except TelegramError:
            await self._close_with(self._word(otherwise))

    async def end(self, key: Text) -> None:
        """Last words, in the place of the progress."""
        await self._quiet()
        await self._close_with(self._word(key))

    async def forget(self) -> None:
        """Leave the message as it is."""
        await self._quiet()

    async def fail(
        self, text: str, *, about: int, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Bad news: a new message, which rings, instead of an edit, which does not.

        Args:
            text: what to say, as HTML.
            about: the message to point at.
            keyboard: what one may do about it.
        """
        await self.remove(Text.FAILED)
        try:
            await send_text(
                self._bot,
                self._order.place,
                text,
                reply_to=about,
                keyboard=keyboard,
                retries=PATIENT,
            )
        except TelegramError as error:
            logger.warning("a person could not be told: %s", error)

    def _see(self, sight: Sight) -> None:
        self._latest = sight
        if self._reporter:
            self._reporter.show(sight)

    async def _open(self) -> None:
        try:
            shown = await self._first_words()
        except Forbidden:
            await self._be_shut_out()
        except TelegramError as error:
            logger.warning("no progress message: %s", error)
        else:
            interval = GROUP_INTERVAL if self._order.place.is_group else PRIVATE_INTERVAL
            self._reporter = ProgressReporter(
                self._refresh,
                self._order.place.chat,
                interval=interval,
                pacer=self._pacer,
                shown=shown,
                metrics=self._metrics,
            )
            self._reporter.show(self._latest)

    async def _be_shut_out(self) -> None:
        self._board = None
        await self._on_shut_out()

    async def _first_words(self) -> Sight:
        """What the message shows now, after it was sent or taken over."""
        question = self._order.notice
        if question is None:
            return await self._send_patiently()
        board = Board(
            self._bot, self._order.place.chat, question.message, pictured=question.pictured
        )
        sight = self._latest
        try:
            await board.show(sight, self._keyboard)
        except BadRequest as error:
            if not is_unchanged(error):
                # The question has been deleted.
                return await self._send_patiently()
        except Forbidden:
            raise
        except TelegramError as error:
            logger.info("a question becomes the progress message later: %s", error)
            sight = Sight()
        self._board = board
        return sight

    async def _send_patiently(self) -> Sight:
        try:
            return await self._send(self._latest)
        except RetryAfter as refusal:
            if await set_within(self._closing, seconds_of(refusal)):
                raise
        return await self._send(self._latest)

    async def _send(self, sight: Sight) -> Sight:
        """Words first; a picture comes with the next edit."""
        message = await send_text(
            self._bot,
            self._order.place,
            sight.text,
            reply_to=self._order.content.message,
            keyboard=self._keyboard,
            retries=NEVER,
        )
        self._board = Board(self._bot, message.chat_id, message.message_id)
        self._on_open(message.message_id)
        return Sight(sight.text)

    async def _quiet(self) -> None:
        self._closing.set()
        await asyncio.wait({self._opening}, timeout=_OPENING)
        self._opening.cancel()
        await asyncio.wait({self._opening})
        if self._reporter:
            await self._reporter.close()

    async def _close_with(self, text: str) -> None:
        if self._board is None:
            return
        try:
            await self._board.show(Sight(text), None, retries=PATIENT)
        except TelegramError as error:
            logger.info("a progress message stays as it is: %s", error)

    async def _refresh(self, sight: Sight) -> None:
        if self._board is None:
            return
        try:
            await self._board.show(sight, self._keyboard)
        except ChatMigrated:
            # The message stays behind in the chat that was.
            await self._send(sight)
        except Forbidden:
            await self._be_shut_out()
            raise

    def _word(self, key: Text, **values: object) -> str:
        return self._order.words.say(key, style=self._order.title, **values)
