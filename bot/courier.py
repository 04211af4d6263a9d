"""`Courier`: sends a painting in the form that Telegram takes, and never twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from telegram import InlineKeyboardMarkup, Message
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.copies import Copy, film
from bot.errors import Sorry, Unconfirmed
from bot.kinds import Bot
from bot.limiter import NEVER, seconds_of
from bot.orders import Form, Order, Place
from bot.outgoing import answering
from bot.record import State
from bot.texts import Text
from bot.transport import NEVER_SENT
from nst_core.executor.base import Finished
from nst_core.images import decode, encode_jpeg
from nst_core.result import Note

__all__ = ["Courier", "file_in", "fits_photo"]

logger = logging.getLogger(__name__)

# Limits of sendPhoto and sendDocument.
PHOTO_BYTES: Final = 10 * 1024 * 1024
PHOTO_SIDES: Final = 10_000
PHOTO_RATIO: Final = 20
DOCUMENT_BYTES: Final = 50 * 1024 * 1024

_REMARKS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        Note.NO_WEIGHTS: Text.REMARK_SKETCH,
        Note.SMALLER: Text.REMARK_SMALLER,
        Note.FINER_BRUSH: Text.REMARK_FINER_BRUSH,
    }
)

# A chat action is shown for about five seconds.
_ACTION_EVERY: Final = 4.0
# Telegram may be out of reach for a day before a painting is given up.
_PAUSES: Final = (1.0, 4.0, 15.0, 60.0, 300.0, *(600.0,) * 140)
_SLACK: Final = 0.1
_PLAIN_NO: Final = "Internal Server Error"
_TOO_LARGE: Final = "Request Entity Too Large"

Try: TypeAlias = Callable[[State], object]
"""Is told before every attempt at sending, and when one has surely come to nothing."""


@dataclass(frozen=True, slots=True)
class Courier:
    """Sends what an order came to, as an answer to its photo.

    Every method raises `Forbidden` where the person has shut the bot out, `Unconfirmed` where
    Telegram did not say whether it took it, and `Sorry` where it surely did not.
    """

    bot: Bot
    order: Order
    on_try: Try = lambda _: None

    async def painting(
        self, painting: Finished, keyboard: InlineKeyboardMarkup | None = None
    ) -> Message:
        """Send the painting; the message that brings it.

        Args:
            painting: what came of the order.
            keyboard: what one may do with it.
        """
        if not self.order.content.as_file and fits_photo(painting):
            try:
                return await self._photo(painting.image, self._told(painting), keyboard)
            except BadRequest as error:
                logger.warning("not taken as a photo, sending a file: %s", error)
        why = () if self.order.content.as_file else (Text.REMARK_AS_FILE,)
        name, data = await _as_file(painting)
        with _refusals():
            return await self._file(name, data, self._told(painting, *why), keyboard)

    async def copy(self, copy: Copy, form: Form) -> Message:
        """Send the lossless file of a painting, or the film of how it grew."""
        if form is Form.FILM:
            return await self._film(await film(copy))
        name, data = await _as_file(copy.painting)
        with _refusals():
            return await self._file(name, data, self._say(Text.RESULT_FILE))

    async def pair(self, image: bytes) -> Message:
        """Send photo and painting side by side."""
        with _refusals():
            return await self._photo(image, self._say(Text.RESULT_PAIR))

    async def _photo(
        self, image: bytes, caption: str, keyboard: InlineKeyboardMarkup | None = None
    ) -> Message:
        envelope = self._envelope(caption, keyboard)
        async with _uploading(self.bot, self.order.place, ChatAction.UPLOAD_PHOTO):
            return await self._once(
                lambda: self.bot.send_photo(self.order.place.chat, image, **envelope)
            )

    async def _film(self, data: bytes) -> Message:
        caption, name = self._say(Text.RESULT_FILM), "painting.mp4"
        envelope = self._envelope(caption)
        try:
            async with _uploading(self.bot, self.order.place, ChatAction.UPLOAD_VIDEO):
                return await self._once(
                    lambda: self.bot.send_animation(
                        self.order.place.chat, data, filename=name, **envelope
                    )
                )
        except BadRequest as error:
            logger.warning("not taken as an animation, sending a file: %s", error)
        with _refusals():
            return await self._file(name, data, caption)

    async def _file(
        self,
        name: str,
        data: bytes,
        caption: str,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> Message:
        envelope = self._envelope(caption, keyboard)
        async with _uploading(self.bot, self.order.place, ChatAction.UPLOAD_DOCUMENT):
            return await self._once(
                lambda: self.bot.send_document(
                    self.order.place.chat, data, filename=name, **envelope
                )
            )

    async def _once(self, send: Callable[[], Awaitable[Message]]) -> Message:
        """Send, and again only where Telegram surely has not got it: twice is worse than late."""
        for pause in (*_PAUSES, None):
            try:
                return await self._attempt(send)
            except (BadRequest, Forbidden):
                raise
            except TelegramError as error:
                if _is_too_large(error):
                    raise BadRequest(str(error)) from error
                if not _surely_lost(error):
                    logger.warning("a painting may or may not have arrived: %r", error)
                    raise Unconfirmed from error
                self.on_try(State.PAINTED)
                if pause is None:
                    raise Sorry(Text.NOT_DELIVERED) from error
                logger.info("a painting was not taken, again in %.0f s: %s", pause, error)
                await asyncio.sleep(pause)
        raise AssertionError

    async def _attempt(self, send: Callable[[], Awaitable[Message]]) -> Message:
        """Send, as often as it takes until Telegram does not ask for patience."""
        while True:
            self.on_try(State.DELIVERING)
            try:
                return await send()
            except RetryAfter as refusal:
                self.on_try(State.PAINTED)
                await asyncio.sleep(seconds_of(refusal) + _SLACK)

    def _envelope(
        self, caption: str, keyboard: InlineKeyboardMarkup | None = None
    ) -> dict[str, Any]:
        return {
            "caption": caption,
            "parse_mode": ParseMode.HTML,
            "message_thread_id": self.order.place.topic,
            "reply_parameters": answering(self.order.content.message),
            "reply_markup": keyboard,
            "rate_limit_args": NEVER,
        }

    def _told(self, painting: Finished, *more: Text) -> str:
        """How it was made; then a line for each thing that is otherwise than was asked for."""
        result = Text.RESULT_SKETCHED if painting.sketched else Text.RESULT
        remarks = [_REMARKS[note] for note in painting.notes if note in _REMARKS]
        seconds = self.order.words.duration(painting.seconds)
        say = self.order.words.say
        return "\n".join((self._say(result, seconds=seconds), *map(say, (*remarks, *more))))

    def _say(self, key: Text, **values: object) -> str:
        return self.order.words.say(key, style=self.order.title, **values)


def fits_photo(painting: Finished) -> bool:
    """Whether Telegram takes it as a photo."""
    short, long = sorted((painting.width, painting.height))
    return (
        len(painting.image) <= PHOTO_BYTES
        and short + long <= PHOTO_SIDES
        and long <= PHOTO_RATIO * short
    )


def file_in(message: Message) -> str:
    """What Telegram gives the painting out by that it was sent."""
    if message.photo:
        return message.photo[-1].file_id
    return message.document.file_id if message.document else ""


@contextmanager
def _refusals() -> Iterator[None]:
    """A refusal, in words for the person."""
    try:
        yield
    except BadRequest as error:
        logger.warning("a painting was not taken: %s", error)
        raise Sorry(Text.NOT_DELIVERED) from error


async def _as_file(painting: Finished) -> tuple[str, bytes]:
    if len(painting.image) <= DOCUMENT_BYTES:
        return "painting.png", painting.image
    picture = await asyncio.to_thread(decode, painting.image)
    return "painting.jpg", await asyncio.to_thread(encode_jpeg, picture)


def _is_too_large(error: TelegramError) -> bool:
    """The only refusal for good that is not told as a bad request."""
    return error.__cause__ is None and str(error).startswith(_TOO_LARGE)


def _surely_lost(error: TelegramError) -> bool:
    if not isinstance(error, NetworkError):
        # Such as a token that is said not to be known, or another program with the same one.
        return True
    if error.__cause__ is None:
        # An answer of the Bot API itself. "Internal Server Error" is its "no"; any other of these,
        # such as "Gateway Timeout", may come after the painting has been passed on.
        return str(error).startswith(_PLAIN_NO)
    return isinstance(error.__cause__, NEVER_SENT)


@asynccontextmanager
async def _uploading(bot: Bot, place: Place, action: ChatAction) -> AsyncIterator[None]:
    """Show "sending a photo" for as long as it takes."""
    # Before the upload, not beside it: an action that came last would outlive the picture.
    await _show_action(bot, place, action)
    task = asyncio.create_task(_keep_showing(bot, place, action))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _keep_showing(bot: Bot, place: Place, action: ChatAction) -> None:
    while True:
        await asyncio.sleep(_ACTION_EVERY)
        await _show_action(bot, place, action)


async def _show_action(bot: Bot, place: Place, action: ChatAction) -> None:
    try:
        await bot.send_chat_action(
            place.chat,
            action,
            message_thread_id=place.topic,
            read_timeout=_ACTION_EVERY,
            rate_limit_args=NEVER,
        )
    except TelegramError as error:
        logger.debug("no chat action: %s", error)
