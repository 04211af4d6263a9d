"""Which commands there are: a few of our own, and one for each preset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from telegram import BotCommand

from bot.keyboards import Named, label
from bot.texts import Text, toast

__all__ = ["BUILTIN", "menu"]

BUILTIN: Final[Mapping[str, Text]] = {
    "start": Text.COMMAND_START,
    "help": Text.COMMAND_HELP,
    "styles": Text.COMMAND_STYLES,
    "style": Text.COMMAND_STYLE,
    "cancel": Text.COMMAND_CANCEL,
}
# What Telegram takes.
_MOST: Final = 100


def menu(gallery: Iterable[Named]) -> list[BotCommand]:
    """What Telegram shows behind the button "Menu"."""
    own = [BotCommand(command, toast(text)) for command, text in BUILTIN.items()]
    presets = [
        BotCommand(style.name, toast(Text.COMMAND_PRESET, style=label(style))) for style in gallery
    ]
    return [*own, *presets][:_MOST]
