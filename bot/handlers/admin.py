"""What those who run the bot ask for by command, in private."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterator
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from telegram import Update

from bot.errors import Sorry
from bot.handlers.turn import Turn
from bot.introduction import introduce_to_admin
from bot.kinds import Context
from bot.tally import Sign
from bot.texts import Text, shorten
from bot.vitals import versions
from bot.words import Words

__all__ = ["block", "drain", "show_menu", "stats", "unblock"]

_SWITCH: Final = MappingProxyType({"on": True, "off": False})
_ID: Final = re.compile(r"-?[1-9]\d{0,15}")
_REASON: Final = 60
# As many as one message holds.
_LISTED: Final = 40


async def stats(update: Update, context: Context) -> None:
    """`/stats`: how it goes."""
    turn = Turn.of(update, context)
    desk, words = turn.desk, turn.words
    used, free = await asyncio.to_thread(desk.vitals.disk)
    text = words.say(
        Text.STATS,
        people=len(desk.store.ledger.seen()),
        lately=desk.store.ledger.seen_lately(),
        queue=desk.jobs.pictures(),
        engine=_engine(words, desk.jobs.tally.last()),
        uptime=timedelta(seconds=desk.vitals.uptime()),
        used=words.size(used),
        free=words.size(free),
        versions=versions(),
        **{outcome.value: count for outcome, count in desk.jobs.tally.today().items()},
    )
    lines = [text, _accepting(turn)]
    if not desk.store.is_well:
        lines.append(words.say(Text.NOTEBOOK_STUCK))
    await turn.say_text("\n".join(lines))


async def drain(update: Update, context: Context) -> None:
    """`/drain on|off`: take no new orders, or take them again; alone, which of the two it is."""
    turn = Turn.of(update, context)
    word = "".join(context.args or ()).lower()
    if word in _SWITCH:
        turn.desk.jobs.limits.draining = _SWITCH[word]
    await turn.say_text(_accepting(turn))


async def show_menu(update: Update, context: Context) -> None:
    """`/start` of an admin, after the hello: what only admins may do is in the menu from now on."""
    turn = Turn.of(update, context)
    name = f"menu {turn.user}"
    if name not in turn.desk.errands:
        work = introduce_to_admin(turn.bot, turn.desk.gallery, turn.user)
        turn.desk.errands.run(name, turn.user, work)


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


def _engine(words: Words, sign: Sign | None) -> str:
    if sign is None:
        return words.plain(Text.ENGINE_UNTRIED)
    ago = timedelta(seconds=sign.ago)
    if sign.error:
        return words.plain(Text.ENGINE_FAILED, error=sign.error, ago=ago)
    return words.plain(Text.ENGINE_PAINTED, device=sign.device, ago=ago)


def _accepting(turn: Turn) -> str:
    jobs = turn.desk.jobs
    return turn.words.say(
        Text.DRAIN_ON if jobs.limits.draining else Text.DRAIN_OFF, queue=jobs.pictures()
    )


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
