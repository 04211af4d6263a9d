"""`/broadcast`: a word to everybody, confirmed by a button, sent beside everything else."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import suppress
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, MessageEntity, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.access import Verdict
from bot.broadcast import Broadcast
from bot.callbacks import HandleBroadcast, encode
from bot.desk import Desk
from bot.errors import Sorry
from bot.handlers.press import Press
from bot.handlers.turn import Turn, message_of
from bot.kinds import Context
from bot.limiter import NEVER, PATIENT
from bot.texts import Text

__all__ = ["broadcast", "handle"]

logger = logging.getLogger(__name__)

_ERRAND: Final = "broadcast"
_COMMAND: Final = re.compile(r"\S+\s*")
# Seconds for the last words of one that a restart ends.
_PARTING: Final = 1.0


async def broadcast(update: Update, context: Context) -> None:
    """`/broadcast TEXT`: show it as people will see it, and ask whether to send it."""
    turn = Turn.of(update, context)
    text, entities = _said(message_of(update))
    if not text:
        raise Sorry(Text.BROADCAST_HOW)
    if _ERRAND in turn.desk.errands:
        raise Sorry(Text.BROADCAST_BUSY)
    draft = Broadcast(text=text, entities=entities, chats=_reached(turn.desk))
    if not draft.chats:
        # Whoever asks is known, so nobody is only where the list cannot be read.
        raise Sorry(Text.NOTEBOOK_STUCK)
    await turn.bot.send_message(turn.place.chat, text, entities=entities)
    turn.desk.broadcasts.put(draft)
    count, words = len(draft.chats), turn.words
    buttons = [
        InlineKeyboardButton(
            words.plain(Text.BUTTON_BROADCAST, number=count),
            callback_data=encode(HandleBroadcast(draft.id, send=True)),
        ),
        _stop(words.plain(Text.BUTTON_CANCEL), draft),
    ]
    await turn.say(Text.BROADCAST_ASK, InlineKeyboardMarkup([buttons]), count=count)


async def handle(press: Press, wish: HandleBroadcast) -> None:
    """It was confirmed, or is not wanted (any more)."""
    draft = press.desk.broadcasts.get(wish.broadcast)
    is_admin = press.user in press.desk.access.admins
    if draft is None or not is_admin or draft.stopped.is_set() or (wish.send and draft.begun):
        await press.answer(Text.OLD_BUTTON)
    elif wish.send:
        draft.begin(_reached(press.desk))
        press.desk.errands.run(_ERRAND, press.user, _send(press, draft))
        await press.answer()
    else:
        draft.stopped.set()
        await press.answer(Text.STOPPING)
        if not draft.begun:
            await _show(press, Text.BROADCAST_DROPPED)


async def _send(press: Press, draft: Broadcast) -> None:
    """Send it, and show how far it has come."""

    async def tell() -> None:
        await _tell(press, draft, Text.BROADCAST_RUNNING, retries=NEVER)

    await tell()
    try:
        await draft.send(press.bot, on_gone=press.desk.store.ledger.forget, on_news=tell)
    except asyncio.CancelledError:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PARTING):
                await _tell(press, draft, Text.BROADCAST_STOPPED, retries=NEVER)
        raise
    is_stopped = draft.stopped.is_set()
    draft.stopped.set()
    await _tell(press, draft, Text.BROADCAST_STOPPED if is_stopped else Text.BROADCAST_DONE)


async def _tell(press: Press, draft: Broadcast, key: Text, *, retries: int = PATIENT) -> None:
    keyboard = None
    if key is Text.BROADCAST_RUNNING:
        keyboard = InlineKeyboardMarkup([[_stop(press.words.plain(Text.BUTTON_CANCEL), draft)]])
    figures = {
        "total": len(draft.chats),
        "sent": draft.sent,
        "gone": draft.gone,
        "failed": draft.failed,
    }
    await _show(press, key, keyboard, retries=retries, **figures)


async def _show(
    press: Press,
    key: Text,
    keyboard: InlineKeyboardMarkup | None = None,
    *,
    retries: int = PATIENT,
    **values: object,
) -> None:
    try:
        await press.bot.edit_message_text(
            press.words.say(key, **values),
            press.chat,
            press.message,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            rate_limit_args=retries,
        )
    except TelegramError as error:
        logger.warning("an admin could not be told of a broadcast: %s", error)


def _reached(desk: Desk) -> tuple[int, ...]:
    """Who is known and let in."""
    seen, access = desk.store.ledger.seen(), desk.access
    return tuple(user for user in seen if access.verdict(user) is Verdict.WELCOME)


def _said(message: Message) -> tuple[str, tuple[MessageEntity, ...]]:
    """What follows the command, with its formatting."""
    text = message.text or ""
    found = _COMMAND.match(text)
    command = found[0] if found else ""
    # Telegram counts in UTF-16.
    units = len(command.encode("utf-16-le")) // 2
    kept = [entity for entity in message.entities if entity.offset >= units]
    return text[len(command) :], tuple(MessageEntity.shift_entities(-units, kept))


def _stop(label: str, draft: Broadcast) -> InlineKeyboardButton:
    data = encode(HandleBroadcast(draft.id, send=False))
    return InlineKeyboardButton(label, callback_data=data)
