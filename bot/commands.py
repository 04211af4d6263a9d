"""Which commands there are: a few of our own, and one for each preset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from telegram import BotCommand

from bot.names import Named, label
from bot.texts import Text
from bot.words import Words

__all__ = ["ADMIN", "BUILTIN", "GROUP", "admin_menu", "group_menu", "menu"]

BUILTIN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "start": Text.COMMAND_START,
        "styles": Text.COMMAND_STYLES,
        "settings": Text.COMMAND_SETTINGS,
        "style": Text.COMMAND_STYLE,
        "mix": Text.COMMAND_MIX,
        "me": Text.COMMAND_ME,
        "queue": Text.COMMAND_QUEUE,
        "cancel": Text.COMMAND_CANCEL,
        "share": Text.COMMAND_SHARE,
        "help": Text.COMMAND_HELP,
        "privacy": Text.COMMAND_PRIVACY,
        "forget": Text.COMMAND_FORGET,
    }
)
GROUP: Final = ("style", "styles", "mix", "me", "queue", "cancel", "settings", "help")
"""What is of use where others read along."""

ADMIN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "stats": Text.COMMAND_STATS,
        "drain": Text.COMMAND_DRAIN,
        "broadcast": Text.COMMAND_BROADCAST,
        "block": Text.COMMAND_BLOCK,
        "unblock": Text.COMMAND_UNBLOCK,
    }
)
"""What those who run the bot have beside all that."""

# What Telegram takes.
_MOST: Final = 100


def menu(gallery: Iterable[Named], words: Words) -> list[BotCommand]:
    """What Telegram shows behind the button "Menu"."""
    return _menu(BUILTIN, gallery, words)


def admin_menu(gallery: Iterable[Named], words: Words) -> list[BotCommand]:
    """The same for those who run the bot."""
    return _menu({**ADMIN, **BUILTIN}, gallery, words)


def _menu(commands: Mapping[str, Text], gallery: Iterable[Named], words: Words) -> list[BotCommand]:
    own = [BotCommand(command, words.plain(text)) for command, text in commands.items()]
    presets = [
        BotCommand(style.name, words.plain(Text.COMMAND_PRESET, style=label(style, words)))
        for style in gallery
    ]
    return [*own, *presets][:_MOST]


def group_menu(words: Words) -> list[BotCommand]:
    """The same in groups, without what would only be in the way there."""
    return [BotCommand(command, words.plain(BUILTIN[command])) for command in GROUP]
