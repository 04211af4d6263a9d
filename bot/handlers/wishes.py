"""Styles that people name in words: in commands, captions and messages."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from telegram import Message

from bot.desk import Desk
from bot.errors import Sorry
from bot.kinds import Bot
from bot.mixing import MOST_PARTS
from bot.session import Role
from bot.style import Preset, Style, blended
from bot.texts import Text, shorten
from bot.words import Language, words_in
from nst_core.errors import UnknownStyle

__all__ = [
    "is_addressed",
    "is_command_for_us",
    "mix_called",
    "named_in",
    "preset_called",
    "role_in_caption",
    "said",
    "style_in_caption",
]

_COMMAND: Final = re.compile(r"/(\w+)(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)
_NUMBER: Final = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)%?")
_EQUAL: Final = 50.0
_HEAVIEST: Final = 1000
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
            raise Sorry(Text.UNKNOWN_STYLE_NEAR, name=wanted, near=near) from error
        raise Sorry(Text.UNKNOWN_STYLE, name=wanted) from error


def named_in(desk: Desk, text: str) -> Preset | None:
    """The preset whose name is the whole text, if there is one."""
    if len(text) > _LONGEST:
        return None
    try:
        return Preset(desk.gallery.find(text).name)
    except UnknownStyle:
        return None


def mix_called(desk: Desk, words: Sequence[str]) -> Style:
    """The mix that somebody asked for: "mosaic 70 waves 30", or "mosaic waves" for equal parts.

    Raises:
        Sorry: there is no such style, or it cannot be told how much of which.
    """
    weighed: list[tuple[Preset, float]] = []
    for word in words:
        if not (number := _NUMBER.fullmatch(word)):
            weighed.append((preset_called(desk, word), _EQUAL))
        elif not weighed or not 0 < float(number[1]) <= _HEAVIEST:
            raise Sorry(Text.MIX_HOW)
        else:
            weighed[-1] = (weighed[-1][0], float(number[1]))
    if not weighed:
        raise Sorry(Text.MIX_HOW)
    if len({style for style, _ in weighed}) > MOST_PARTS:
        raise Sorry(Text.MIX_TOO_MANY, most=MOST_PARTS)
    return blended(weighed)


def style_in_caption(desk: Desk, message: Message, bot: Bot) -> Style | None:
    """The style that a caption names: "mosaic", "/mosaic", "/style mosaic" or "/mix mosaic waves".

    In groups only a command counts, or a caption that mentions the bot.

    Raises:
        Sorry: it says "/style" and a name that no style has, or "/mix" and nonsense.
    """
    caption = said(message, bot)
    if not _COMMAND.fullmatch(caption):
        is_heard = message.chat_id > 0 or is_addressed(message, bot)
        return named_in(desk, caption) if is_heard else None
    command, argument = _command_in(caption, bot)
    if command == "style":
        return preset_called(desk, argument) if argument else None
    if command == "mix":
        return mix_called(desk, argument.split())
    return Preset(command) if command in desk.gallery else None


def is_command_for_us(message: Message, bot: Bot) -> bool:
    """Whether a caption asks this bot for a style, be it without a name."""
    command, _ = _command_in(said(message, bot), bot)
    return command in ("style", "mix")


def _command_in(caption: str, bot: Bot) -> tuple[str, str]:
    """The command and what follows it; nothing where it is another bot's or none."""
    found = _COMMAND.fullmatch(caption)
    command, addressee, argument = found.groups() if found else ("", None, None)
    if addressee and addressee.lower() != bot.username.lower():
        return "", ""
    return command.lower(), argument or ""


def role_in_caption(message: Message, bot: Bot) -> Role | None:
    """What the caption says that the picture is, in any of the languages."""
    caption = _folded(said(message, bot))
    return next((role for role, names in _roles().items() if caption in names), None)


def said(message: Message, bot: Bot) -> str:
    """The text or caption, without a mention of the bot."""
    mention = re.compile(rf"(?<!\S)@{re.escape(bot.username)}\b[:,]?", re.IGNORECASE)
    return mention.sub("", message.text or message.caption or "").strip()


def is_addressed(message: Message, bot: Bot) -> bool:
    """Whether the message answers one of the bot's, or mentions it."""
    answered = message.reply_to_message
    if answered and answered.from_user and answered.from_user.id == bot.id:
        return True
    return said(message, bot) != (message.text or message.caption or "").strip()


def _folded(text: str) -> str:
    # Hindi has letters that can be written as one character or as two.
    return unicodedata.normalize("NFC", text.casefold())


@cache
def _roles() -> Mapping[Role, frozenset[str]]:
    keys = {Role.CONTENT: Text.WORDS_CONTENT, Role.STYLE: Text.WORDS_STYLE}
    return {
        role: frozenset(
            _folded(word)
            for language in Language
            for word in words_in(language).plain(key).split("|")
        )
        for role, key in keys.items()
    }
