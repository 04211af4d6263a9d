"""Sending and editing: the details that every outgoing message shares."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.kinds import Bot
from bot.orders import Place

__all__ = ["answering", "edit_words", "is_unchanged", "send_text"]


async def send_text(
    bot: Bot,
    place: Place,
    text: str,
    *,
    reply_to: int | None = None,
    keyboard: InlineKeyboardMarkup | None = None,
    retries: int | None = None,
) -> Message:
    """Send HTML, as an answer to the message `reply_to` if that still exists."""
    return await bot.send_message(
        place.chat,
        text,
        parse_mode=ParseMode.HTML,
        message_thread_id=place.topic,
        reply_parameters=answering(reply_to),
        reply_markup=keyboard,
        rate_limit_args=retries,
    )


def answering(message: int | None) -> ReplyParameters | None:
    """An answer that is sent even when the message it answers has been deleted; None to none."""
    if not message:
        return None
    return ReplyParameters(message, allow_sending_without_reply=True)


async def edit_words(
    bot: Bot, chat: int, message: int, text: str, keyboard: InlineKeyboardMarkup
) -> None:
    """Let a message say this HTML, be it its text or the caption of its picture.

    Raises:
        BadRequest: it has neither, or is gone.
    """
    try:
        await bot.edit_message_text(
            text, chat, message, parse_mode=ParseMode.HTML, reply_markup=keyboard
        )
    except BadRequest as error:
        if not is_unchanged(error):
            await _edit_caption(bot, chat, message, text, keyboard)


async def _edit_caption(
    bot: Bot, chat: int, message: int, text: str, keyboard: InlineKeyboardMarkup
) -> None:
    try:
        await bot.edit_message_caption(
            chat, message, caption=text, parse_mode=ParseMode.HTML, reply_markup=keyboard
        )
    except BadRequest as error:
        if not is_unchanged(error):
            raise


def is_unchanged(error: BadRequest) -> bool:
    """Whether an edit was refused because the message is like that already."""
    return "not modified" in str(error).lower()
