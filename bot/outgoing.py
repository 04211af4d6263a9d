"""Sending: the details that every outgoing message shares."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup, Message, ReplyParameters
from telegram.constants import ParseMode

from bot.kinds import Bot
from bot.orders import Place

__all__ = ["answering", "send_text"]


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
        reply_parameters=answering(reply_to) if reply_to else None,
        reply_markup=keyboard,
        rate_limit_args=retries,
    )


def answering(message: int) -> ReplyParameters:
    """An answer that is sent even when the message it answers has been deleted."""
    return ReplyParameters(message, allow_sending_without_reply=True)
