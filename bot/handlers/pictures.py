"""What people send to be painted."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Message, Update

from bot.errors import Sorry
from bot.handlers.actions import take
from bot.handlers.errors import telling
from bot.handlers.turn import Turn, message_of
from bot.handlers.wishes import (
    is_addressed,
    is_command_for_us,
    role_in_caption,
    style_in_caption,
)
from bot.kinds import Context
from bot.pictures import picture_in
from bot.session import AlbumSent, PictureSent
from bot.style import Style

__all__ = ["receive"]


async def receive(update: Update, context: Context) -> None:
    """A photo, a file, a sticker or one picture of an album."""
    turn = Turn.of(update, context)
    message = message_of(update)
    if message.media_group_id:
        turn.desk.albums.add(message, turn.key, lambda messages: _album(turn, messages))
        return
    named = style_in_caption(turn.desk, message, turn.bot)
    if _is_meant_for_us(turn, [message], named) and (picture := picture_in(message)):
        await take(turn, PictureSent(picture, named, role_in_caption(message, turn.bot)))


async def _album(turn: Turn, messages: Sequence[Message]) -> None:
    # It comes from a timer, not from an update, so no error handler of the application sees it.
    if turn.is_shut_out:
        return
    async with telling(turn.bot, turn.place, turn.words, about=messages[0].message_id):
        await _take_album(turn, messages)


async def _take_album(turn: Turn, messages: Sequence[Message]) -> None:
    names = (style_in_caption(turn.desk, message, turn.bot) for message in messages)
    named = next((name for name in names if name), None)
    if not _is_meant_for_us(turn, messages, named):
        return
    pictures, refused = _pictures(turn, messages)
    if pictures or not refused:
        await take(turn, AlbumSent(pictures, named))
    for sorry in refused[:1]:
        raise sorry


def _pictures(
    turn: Turn, messages: Sequence[Message]
) -> tuple[tuple[PictureSent, ...], list[Sorry]]:
    """The pictures of an album, and why some of it is none."""
    found: list[PictureSent] = []
    refused: list[Sorry] = []
    for message in messages:
        try:
            picture = picture_in(message)
        except Sorry as sorry:
            refused.append(sorry)
            continue
        if picture:
            found.append(PictureSent(picture, role=role_in_caption(message, turn.bot)))
    return tuple(found), refused


def _is_meant_for_us(turn: Turn, messages: Sequence[Message], named: Style | None) -> bool:
    if not turn.place.is_group or named:
        return True
    # A sticker that answers us is an answer, and no photo.
    return any(
        is_command_for_us(message, turn.bot)
        or (is_addressed(message, turn.bot) and not message.sticker)
        for message in messages
    )
