"""Changes to messages that are there already."""

from __future__ import annotations

from typing import Any, Final

from bot.demo.account import Account
from bot.demo.chats import Chat, Message
from bot.demo.markup import read_markup
from bot.demo.methods.sending import captioned, input_media, text_content
from bot.demo.methods.targets import chat_of, message_of, open_chat
from bot.demo.reactions import REACTIONS
from bot.demo.wire import Json, Params, bad
from bot.demo.words import CAPTION, read_words

__all__ = [
    "delete_message",
    "delete_messages",
    "edit_message_caption",
    "edit_message_media",
    "edit_message_reply_markup",
    "edit_message_text",
    "set_message_reaction",
]

_NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
_DELETABLE: Final = 48 * 3600
_MOST_DELETED: Final = 100
_REACTION_TYPES: Final = ("emoji", "custom_emoji", "paid")
_MEDIA: Final = ("photo", "document", "animation", "video")
_CAPTION: Final = (
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
)


async def edit_message_text(account: Account, params: Params) -> Json:
    """See the Bot API."""
    content = text_content(params, bad("MESSAGE_TOO_LONG"))
    markup = read_markup(params)
    message = _editable(account, params)
    if "text" not in message.content:
        raise bad("there is no text in the message to edit")
    return _change(account, message, content, markup)


async def edit_message_caption(account: Account, params: Params) -> Json:
    """See the Bot API."""
    words = read_words(params, "caption", CAPTION, bad("MEDIA_CAPTION_TOO_LONG"))
    markup = read_markup(params)
    message = _editable(account, params)
    if "text" in message.content:
        raise bad("there is no caption in the message to edit")
    media = {name: value for name, value in message.content.items() if name not in _CAPTION}
    above = params.flag("show_caption_above_media")
    spoiler = bool(message.content.get("has_media_spoiler"))
    content = captioned(media, words, above=above, spoiler=spoiler)
    return _change(account, message, content, markup)


async def edit_message_media(account: Account, params: Params) -> Json:
    """See the Bot API."""
    markup = read_markup(params)
    item = _input_media(params)
    message = _editable(account, params)
    if message.context.album and str(item["type"]) not in message.content:
        raise bad("can't change media type in the album")
    open_chat(message.chat)
    content = await input_media(account, params, item)
    return _change(account, message, content, markup)


async def edit_message_reply_markup(account: Account, params: Params) -> Json:
    """See the Bot API."""
    markup = read_markup(params)
    message = _editable(account, params)
    return _change(account, message, message.content, markup)


async def delete_message(account: Account, params: Params) -> bool:
    """See the Bot API."""
    if not params.text("chat_id"):
        raise bad("chat identifier is not specified")
    if not params.whole("message_id"):
        raise bad("message identifier is not specified")
    _delete(account, message_of(chat_of(account, params), params, "delete"))
    return True


async def delete_messages(account: Account, params: Params) -> bool:
    """See the Bot API."""
    numbers = _message_ids(params)
    chat = chat_of(account, params)
    for number in numbers:
        if message := chat.messages.get(number):
            _delete(account, message)
    return True


async def set_message_reaction(account: Account, params: Params) -> bool:
    """See the Bot API."""
    emoji = _reaction(params)
    chat = chat_of(account, params)
    message = message_of(chat, params, "react")
    open_chat(chat)
    message.reactions.pop(account.id, None)
    if emoji:
        message.reactions[account.id] = emoji
    account.changed(message)
    return True


def _editable(account: Account, params: Params) -> Message:
    """The bot's own message that the request wants to change."""
    if not params.text("chat_id") and not params.text("message_id"):
        raise bad("message identifier is not specified")
    message = message_of(chat_of(account, params), params, "edit")
    if not message.is_bots:
        raise bad("message can't be edited")
    return message


def _change(account: Account, message: Message, content: Json, markup: Json | None) -> Json:
    # The message may have been deleted while a new picture was read.
    if message.id not in message.chat.messages:
        raise bad("message to edit not found")
    if (content, markup) == (message.content, message.markup):
        raise bad(_NOT_MODIFIED)
    open_chat(message.chat)
    message.content, message.markup = content, markup
    message.edited = account.seconds()
    account.changed(message)
    return message.json()


def _input_media(params: Params) -> Json:
    item = params.json("media", "input media")
    if item is None:
        raise bad('parameter "media" is required')
    if not isinstance(item, dict):
        raise bad("can't parse InputMedia: expected an Object")
    if "type" not in item:
        raise bad("can't parse InputMedia: Can't find field \"type\"")
    if str(item["type"]) not in _MEDIA:
        words = f'can\'t parse InputMedia: type "{item["type"]}" is unsupported'
        raise bad(words)
    return item


def _delete(account: Account, message: Message) -> None:
    _check_deletable(account, message.chat, message)
    account.remove(message)


def _check_deletable(account: Account, chat: Chat, message: Message) -> None:
    if not message.is_bots and not chat.is_private:
        raise bad("message can't be deleted")
    if account.seconds() - message.date > _DELETABLE:
        raise bad("message can't be deleted for everyone")


def _message_ids(params: Params) -> list[int]:
    given: Any = params.json("message_ids", "message_ids")
    if given is None or given == []:
        raise bad("message identifiers are not specified")
    if not isinstance(given, list):
        raise bad("expected an Array of message identifiers")
    if len(given) > _MOST_DELETED:
        raise bad("too many message identifiers specified")
    return [_message_id(each) for each in given]


def _message_id(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise bad("message identifier must be a Number")
    try:
        number = int(given)
    except ValueError as error:
        raise bad("can't parse message identifier as Number") from error
    if number <= 0:
        raise bad("invalid message identifier specified")
    return number


def _reaction(params: Params) -> str:
    """The emoji; "" where the reaction is taken back."""
    given = params.json("reaction", "reaction types")
    if given is None:
        return ""
    if not isinstance(given, list):
        raise bad("expected an Array of ReactionType")
    if not all(isinstance(each, dict) for each in given):
        raise bad("can't parse ReactionType: expected an Object")
    if not all("type" in each for each in given):
        raise bad("can't parse ReactionType: Can't find field \"type\"")
    if any(str(each["type"]) not in _REACTION_TYPES for each in given):
        raise bad("can't parse ReactionType: invalid reaction type specified")
    if len(given) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if any(str(each.get("emoji")) not in REACTIONS for each in given):
        raise bad("REACTION_INVALID")
    return str(given[0]["emoji"]) if given else ""
