"""Asking for a style: the gallery as a picture with buttons, and the other ways to one."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, TelegramError

from bot import keyboards
from bot.errors import LinkRefused, Sorry
from bot.handlers.turn import Turn
from bot.orders import Question
from bot.sheet import PAGE
from bot.speaker import is_shared
from bot.style import Picture, Preset, Style, parts_of
from bot.texts import Text, shorten
from nst_core.errors import ImageRejected

__all__ = ["ask", "ask_for_own", "is_to_be_had", "turn_page"]

logger = logging.getLogger(__name__)

_LAST: Final = 30
# A page of them fits into a caption, beside the question.
_CREDIT: Final = 70


async def ask(turn: Turn, question: Question) -> None:
    """Ask for a style: for a photo, to mix with another, or at the beginning of all.

    Raises:
        TelegramError: the person could not be asked.
    """
    last = turn.desk.store.last_style(turn.user)
    is_new = last is not None and last != question.mixing and is_to_be_had(turn, last)
    question = replace(question, last=last if is_new else None, topic=turn.place.topic)
    message = await turn.desk.sheet.send(
        turn.bot,
        turn.place,
        _words(turn, question),
        gallery(turn, question),
        reply_to=question.content.message if question.content else None,
    )
    turn.desk.store.keep_question(turn.place.chat, message.message_id, question)


async def turn_page(turn: Turn, message: int, question: Question, page: int) -> None:
    """Turn to another page of the gallery, in the same message.

    Raises:
        TelegramError: the message is not to be changed (any more).
    """
    await turn.desk.sheet.turn(
        turn.bot,
        turn.place.chat,
        message,
        _words(turn, question, page),
        gallery(turn, question, page),
        page,
    )


async def ask_for_own(turn: Turn, message: int, question: Question) -> None:
    """Show the person's own style pictures, numbered, to choose one.

    A question about a photo becomes their sheet, so that nothing stays behind when one is chosen;
    the gallery that anybody may use stays.

    Raises:
        Sorry: there are none.
        TelegramError: the person could not be asked.
    """
    own = turn.desk.store.own_styles(turn.user)
    if not own:
        raise Sorry(Text.NO_OWN_STYLES)
    pictures = await asyncio.gather(*(_picture(turn, picture) for _, picture in own))
    numbers = [number for number, _ in own]
    if not (question.content and await _turn_to_own(turn, message, question, numbers, pictures)):
        message = await _send_own(turn, question, numbers, pictures)
    turn.desk.store.keep_question(turn.place.chat, message, question)


async def _turn_to_own(
    turn: Turn,
    message: int,
    question: Question,
    numbers: Sequence[int],
    pictures: Sequence[bytes],
) -> bool:
    keyboard = keyboards.own_styles(numbers, _owner(question), turn.words)
    words = turn.words.say(Text.OWN_STYLES)
    try:
        await turn.desk.sheet.turn_to_own(
            turn.bot, turn.place.chat, message, words, keyboard, pictures
        )
    except BadRequest as error:
        logger.info("a question does not become a sheet: %s", error)
        return False
    return True


async def _send_own(
    turn: Turn, question: Question, numbers: Sequence[int], pictures: Sequence[bytes]
) -> int:
    message = await turn.desk.sheet.send_own(
        turn.bot,
        turn.place,
        turn.words.say(Text.OWN_STYLES),
        keyboards.own_styles(numbers, _owner(question)),
        pictures,
        reply_to=question.content.message if question.content else None,
    )
    return message.message_id


def is_to_be_had(turn: Turn, style: Style) -> bool:
    """Whether the gallery still has all of it."""
    return all(
        not isinstance(part, Preset) or part.name in turn.desk.gallery
        for part, _ in parts_of(style)
    )


def gallery(turn: Turn, question: Question, page: int = 0) -> InlineKeyboardMarkup:
    """The buttons under a question."""
    last = question.last
    offer = keyboards.Offer(
        owner=_owner(question),
        page=page,
        last=shorten(turn.named(last), _LAST) if last else "",
        has_own=bool(turn.desk.store.own_styles(turn.user)),
        may_be_style=question.content is not None and question.mixing is None,
    )
    return keyboards.styles([*turn.desk.gallery], turn.words, offer)


def _owner(question: Question) -> int | None:
    # A button names a person; a group or a channel presses nothing, so there anybody may. So may
    # anybody where it is about nobody's photo.
    return None if is_shared(question.user) or question.content is None else question.user


def _words(turn: Turn, question: Question, page: int = 0) -> str:
    return "\n\n".join(filter(None, (_asked(turn, question), _credits(turn, page))))


def _asked(turn: Turn, question: Question) -> str:
    if question.mixing:
        return turn.words.say(Text.ASK_STYLE_MIX, style=turn.named(question.mixing))
    return turn.words.say(Text.ASK_STYLE if question.content else Text.STYLES)


def _credits(turn: Turn, page: int) -> str:
    """Whom the styles of a page are owed to, each by its number on the sheet."""
    styles = [*enumerate(turn.desk.gallery, start=1)]
    first = min(page, turn.desk.sheet.pages - 1) * PAGE
    owed = [(n, style.credit) for n, style in styles[first : first + PAGE] if style.credit]
    return "\n".join(
        f"{n} · {html.escape(shorten(credit, _CREDIT), quote=False)}" for n, credit in owed
    )


async def _picture(turn: Turn, picture: Picture) -> bytes:
    """Its bytes; nothing where it is gone, for its number to be drawn without it."""
    try:
        return await turn.desk.source.fetch(picture)
    except (Sorry, LinkRefused, ImageRejected, TelegramError):
        return b""
