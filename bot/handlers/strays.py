"""Everything else: answered kindly in private, and in groups only where it was meant for us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from telegram import Message, MessageEntity, Update

from bot.errors import Sorry
from bot.handlers.actions import take
from bot.handlers.errors import telling
from bot.handlers.turn import Turn, message_of
from bot.handlers.wishes import is_addressed, named_in, preset_called, said
from bot.inbox import hold
from bot.kinds import Context
from bot.links import link_in
from bot.session import PictureSent
from bot.style import Picture
from bot.texts import Text

__all__ = ["link_of", "other", "text", "unknown_command"]

_KINDS: Final[tuple[tuple[Callable[[Message], object], Text], ...]] = (
    (lambda message: message.animation, Text.ANIMATION),
    (lambda message: message.video or message.video_note, Text.VIDEO),
    (lambda message: message.voice or message.audio, Text.VOICE),
)


async def text(update: Update, context: Context) -> None:
    """Words: perhaps the name of a style, or a link to a picture."""
    turn = Turn.of(update, context)
    message = message_of(update)
    if turn.place.is_group and not is_addressed(message, turn.bot):
        return
    words = said(message, turn.bot)
    if preset := named_in(turn.desk, words):
        await take(turn, turn.choice(preset))
    elif link := _link_in(message):
        _take_link(turn, message, link)
    elif turn.desk.sessions.get(turn.key).content:
        preset_called(turn.desk, words)
    elif not turn.place.is_group:
        raise Sorry(Text.NO_MEANING)


def link_of(turn: Turn) -> str:
    """What the errand is called that looks at a link for a person: one at a time."""
    return f"link {turn.user}"


def _take_link(turn: Turn, message: Message, link: str) -> None:
    """Look at once whether there is a picture, so that a link to nowhere is found out early.

    Raises:
        Sorry: another link of the same person is being looked at.
    """
    if link_of(turn) in turn.desk.errands:
        raise Sorry(Text.ALREADY_PAINTING)
    turn.desk.errands.run(link_of(turn), turn.user, _look_at(turn, message, link), hold())


async def _look_at(turn: Turn, message: Message, link: str) -> None:
    picture = Picture(link, message.message_id, is_link=True)
    words = said(message, turn.bot)
    for shown in message.parse_entities([MessageEntity.URL]).values():
        words = words.replace(shown, " ")
    async with telling(turn.bot, turn.place, turn.words, about=message.message_id):
        await turn.desk.source.fetch(picture)
        if turn.is_shut_out:
            return
        await take(turn, PictureSent(picture, named_in(turn.desk, words.strip())))


def _link_in(message: Message) -> str | None:
    """A link in the message; Telegram takes "main.py" for one, but nobody means a picture by it."""
    link = link_in(message)
    return link if link and urlsplit(link).path.strip("/") else None


async def unknown_command(update: Update, context: Context) -> None:
    """A command that is none of ours; in a group it may well be another bot's."""
    turn = Turn.of(update, context)
    command = (message_of(update).text or "").split()[0]
    addressee = command.partition("@")[2]
    if not turn.place.is_group or addressee.lower() == turn.bot.username.lower():
        raise Sorry(Text.UNKNOWN_COMMAND)


async def other(update: Update, context: Context) -> None:
    """Videos, voices and the rest."""
    turn = Turn.of(update, context)
    message = message_of(update)
    if turn.place.is_group and not is_addressed(message, turn.bot):
        return
    raise Sorry(next((key for is_kind, key in _KINDS if is_kind(message)), Text.OTHER_KIND))
