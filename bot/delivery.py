"""Handing the painting over: in the form that Telegram takes, and never twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from types import MappingProxyType
from typing import Any, Final

from telegram import InlineKeyboardMarkup, Message
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, NetworkError, TelegramError

from bot.copies import Copy, film
from bot.errors import Sorry
from bot.kinds import Bot
from bot.limiter import FOREVER, NEVER
from bot.orders import Form, Order, Place
from bot.outgoing import answering
from bot.texts import Text
from bot.transport import NEVER_SENT
from nst_core.executor.base import Finished
from nst_core.images import decode, encode_jpeg
from nst_core.result import Note

__all__ = ["deliver", "file_in", "fits_photo", "send_copy", "send_pair"]

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
_PAUSES: Final = (1.0, 4.0, 15.0)
_PLAIN_NO: Final = "Internal Server Error"


async def deliver(
    bot: Bot, order: Order, painting: Finished, keyboard: InlineKeyboardMarkup | None = None
) -> Message:
    """Send the painting as an answer to its photo.

    Args:
        bot: to send it with.
        order: what was ordered.
        painting: what came of it.
        keyboard: what one may do with it.

    Returns:
        The message that brings it.

    Raises:
        Forbidden: the person has shut the bot out.
        Sorry: Telegram took it in no form, or did not say whether it did.
    """
    if not order.content.as_file and fits_photo(painting):
        try:
            return await _send_photo(bot, order, painting, keyboard)
        except BadRequest as error:
            logger.warning("not taken as a photo, sending a file: %s", error)
    with _refusals():
        return await _send_document(bot, order, painting, keyboard)


def fits_photo(painting: Finished) -> bool:
    """Whether Telegram takes it as a photo."""
    short, long = sorted((painting.width, painting.height))
    return (
        len(painting.image) <= PHOTO_BYTES
        and short + long <= PHOTO_SIDES
        and long <= PHOTO_RATIO * short
    )


async def send_copy(bot: Bot, order: Order, copy: Copy, form: Form) -> Message:
    """Send the lossless file of a painting, or the film of how it grew, as an answer to its photo.

    Raises:
        Forbidden: the person has shut the bot out.
        Sorry: Telegram did not take it, or did not say whether it did.
    """
    if form is Form.FILM:
        return await _send_film(bot, order, await film(copy))
    name, data = await _as_file(copy.painting)
    caption = order.words.say(Text.RESULT_FILE, style=order.title)
    with _refusals():
        return await _send_file(bot, order, name, data, caption)


async def send_pair(bot: Bot, order: Order, image: bytes) -> Message:
    """Send photo and painting side by side, as an answer to the photo.

    Raises:
        Forbidden: the person has shut the bot out.
        Sorry: Telegram did not take it, or did not say whether it did.
    """
    caption = order.words.say(Text.RESULT_PAIR, style=order.title)
    with _refusals():
        async with _uploading(bot, order.place, ChatAction.UPLOAD_PHOTO):
            return await _once(
                lambda: bot.send_photo(order.place.chat, image, **_envelope(order, caption))
            )


def file_in(message: Message) -> str:
    """What Telegram gives the painting out by that it was sent."""
    if message.photo:
        return message.photo[-1].file_id
    return message.document.file_id if message.document else ""


async def _send_photo(
    bot: Bot, order: Order, painting: Finished, keyboard: InlineKeyboardMarkup | None
) -> Message:
    envelope = _envelope(order, _caption(order, painting), keyboard)
    async with _uploading(bot, order.place, ChatAction.UPLOAD_PHOTO):
        return await _once(lambda: bot.send_photo(order.place.chat, painting.image, **envelope))


async def _send_document(
    bot: Bot, order: Order, painting: Finished, keyboard: InlineKeyboardMarkup | None
) -> Message:
    why = () if order.content.as_file else (Text.REMARK_AS_FILE,)
    name, data = await _as_file(painting)
    return await _send_file(bot, order, name, data, _caption(order, painting, *why), keyboard)


async def _send_film(bot: Bot, order: Order, data: bytes) -> Message:
    caption = order.words.say(Text.RESULT_FILM, style=order.title)
    envelope = _envelope(order, caption)
    try:
        async with _uploading(bot, order.place, ChatAction.UPLOAD_VIDEO):
            return await _once(
                lambda: bot.send_animation(
                    order.place.chat, data, filename="painting.mp4", **envelope
                )
            )
    except BadRequest as error:
        logger.warning("not taken as an animation, sending a file: %s", error)
    with _refusals():
        return await _send_file(bot, order, "painting.mp4", data, caption)


async def _send_file(
    bot: Bot,
    order: Order,
    name: str,
    data: bytes,
    caption: str,
    keyboard: InlineKeyboardMarkup | None = None,
) -> Message:
    envelope = _envelope(order, caption, keyboard)
    async with _uploading(bot, order.place, ChatAction.UPLOAD_DOCUMENT):
        return await _once(
            lambda: bot.send_document(order.place.chat, data, filename=name, **envelope)
        )


def _envelope(
    order: Order, caption: str, keyboard: InlineKeyboardMarkup | None = None
) -> dict[str, Any]:
    return {
        "caption": caption,
        "parse_mode": ParseMode.HTML,
        "message_thread_id": order.place.topic,
        "reply_parameters": answering(order.content.message),
        "reply_markup": keyboard,
        "rate_limit_args": FOREVER,
    }


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


def _caption(order: Order, painting: Finished, *more: Text) -> str:
    """How it was made; then a line for each thing that is otherwise than was asked for."""
    result = Text.RESULT_SKETCHED if painting.sketched else Text.RESULT
    remarks = [_REMARKS[note] for note in painting.notes if note in _REMARKS]
    say, seconds = order.words.say, order.words.duration(painting.seconds)
    return "\n".join(
        (say(result, style=order.title, seconds=seconds), *map(say, (*remarks, *more)))
    )


async def _once(send: Callable[[], Awaitable[Message]]) -> Message:
    """Send, and again only where Telegram surely has not got it: twice is worse than late."""
    for pause in (*_PAUSES, None):
        try:
            return await send()
        except BadRequest:
            raise
        except NetworkError as error:
            if not _surely_lost(error):
                logger.warning("a painting may or may not have arrived: %r", error)
                raise Sorry(Text.NOT_CONFIRMED) from error
            if pause is None:
                raise Sorry(Text.NOT_DELIVERED) from error
            logger.info("a painting was not taken, again in %.0f s: %s", pause, error)
            await asyncio.sleep(pause)
    raise AssertionError


def _surely_lost(error: NetworkError) -> bool:
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
