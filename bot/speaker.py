"""Who speaks: whose dialogue an update belongs to, and in which language."""

from __future__ import annotations

from telegram import Update

from bot.session import Key
from bot.words import Language, language_of

__all__ = ["is_shared", "key_of", "language_for"]


def key_of(update: Update) -> Key | None:
    """The chat and who speaks in it; None for what belongs to no chat."""
    chat, user = update.effective_chat, update.effective_user
    if chat is None:
        return None
    # An anonymous administrator speaks as the group and others speak as a channel of theirs; the
    # user that Telegram names instead is one and the same for all of them.
    alias = update.message.sender_chat if update.message else None
    speaker = alias or user or chat
    return chat.id, speaker.id


def language_for(update: Update) -> Language:
    """What the person's Telegram speaks."""
    user = update.effective_user
    return language_of(user.language_code if user else None)


def is_shared(speaker: int) -> bool:
    """Whether it is a group or a channel: a press of a button never comes from one of those."""
    return speaker < 0
