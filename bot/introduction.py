"""What Telegram says of the bot before anybody has said a word: menus and descriptions."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from telegram import (
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.commands import admin_menu, group_menu, menu
from bot.kinds import Bot
from bot.names import Named
from bot.texts import Text
from bot.words import Language, Words, words_in

__all__ = ["introduce", "introduce_to_admin"]

logger = logging.getLogger(__name__)


async def introduce(bot: Bot, gallery: Iterable[Named], admins: Iterable[int] = ()) -> None:
    """Tell Telegram, in every language; the bot works without it too.

    Args:
        bot: to say it with.
        gallery: the styles that have commands.
        admins: whose menus show more.
    """
    styles = list(gallery)
    try:
        await _say(bot, styles, words_in(Language.ENGLISH), None)
        for language in Language:
            await _say(bot, styles, words_in(language), language.value)
    except TelegramError as error:
        logger.warning("the menu of commands was not set: %s", error)
    for admin in admins:
        await introduce_to_admin(bot, styles, admin)


async def introduce_to_admin(bot: Bot, gallery: Iterable[Named], admin: int) -> None:
    """Let the admin's menu show what only admins may do."""
    styles, chat = list(gallery), BotCommandScopeChat(admin)
    try:
        commands = admin_menu(styles, words_in(Language.ENGLISH))
        await bot.set_my_commands(commands, chat)
        for language in Language:
            commands = admin_menu(styles, words_in(language))
            await bot.set_my_commands(commands, chat, language_code=language.value)
    except TelegramError as error:
        # Such as an admin who has never written yet: it is shown at the first /start.
        logger.info("an admin's menu was not set: %s", error)


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
