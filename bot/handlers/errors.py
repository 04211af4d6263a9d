"""When a handler fails: a line in the log, a kind word to the person."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Update
from telegram.error import Forbidden, NetworkError, TelegramError

from bot.desk import desk_of
from bot.errors import explain, is_expected
from bot.inbox import leave
from bot.kinds import Bot, Context
from bot.orders import Place
from bot.outgoing import send_text
from bot.speaker import language_for
from bot.words import Language, Words, words_in

__all__ = ["on_error", "telling"]

logger = logging.getLogger(__name__)


async def on_error(update: object, context: Context) -> None:
    """What python-telegram-bot calls with everything that the handlers raise."""
    error = context.error
    message = update.effective_message if isinstance(update, Update) else None
    if error is None or message is None:
        logger.error("an update could not be handled", exc_info=error)
        return
    sent = update.message if isinstance(update, Update) else None
    topic = message.message_thread_id if message.is_topic_message else None
    about = sent.message_id if sent else None
    await _report(
        context.bot, Place(message.chat_id, topic), error, _words(update, context), about=about
    )


def _words(update: object, context: Context) -> Words:
    """What to speak."""
    if not isinstance(update, Update):
        return words_in(Language.ENGLISH)
    user, language = update.effective_user, language_for(update)
    return desk_of(context).words_for(user.id, language) if user else words_in(language)


@asynccontextmanager
async def telling(
    bot: Bot, place: Place, words: Words, *, about: int | None = None
) -> AsyncIterator[None]:
    """Do in the block what no error handler of the application sees; see `_report`."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, the person must hear of it
        await _report(bot, place, error, words, about=about)


async def _report(
    bot: Bot, place: Place, error: Exception, words: Words, *, about: int | None = None
) -> None:
    """Log the error and tell the person.

    Args:
        bot: to say it with.
        place: where the person is.
        error: what went wrong.
        words: what to speak.
        about: the message that led to it.
    """
    if isinstance(error, TelegramError) and leave():
        logger.info("an answer is left to the next process: %s", error)
        return
    if isinstance(error, Forbidden):
        logger.info("somebody has shut the bot out: %s", error)
        return
    if isinstance(error, NetworkError):
        logger.warning("Telegram did not do as it was asked: %s", error)
    elif not is_expected(error):
        logger.error("a handler failed", exc_info=error)
    try:
        await send_text(
            bot, place, explain(error, words), reply_to=about if place.is_group else None
        )
    except TelegramError as trouble:
        logger.warning("a person could not be told: %s", trouble)
