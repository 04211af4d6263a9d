"""What those who run the bot ask for by command, in private."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from telegram import Update

from bot.errors import Sorry
from bot.handlers.turn import Turn
from bot.kinds import Context
from bot.texts import Text, shorten

__all__ = ["block", "unblock"]

_ID: Final = re.compile(r"-?[1-9]\d{0,15}")
_REASON: Final = 60
# As many as one message holds.
_LISTED: Final = 40


async def block(update: Update, context: Context) -> None:
    """`/block ID [reason]`: answer that person or chat no more; alone, who is not answered."""
    turn = Turn.of(update, context)
    access = turn.desk.access
    if not context.args:
        await turn.say_text("\n".join(_blocked(turn)))
        return
    number = _number(context)
    if number in access.admins:
        raise Sorry(Text.BLOCK_ADMIN)
    reason = shorten(" ".join(context.args[1:]), _REASON)
    is_lasting = access.block(number, reason, turn.user)
    await turn.desk.jobs.cancel_all(number)
    await turn.desk.jobs.cancel_all(None, chat=number)
    await _tell(turn, Text.BLOCKED, number, is_lasting=is_lasting)


async def unblock(update: Update, context: Context) -> None:
    """`/unblock ID`: answer again."""
    turn = Turn.of(update, context)
    number = _number(context)
    access = turn.desk.access
    is_lasting = access.unblock(number)
    key = Text.BLOCKED_BY_SETTING if access.is_fixed(number) else Text.UNBLOCKED
    await _tell(turn, key, number, is_lasting=is_lasting)


async def _tell(turn: Turn, key: Text, number: int, *, is_lasting: bool) -> None:
    lines = [turn.words.say(key, id=number)]
    if not is_lasting:
        lines.append(turn.words.say(Text.NOTEBOOK_STUCK))
    await turn.say_text("\n".join(lines))


def _blocked(turn: Turn) -> Iterator[str]:
    yield turn.words.say(Text.BLOCK_HOW)
    if blocked := turn.desk.access.blocked():
        yield turn.words.say(Text.BLOCK_LIST)
    for each in blocked[-_LISTED:]:
        yield f"<code>{each.id}</code> {html.escape(each.reason)}"


def _number(context: Context) -> int:
    """The id that a command names.

    Raises:
        Sorry: it names none.
    """
    word = (context.args or [""])[0]
    if not _ID.fullmatch(word):
        raise Sorry(Text.BLOCK_HOW)
    return int(word)
