"""Pressed buttons. Each press is answered at once, before anything that takes time.

An answer only stops the button's spinner, so a press is obeyed even when it could not be answered.
"""

from __future__ import annotations

import logging
from typing import Final

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update
from telegram.error import TelegramError

from bot.callbacks import CancelJob, PickStyle, decode
from bot.desk import Desk, desk_of
from bot.handlers.turn import Turn
from bot.jobs import Refusal
from bot.kinds import Bot, Context
from bot.limiter import NEVER
from bot.orders import Place
from bot.pictures import picture_in
from bot.session import Picture, Preset, StyleChosen
from bot.speaker import is_shared
from bot.texts import Text, toast

__all__ = ["press"]

logger = logging.getLogger(__name__)

_ANSWER: Final = 5.0
_REFUSALS = {Refusal.GONE: Text.JOB_IS_OVER, Refusal.NOT_YOURS: Text.NOT_YOURS}


async def press(update: Update, context: Context) -> None:
    """Any button of ours, and whatever else somebody sends as if it were one."""
    query = update.callback_query
    if query is None:
        return
    desk = desk_of(context)
    match decode(query.data or ""):
        case PickStyle() as pick:
            await _pick(query, context, desk, pick)
        case CancelJob(job):
            await _cancel(query, context, desk, job)
        case None:
            await _answer(context.bot, query, Text.OLD_BUTTON)


async def _pick(query: CallbackQuery, context: Context, desk: Desk, pick: PickStyle) -> None:
    refusal = _why_not(query, desk, pick)
    await _answer(context.bot, query, refusal)
    if refusal is None and (message := query.message):
        turn = _turn(query, message, context, desk)
        await turn.take(StyleChosen(Preset(pick.style), _photo_of(query)))


def _why_not(query: CallbackQuery, desk: Desk, pick: PickStyle) -> Text | None:
    if not _is_for(query, _asked_by(query, desk) or pick.owner):
        return Text.NOT_YOURS
    message = query.message
    if message and desk.jobs.owns(message.chat.id, message.message_id):
        return Text.ALREADY_PAINTING
    return None if message and pick.style in desk.gallery else Text.OLD_BUTTON


def _asked_by(query: CallbackQuery, desk: Desk) -> int | None:
    message = query.message
    return desk.questions.asked_by(message.chat.id, message.message_id) if message else None


def _is_for(query: CallbackQuery, owner: int | None) -> bool:
    return owner is None or is_shared(owner) or owner == query.from_user.id


def _turn(
    query: CallbackQuery, message: MaybeInaccessibleMessage, context: Context, desk: Desk
) -> Turn:
    topic = None
    if isinstance(message, Message) and message.is_topic_message:
        topic = message.message_thread_id
    return Turn(
        context.bot,
        desk,
        Place(message.chat.id, topic),
        _asked_by(query, desk) or query.from_user.id,
        question=message.message_id if _photo_of(query) else None,
    )


def _photo_of(query: CallbackQuery) -> Picture | None:
    """The photo that our question was about; it outlives sessions and restarts."""
    message = query.message
    return picture_in(message.reply_to_message) if isinstance(message, Message) else None


async def _cancel(query: CallbackQuery, context: Context, desk: Desk, job: str) -> None:
    chat = query.message.chat.id if query.message else 0
    refusal = desk.jobs.may_cancel(job, (chat, query.from_user.id))
    if refusal is None:
        await desk.jobs.cancel(job)
    await _answer(context.bot, query, _REFUSALS[refusal] if refusal else Text.STOPPING)


async def _answer(bot: Bot, query: CallbackQuery, key: Text | None) -> None:
    """Stop the button's spinner, with a word if there is one to say."""
    try:
        text = toast(key) if key else None
        await bot.answer_callback_query(query.id, text, read_timeout=_ANSWER, rate_limit_args=NEVER)
    except TelegramError as error:
        # Such as "query is too old": it was pressed long ago. What it asks for still holds.
        logger.info("a press was not answered: %s", error)
