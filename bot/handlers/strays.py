"""Everything else: answered kindly in private, and in groups only where it was meant for us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from telegram import Message, Update

from bot.errors import Sorry
from bot.handlers.turn import Turn, message_of
from bot.handlers.wishes import is_reply_to, named_in, preset_called
from bot.kinds import Context
from bot.session import StyleChosen
from bot.texts import Text

__all__ = ["other", "text", "unknown_command"]

_KINDS: Final[tuple[tuple[Callable[[Message], object], Text], ...]] = (
    (lambda message: message.animation, Text.ANIMATION),
    (lambda message: message.video or message.video_note, Text.VIDEO),
    (lambda message: message.sticker, Text.STICKER),
    (lambda message: message.voice or message.audio, Text.VOICE),
)


async def text(update: Update, context: Context) -> None:
    """Words: perhaps the name of a style."""
    turn = Turn.of(update, context)
    message = message_of(update)
    if turn.place.is_group and not is_reply_to(message, turn.bot):
        return
    words = message.text or ""
    if preset := named_in(turn.desk, words):
        await turn.take(StyleChosen(preset))
    elif turn.desk.sessions.get(turn.key).content:
        preset_called(turn.desk, words)
    elif not turn.place.is_group:
        raise Sorry(Text.NO_MEANING)


async def unknown_command(update: Update, context: Context) -> None:
    """A command that is none of ours; in a group it may well be another bot's."""
    turn = Turn.of(update, context)
    command = (message_of(update).text or "").split()[0]
    addressee = command.partition("@")[2]
    if not turn.place.is_group or addressee.lower() == turn.bot.username.lower():
        raise Sorry(Text.UNKNOWN_COMMAND)


async def other(update: Update, context: Context) -> None:
    """Videos, stickers, voices and the rest."""
    turn = Turn.of(update, context)
    message = message_of(update)
    if turn.place.is_group and not is_reply_to(message, turn.bot):
        return
    raise Sorry(next((key for is_kind, key in _KINDS if is_kind(message)), Text.OTHER_KIND))
