"""Before all other handlers: who is not let in gets no further."""

from __future__ import annotations

import logging

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop

from bot.access import Verdict
from bot.desk import desk_of
from bot.kinds import Context
from bot.limiter import NEVER
from bot.orders import Place
from bot.outgoing import send_text
from bot.speaker import key_of, language_for
from bot.texts import Text
from bot.words import words_in

__all__ = ["keep"]

logger = logging.getLogger(__name__)


async def keep(update: Update, context: Context) -> None:
    """Let pass whoever may use the bot.

    Raises:
        ApplicationHandlerStop: not this one.
    """
    _follow(update, context)
    user = update.effective_user
    ids = key_of(update) or ((user.id,) if user else ())
    verdict = desk_of(context).access.verdict(*ids)
    if verdict is Verdict.WELCOME:
        _see(update, context)
        return
    if verdict is Verdict.STRANGER:
        await _turn_away(update, context)
    raise ApplicationHandlerStop


def _follow(update: Update, context: Context) -> None:
    """Go along with a group that becomes a supergroup; a blocked one gets no new door by that."""
    message = update.message
    if message and message.migrate_to_chat_id:
        desk_of(context).move(message.chat_id, message.migrate_to_chat_id)
    elif message and message.migrate_from_chat_id:
        desk_of(context).move(message.migrate_from_chat_id, message.chat_id)


def _see(update: Update, context: Context) -> None:
    """Remember people, so that they can be reached; groups are none."""
    chat = update.effective_chat
    if chat and not Place(chat.id).is_group:
        desk_of(context).store.ledger.see(chat.id)


async def _turn_away(update: Update, context: Context) -> None:
    """A kind word in private, once in a while; in a group only the button's spinner is stopped."""
    chat, query = update.effective_chat, update.callback_query
    is_private = chat is not None and not Place(chat.id).is_group
    is_told = chat is not None and is_private and desk_of(context).access.may_tell(chat.id)
    words = words_in(language_for(update))
    try:
        if query:
            text = words.plain(Text.NOT_ADMITTED) if is_told else None
            await context.bot.answer_callback_query(query.id, text, rate_limit_args=NEVER)
        elif chat and is_told:
            text = words.say(Text.NOT_ADMITTED)
            await send_text(context.bot, Place(chat.id), text, retries=NEVER)
    except TelegramError as error:
        # Whatever is raised here would let the next handlers have the update.
        logger.info("a stranger could not be told: %s", error)
