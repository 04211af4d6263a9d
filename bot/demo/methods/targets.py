"""What a request is about: a chat, a message, a place in a conversation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.demo.account import Account
from bot.demo.chats import Chat, Context, Message
from bot.demo.markup import read_markup
from bot.demo.spans import units
from bot.demo.wire import ApiError, Json, Params, bad, forbidden

__all__ = ["Place", "chat_of", "message_of", "open_chat", "place_of"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new message goes, and what hangs on it."""

    chat: Chat
    context: Context
    markup: Json | None


def chat_of(account: Account, params: Params) -> Chat:
    """The chat that the request names.

    Raises:
        ApiError: none, or one that the bot does not know.
    """
    text = params.text("chat_id").strip()
    if not text:
        raise bad("chat_id is empty")
    chat = account.chats.get(params.whole("chat_id"))
    if chat is None or not chat.started:
        raise bad("chat not found")
    if chat.moved_to:
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(words, 400, {"migrate_to_chat_id": chat.moved_to})
    return chat


def open_chat(chat: Chat) -> Chat:
    """The chat, if the bot may write there.

    Raises:
        ApiError: the person has blocked the bot.
    """
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    return chat


def place_of(account: Account, params: Params) -> Place:
    """Where the request wants its message to be.

    Raises:
        ApiError: there is no such place, or the keyboard makes no sense.
    """
    reply = _reply_parameters(params)
    markup = read_markup(params)
    chat = chat_of(account, params)
    answered = _answered(chat, reply)
    quote, thread = _quote(answered, reply), _thread(chat, params)
    return Place(chat, Context(answered, quote, thread, marks=_marks(params)), markup)


def message_of(chat: Chat, params: Params, verb: str) -> Message:
    """The message that the request is about.

    Raises:
        ApiError: there is none.
    """
    message = chat.messages.get(max(0, params.whole("message_id")))
    if message is None:
        words = f"message to {verb} not found"
        raise bad(words)
    return message


def _marks(params: Params) -> Json:
    """What a message is sent with, and shows of it for good."""
    effect = params.text("message_effect_id")
    marks: Json = {"effect_id": effect} if effect else {}
    return {**marks, "has_protected_content": True} if params.flag("protect_content") else marks


def _reply_parameters(params: Params) -> Json:
    given = params.json("reply_parameters", "reply parameters")
    if given is None:
        allow = params.flag("allow_sending_without_reply")
        old = params.whole("reply_to_message_id")
        return {"message_id": old, "allow_sending_without_reply": allow} if old else {}
    if not isinstance(given, dict):
        raise bad("object expected as reply parameters")
    if given and "message_id" not in given:
        raise bad('can\'t find field "message_id"')
    return given


def _answered(chat: Chat, reply: Json) -> Message | None:
    if not reply:
        return None
    text = str(reply["message_id"])
    message = chat.messages.get(int(text) if re.fullmatch(r"\d{1,18}", text) else 0)
    if message is None and not reply.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return message


def _quote(answered: Message | None, reply: Json) -> Json | None:
    """The part of the other message that the answer is about."""
    text = str(reply.get("quote") or "")
    if not text or answered is None:
        return None
    place = answered.text.find(text)
    if place < 0:
        raise bad("QUOTE_TEXT_INVALID")
    return {"text": text, "position": units(answered.text[:place]), "is_manual": True}


def _thread(chat: Chat, params: Params) -> int | None:
    thread = params.whole("message_thread_id")
    if thread and thread not in chat.topics:
        raise bad("message thread not found")
    return thread or None
