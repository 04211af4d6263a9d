"""Styles that people name in words: in commands, captions and messages."""

from __future__ import annotations

import difflib
import re
from typing import Final

from telegram import Message

from bot.desk import Desk
from bot.errors import Sorry
from bot.kinds import Bot
from bot.session import Preset
from bot.texts import Text, shorten
from nst_core.errors import UnknownStyle

__all__ = ["is_reply_to", "named_in", "preset_called", "preset_in_caption"]

_COMMAND: Final = re.compile(r"/(\w+)(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)
# A longer caption tells a story, it does not name a style.
_LONGEST: Final = 40


def preset_called(desk: Desk, name: str) -> Preset:
    """The preset that somebody asked for by name.

    Raises:
        Sorry: there is none, and these are the nearest.
    """
    try:
        return Preset(desk.gallery.find(name).name)
    except UnknownStyle as error:
        wanted = shorten(name)
        near = difflib.get_close_matches(wanted.lower(), [style.name for style in desk.gallery])
        if near:
            raise Sorry(Text.UNKNOWN_STYLE_NEAR, name=wanted, near=" or ".join(near)) from error
        raise Sorry(Text.UNKNOWN_STYLE, name=wanted) from error


def named_in(desk: Desk, text: str) -> Preset | None:
    """The preset whose name is the whole text, if there is one."""
    if len(text) > _LONGEST:
        return None
    try:
        return Preset(desk.gallery.find(text).name)
    except UnknownStyle:
        return None


def preset_in_caption(desk: Desk, message: Message, bot: Bot) -> Preset | None:
    """The preset that a caption names: "mosaic", "/mosaic" or "/style mosaic".

    In groups only a command counts, and only one that is meant for this bot.

    Raises:
        Sorry: it says "/style" and a name that no style has.
    """
    caption = (message.caption or "").strip()
    found = _COMMAND.fullmatch(caption)
    if not found:
        return None if message.chat_id < 0 else named_in(desk, caption)
    command, addressee, argument = found.groups()
    if addressee and addressee.lower() != bot.username.lower():
        return None
    if command.lower() == "style":
        return preset_called(desk, argument) if argument else None
    return Preset(command.lower()) if command.lower() in desk.gallery else None


def is_reply_to(message: Message, bot: Bot) -> bool:
    """Whether the message answers one of the bot's."""
    answered = message.reply_to_message
    return bool(answered and answered.from_user and answered.from_user.id == bot.id)
