"""What Telegram says of the bot before anybody has said a word: menus and descriptions."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from telegram import BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bot.commands import group_menu, menu
from bot.keyboards import Named
from bot.kinds import Bot
from bot.texts import Text
from bot.words import Language, Words, words_in

__all__ = ["introduce"]

logger = logging.getLogger(__name__)


async def introduce(bot: Bot, gallery: Iterable[Named]) -> None:
    """Tell Telegram, in every language; the bot works without it too."""
    styles = list(gallery)
    try:
        await _say(bot, styles, words_in(Language.ENGLISH), None)
        for language in Language:
            await _say(bot, styles, words_in(language), language.value)
    except TelegramError as error:
        logger.warning("the menu of commands was not set: %s", error)


async def _say(bot: Bot, styles: list[Named], words: Words, code: str | None) -> None:
    """In one language; `code` None is for everybody whose language is none of ours."""
    private, groups = BotCommandScopeAllPrivateChats(), BotCommandScopeAllGroupChats()
    await bot.set_my_commands(menu(styles, words), private, language_code=code)
    await bot.set_my_commands(group_menu(words), groups, language_code=code)
    try:
        await bot.set_my_description(words.plain(Text.ABOUT), language_code=code)
        await bot.set_my_short_description(words.plain(Text.ABOUT_SHORT), language_code=code)
    except TelegramError as error:
        logger.info("a description was not set: %s", error)
