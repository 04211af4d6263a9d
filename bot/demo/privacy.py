"""Privacy mode: what a bot hears of what is said in a group."""

from __future__ import annotations

from bot.demo.account import Account
from bot.demo.chats import Message
from bot.demo.spans import units
from bot.demo.wire import Json

__all__ = ["is_heard"]


def is_heard(account: Account, message: Message) -> bool:
    """Whether the bot is told of a message.

    With privacy mode on, in a group: commands that are not for another bot, answers to its own
    messages, and messages that mention it.
    """
    if message.chat.is_private or not account.profile.privacy:
        return True
    answered = message.context.reply_to
    if answered and answered.sender["id"] == account.id:
        return True
    return any(_addresses(account, message.text, entity) for entity in message.entities)


def _addresses(account: Account, text: str, entity: Json) -> bool:
    said = _cut(text, entity).lower()
    username = account.profile.username.lower()
    match entity["type"]:
        case "bot_command":
            _, at, addressee = said.partition("@")
            return not at or addressee == username
        case "mention":
            return said == f"@{username}"
        case _:
            return False


def _cut(text: str, entity: Json) -> str:
    """The words that an entity covers."""
    start, length = entity["offset"], entity["length"]
    if units(text) == len(text):
        return text[start : start + length]
    encoded = text.encode("utf-16-le")
    return encoded[2 * start : 2 * (start + length)].decode("utf-16-le")
