"""Pressed buttons. Each press is answered at once, before anything that takes time.

An answer only stops the button's spinner, so a press is obeyed even when it could not be answered.
"""

from __future__ import annotations

import logging

from telegram import Update
from telegram.error import TelegramError

from bot.callbacks import (
    CancelJob,
    ChooseAid,
    HandleBroadcast,
    MakeDemand,
    PaintAgain,
    PickOwn,
    PickStyle,
    Set,
    TurnPage,
    decode,
)
from bot.handlers import afterwards, announcing, choosing, preferring
from bot.handlers.press import Press
from bot.jobs import Refusal
from bot.kinds import Context
from bot.limiter import NEVER
from bot.texts import Text

__all__ = ["press"]

logger = logging.getLogger(__name__)

_REFUSALS = {Refusal.GONE: Text.JOB_IS_OVER, Refusal.NOT_YOURS: Text.NOT_YOURS}


async def press(update: Update, context: Context) -> None:
    """Any button of ours, and whatever else somebody sends as if it were one."""
    pressed = Press.of(update, context)
    data = decode(pressed.data) if pressed.chat else None
    match data:
        case PickStyle() | PickOwn() | ChooseAid() | TurnPage():
            await choosing.choose(pressed, data)
        case PaintAgain():
            await afterwards.paint_again(pressed, data)
        case MakeDemand():
            await afterwards.demand(pressed, data)
        case Set():
            await preferring.choose(pressed, data)
        case CancelJob():
            await _cancel(pressed, data)
        case HandleBroadcast():
            await announcing.handle(pressed, data)
        case None:
            await pressed.answer(Text.OLD_BUTTON)


async def _cancel(pressed: Press, wish: CancelJob) -> None:
    jobs = pressed.desk.jobs
    refusal = jobs.may_cancel(wish.job, (pressed.chat, pressed.user))
    if refusal is None:
        await jobs.cancel(wish.job)
    await pressed.answer(_REFUSALS[refusal] if refusal else Text.STOPPING)
    is_over = refusal is Refusal.GONE and not jobs.owns(pressed.chat, pressed.message)
    if is_over and pressed.shows(wish):
        await _tidy(pressed)


async def _tidy(pressed: Press) -> None:
    """Take the button away that is good for nothing: its job ended while nobody was looking."""
    try:
        await pressed.bot.edit_message_reply_markup(
            pressed.chat, pressed.message, reply_markup=None, rate_limit_args=NEVER
        )
    except TelegramError as error:
        logger.info("a button stays where it is: %s", error)
