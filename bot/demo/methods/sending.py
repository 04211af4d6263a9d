"""New messages of the bot."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.demo.account import Account
from bot.demo.chats import Message
from bot.demo.media import read_media
from bot.demo.methods.targets import Place, chat_of, open_chat, place_of
from bot.demo.spans import units
from bot.demo.wire import ApiError, Json, Params, bad
from bot.demo.words import CAPTION, TEXT, Words, formatted, read_words

__all__ = [
    "captioned",
    "input_media",
    "send_animation",
    "send_chat_action",
    "send_document",
    "send_media_group",
    "send_message",
    "send_photo",
    "send_video",
    "text_content",
]

CAPTION_TOO_LONG: Final = bad("message caption is too long")
_ALBUM: Final = 10
_ALONE: Final = {"document", "audio"}
_ALBUM_KINDS: Final = {"photo", "document", "video"}
_ACTIONS: Final = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "record_audio",
    "upload_voice",
    "upload_audio",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
    "cancel",
}


async def send_message(account: Account, params: Params) -> Json:
    """See the Bot API."""
    content = text_content(params, bad("message is too long"))
    return _post(account, place_of(account, params), content).json()


async def send_photo(account: Account, params: Params) -> Json:
    """See the Bot API."""
    return await _send_file(account, params, "photo")


async def send_document(account: Account, params: Params) -> Json:
    """See the Bot API."""
    return await _send_file(account, params, "document")


async def send_animation(account: Account, params: Params) -> Json:
    """See the Bot API."""
    return await _send_file(account, params, "animation")


async def send_video(account: Account, params: Params) -> Json:
    """See the Bot API."""
    return await _send_file(account, params, "video")


async def send_media_group(account: Account, params: Params) -> list[Json]:
    """See the Bot API."""
    items = _album(params)
    place = place_of(account, params)
    open_chat(place.chat)
    contents = [await _item(account, params, n, item) for n, item in enumerate(items, start=1)]
    album = account.new_album() if len(contents) > 1 else None
    return [_post(account, place, content, album).json() for content in contents]


async def send_chat_action(account: Account, params: Params) -> bool:
    """See the Bot API."""
    action = params.text("action").strip().lower()
    if action not in _ACTIONS:
        raise bad("wrong parameter action in request")
    chat = open_chat(chat_of(account, params))
    account.feed.publish("action", chat=chat.id, action=action)
    return True


def text_content(params: Params, too_long: ApiError) -> Json:
    """The content of a text message.

    Raises:
        ApiError: no text, or too much, or options for its preview that cannot be read.
    """
    if not params.text("text"):
        raise bad("message text is empty")
    text, entities = read_words(params, "text", TEXT, too_long)
    if not text:
        raise bad("text must be non-empty")
    preview = params.json("link_preview_options", "link preview options")
    if preview is not None and not isinstance(preview, dict):
        raise bad("object expected as link preview options")
    optional: Json = {"entities": entities, "link_preview_options": preview}
    return {"text": text, **{name: value for name, value in optional.items() if value}}


def captioned(content: Json, words: Words, *, above: bool, spoiler: bool) -> Json:
    """Media with a caption."""
    text, entities = words
    optional: Json = {
        "caption": text,
        "caption_entities": entities,
        "show_caption_above_media": above,
        "has_media_spoiler": spoiler and "document" not in content,
    }
    return {**content, **{name: value for name, value in optional.items() if value}}


async def _send_file(account: Account, params: Params, kind: str) -> Json:
    if not params.text(kind) and kind not in params.uploads:
        words = f"there is no {kind} in the request"
        raise bad(words)
    caption = read_words(params, "caption", CAPTION, CAPTION_TOO_LONG)
    place = place_of(account, params)
    open_chat(place.chat)
    media = await read_media(account, params, kind, params.text(kind))
    above, spoiler = params.flag("show_caption_above_media"), params.flag("has_spoiler")
    content = captioned(media, caption, above=above, spoiler=spoiler)
    return _post(account, place, content).json()


def _post(account: Account, place: Place, content: Json, album: str | None = None) -> Message:
    return account.post(
        open_chat(place.chat),
        account.user(),
        content,
        context=replace(place.context, album=album),
        markup=place.markup,
    )


def _album(params: Params) -> list[Json]:
    items = params.json("media", "media")
    if items is None:
        raise bad('parameter "media" is required')
    if not isinstance(items, list):
        raise bad("expected an Array of InputMedia")
    if not items:
        raise bad("there are no messages to send")
    if len(items) > _ALBUM:
        raise bad("too many messages to send as an album")
    kinds = [_kind(item) for item in items]
    for alone in _ALONE:
        if alone in kinds and set(kinds) != {alone}:
            words = f"{alone} can't be mixed with other media types"
            raise bad(words)
    return items


def _kind(item: object) -> str:
    if not isinstance(item, dict):
        raise bad("can't parse InputMedia: expected an Object")
    if "type" not in item:
        raise bad("can't parse InputMedia: Can't find field \"type\"")
    kind = str(item["type"])
    if kind == "animation":
        raise bad("can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup")
    if kind not in _ALBUM_KINDS:
        words = f'can\'t parse InputMedia: type "{kind}" is unsupported'
        raise bad(words)
    return kind


async def _item(account: Account, params: Params, number: int, item: Json) -> Json:
    try:
        return await input_media(account, params, item)
    except ApiError as error:
        if "can't parse" in error.description or "caption" in error.description:
            raise
        reason = error.description.removeprefix("Bad Request: ")
        words = f'failed to send message #{number} with the error message "{reason}"'
        raise bad(words) from error


async def input_media(account: Account, params: Params, item: Json) -> Json:
    """The content that an `InputMedia` object becomes.

    Raises:
        ApiError: its file or its caption cannot be taken.
    """
    value = str(item.get("media", ""))
    if not value or (value.startswith("attach://") and value[9:] not in params.uploads):
        raise bad("can't parse InputMedia: media not found")
    caption = _caption(item)
    own = replace(Params.of(item), uploads=params.uploads)
    media = await read_media(account, own, str(item["type"]), value)
    above, spoiler = item.get("show_caption_above_media"), item.get("has_spoiler")
    return captioned(media, caption, above=bool(above), spoiler=bool(spoiler))


def _caption(item: Json) -> Words:
    mode = str(item.get("parse_mode", ""))
    try:
        words = formatted(str(item.get("caption", "")), mode, item.get("caption_entities", []))
    except ApiError as error:
        reason = error.description.removeprefix("Bad Request: ")
        refusal = f"can't parse InputMedia: {reason[:1].upper()}{reason[1:]}"
        raise bad(refusal) from error
    if units(words[0]) > CAPTION:
        raise CAPTION_TOO_LONG
    return words
