"""Pressed buttons. Each press is answered at once, before anything that takes time.

An answer only stops the button's spinner, so a press is obeyed even when it could not be answered.
"""

from __future__ import annotations

import logging
from typing import Final

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update
from telegram.error import TelegramError

from bot.callbacks import CancelJob, OtherStyle, PaintAgain, PickStyle, decode
from bot.desk import Desk, desk_of
from bot.errors import Sorry
from bot.handlers.turn import Turn
from bot.jobs import Refusal
from bot.kinds import Bot, Context
from bot.limiter import NEVER
from bot.orders import Order, Place
from bot.pictures import picture_in
from bot.session import Picture, Preset, Style, StyleAsked, StyleChosen
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
        case PaintAgain() as wish:
            await _paint_again(query, context, desk, wish)
        case OtherStyle():
            await _other_style(query, context, desk)
        case None:
            await _answer(context.bot, query, Text.OLD_BUTTON)


async def _pick(query: CallbackQuery, context: Context, desk: Desk, pick: PickStyle) -> None:
    refusal = _why_not(query, desk, pick)
    await _answer(context.bot, query, refusal)
    if refusal is None and (message := query.message):
        photo = _photo_of(query)
        # What is no text is no question of ours, and must not be made a progress message.
        is_question = photo and isinstance(message, Message) and message.text
        question = message.message_id if is_question else None
        turn = _turn(query, message, context, desk, question)
        await turn.take(StyleChosen(Preset(pick.style), photo))


def _why_not(query: CallbackQuery, desk: Desk, pick: PickStyle) -> Text | None:
    if not _is_for(query, _asked_by(query, desk) or pick.owner):
        return Text.NOT_YOURS
    message = query.message
    if message and desk.jobs.owns(message.chat.id, message.message_id):
        return Text.ALREADY_PAINTING
    return None if message and pick.style in desk.gallery else Text.OLD_BUTTON


def _asked_by(query: CallbackQuery, desk: Desk) -> int | None:
    message = query.message
    return desk.questions.get(message.chat.id, message.message_id) if message else None


def _is_for(query: CallbackQuery, owner: int | None) -> bool:
    return owner is None or is_shared(owner) or owner == query.from_user.id


async def _paint_again(
    query: CallbackQuery, context: Context, desk: Desk, wish: PaintAgain
) -> None:
    # Nothing here takes time, and between the look at what is under way and the new job there must
    # be no moment in which another press may come. So this press is answered last.
    try:
        _place_again(query, context, desk, wish)
    except Sorry as sorry:
        await _answer(context.bot, query, sorry.key, **sorry.values)
    else:
        await _answer(context.bot, query, None)


def _place_again(query: CallbackQuery, context: Context, desk: Desk, wish: PaintAgain) -> None:
    if (message := query.message) is None:
        raise Sorry(Text.OLD_BUTTON)
    button = message.message_id, query.data or ""
    if desk.jobs.is_asked(message.chat.id, button):
        raise Sorry(Text.ALREADY_PAINTING)
    made = desk.paintings.get(message.chat.id, message.message_id)
    turn = _turn(query, message, context, desk)
    turn.paint(_content(query, made), _style(desk, wish, made), wish.look, button)


async def _other_style(query: CallbackQuery, context: Context, desk: Desk) -> None:
    if (message := query.message) is None:
        await _answer(context.bot, query, Text.OLD_BUTTON)
        return
    try:
        content = _content(query, desk.paintings.get(message.chat.id, message.message_id))
    except Sorry as sorry:
        await _answer(context.bot, query, sorry.key, **sorry.values)
        return
    await _answer(context.bot, query, None)
    await _turn(query, message, context, desk).take(StyleAsked(content))


def _content(query: CallbackQuery, made: Order | None) -> Picture:
    """The photo of the painting that the button is under.

    Raises:
        Sorry: neither Telegram nor we know it.
    """
    if content := made.content if made else _photo_of(query):
        return content
    raise Sorry(Text.FORGOTTEN_PHOTO)


def _style(desk: Desk, wish: PaintAgain, made: Order | None) -> Style:
    """The style of the painting that the button is under.

    Raises:
        Sorry: it was a picture that we do not know any more, or one that the operator took away.
    """
    if wish.style and wish.style in desk.gallery:
        return Preset(wish.style)
    if made and isinstance(made.style, Picture):
        return made.style
    raise Sorry(Text.STYLE_GONE if wish.style else Text.FORGOTTEN_STYLE)


def _turn(
    query: CallbackQuery,
    message: MaybeInaccessibleMessage,
    context: Context,
    desk: Desk,
    question: int | None = None,
) -> Turn:
    topic = None
    if isinstance(message, Message) and message.is_topic_message:
        topic = message.message_thread_id
    return Turn(
        context.bot,
        desk,
        Place(message.chat.id, topic),
        _speaker(query, desk),
        question=question,
    )


def _speaker(query: CallbackQuery, desk: Desk) -> int:
    """In whose name a button is pressed: the asked one's, or a group's that a painting is for."""
    if asked := _asked_by(query, desk):
        return asked
    message = query.message
    made = desk.paintings.get(message.chat.id, message.message_id) if message else None
    return made.user if made and is_shared(made.user) else query.from_user.id


def _photo_of(query: CallbackQuery) -> Picture | None:
    """The photo that our question or painting answers; it outlives sessions and restarts."""
    message = query.message
    return picture_in(message.reply_to_message) if isinstance(message, Message) else None


async def _cancel(query: CallbackQuery, context: Context, desk: Desk, job: str) -> None:
    chat = query.message.chat.id if query.message else 0
    refusal = desk.jobs.may_cancel(job, (chat, query.from_user.id))
    if refusal is None:
        await desk.jobs.cancel(job)
    await _answer(context.bot, query, _REFUSALS[refusal] if refusal else Text.STOPPING)


async def _answer(bot: Bot, query: CallbackQuery, key: Text | None, **values: object) -> None:
    """Stop the button's spinner, with a word if there is one to say."""
    try:
        text = toast(key, **values) if key else None
        await bot.answer_callback_query(query.id, text, read_timeout=_ANSWER, rate_limit_args=NEVER)
    except TelegramError as error:
        # Such as "query is too old": it was pressed long ago. What it asks for still holds.
        logger.info("a press was not answered: %s", error)
