"""What people send to be painted."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Message, Update

from bot.handlers.errors import report
from bot.handlers.turn import Turn, message_of
from bot.handlers.wishes import is_addressed, preset_in_caption, role_in_caption
from bot.kinds import Context
from bot.pictures import picture_in
from bot.session import AlbumSent, PictureSent, Preset

__all__ = ["receive"]


async def receive(update: Update, context: Context) -> None:
    """A photo, a file, a sticker or one picture of an album."""
    turn = Turn.of(update, context)
    message = message_of(update)
    if message.media_group_id:
        turn.desk.albums.add(message, lambda messages: _album(turn, messages))
        return
    named = preset_in_caption(turn.desk, message, turn.bot)
    if _is_meant_for_us(turn, [message], named) and (picture := picture_in(message)):
        await turn.take(PictureSent(picture, named, role_in_caption(message, turn.bot)))


async def _album(turn: Turn, messages: Sequence[Message]) -> None:
    # It comes from a timer, not from an update, so no error handler of the application sees it.
    try:
        await _take_album(turn, messages)
    except Exception as error:  # noqa: BLE001 - whatever it is, the person must hear of it
        about = messages[0].message_id
        await report(turn.bot, turn.place, error, turn.words, about=about)


async def _take_album(turn: Turn, messages: Sequence[Message]) -> None:
    named = next(filter(None, (preset_in_caption(turn.desk, m, turn.bot) for m in messages)), None)
    if not _is_meant_for_us(turn, messages, named):
        return
    pictures = tuple(
        PictureSent(picture, role=role_in_caption(message, turn.bot))
        for message in messages
        if (picture := picture_in(message))
    )
    await turn.take(AlbumSent(pictures, named))


def _is_meant_for_us(turn: Turn, messages: Sequence[Message], named: Preset | None) -> bool:
    if not turn.place.is_group or named:
        return True
    return any(is_addressed(message, turn.bot) for message in messages)
