"""Messages that change and go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bot.conformance.client import (
    NOT_MODIFIED,
    Json,
    Upload,
    World,
    button,
    gif,
    keyboard,
    picture,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


def place(message: Json) -> Json:
    return {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}


def media(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, "media": "attach://new", **fields})


async def test_a_text_is_edited_in_place(world: World) -> None:
    sent = await world.send("first")
    edited = await world.call(
        "editMessageText", **place(sent), text="<i>second</i>", parse_mode="HTML"
    )
    assert edited["message_id"] == sent["message_id"]
    assert edited["text"] == "second"
    assert edited["entities"] == [{"type": "italic", "offset": 0, "length": 6}]
    assert edited["date"] == sent["date"]
    assert edited["edit_date"] >= sent["date"]


async def test_an_edit_without_markup_takes_the_buttons_away(world: World) -> None:
    sent = await world.send("same", reply_markup=keyboard([button()]))
    edited = await world.call("editMessageText", **place(sent), text="same")
    assert "reply_markup" not in edited


async def test_buttons_alone(world: World) -> None:
    sent = await world.send("text", reply_markup=keyboard([button("One", "1")]))
    new = keyboard([button("Two", "2")])
    edited = await world.call("editMessageReplyMarkup", **place(sent), reply_markup=new)
    assert (edited["text"], edited["reply_markup"]) == ("text", new)
    edited = await world.call("editMessageReplyMarkup", **place(sent))
    assert "reply_markup" not in edited


async def test_a_caption_is_edited_and_removed(world: World) -> None:
    sent = await world.send_file("photo", Upload(picture()), caption="first")
    edited = await world.call("editMessageCaption", **place(sent), caption="second")
    assert edited["caption"] == "second"
    assert edited["photo"] == sent["photo"]
    edited = await world.call("editMessageCaption", **place(sent))
    assert "caption" not in edited


async def test_an_edit_that_changes_nothing_is_refused(world: World) -> None:
    markup = keyboard([button()])
    sent = await world.send("<b>same</b>", parse_mode="HTML", reply_markup=markup)
    same: Json = {**place(sent), "text": "<b>same</b>", "parse_mode": "HTML"}
    assert await world.refused("editMessageText", **same, reply_markup=markup) == NOT_MODIFIED
    refusal = await world.refused("editMessageReplyMarkup", **place(sent), reply_markup=markup)
    assert refusal == NOT_MODIFIED


async def test_other_entities_are_a_change(world: World) -> None:
    sent = await world.send("same")
    edited = await world.call(
        "editMessageText", **place(sent), text="<b>same</b>", parse_mode="HTML"
    )
    assert edited["entities"]


async def test_nothing_to_take_away_is_no_change(world: World) -> None:
    sent = await world.send("plain")
    assert await world.refused("editMessageReplyMarkup", **place(sent)) == NOT_MODIFIED


async def test_an_unchanged_caption_is_refused(world: World) -> None:
    sent = await world.send_file("photo", Upload(picture()), caption="same")
    assert await world.refused("editMessageCaption", **place(sent), caption="same") == NOT_MODIFIED


async def test_unchanged_media_is_refused(world: World) -> None:
    sent = await world.send_file("photo", Upload(picture()), caption="same")
    item = {"type": "photo", "media": sent["photo"][-1]["file_id"], "caption": "same"}
    assert await world.refused("editMessageMedia", **place(sent), media=item) == NOT_MODIFIED


async def test_a_refused_edit_changes_nothing(world: World) -> None:
    sent = await world.send("first")
    await world.refused("editMessageText", **place(sent), text="<b>open", parse_mode="HTML")
    assert await world.refused("editMessageText", **place(sent), text="first") == NOT_MODIFIED


EDITS: list[tuple[str, Json]] = [
    ("editMessageText", {"text": "x"}),
    ("editMessageReplyMarkup", {"reply_markup": keyboard([button()])}),
    ("editMessageCaption", {"caption": "x"}),
]


@pytest.mark.parametrize(("method", "params"), EDITS)
async def test_a_missing_message_cannot_be_edited(world: World, method: str, params: Json) -> None:
    for number in (999, 0, -1):
        refusal = await world.refused(method, chat_id=world.chat, message_id=number, **params)
        assert refusal == "400 Bad Request: message to edit not found"


@pytest.mark.parametrize(("method", "params"), EDITS)
async def test_a_persons_message_cannot_be_edited(world: World, method: str, params: Json) -> None:
    message = await world.say("mine")
    refusal = await world.refused(method, **place(message), **params)
    assert refusal == "400 Bad Request: message can't be edited"


@pytest.mark.parametrize(("method", "params"), EDITS)
async def test_an_edit_without_any_address(world: World, method: str, params: Json) -> None:
    refusal = await world.refused(method, **params)
    assert refusal == "400 Bad Request: message identifier is not specified"


@pytest.mark.parametrize(("method", "params"), EDITS)
async def test_an_edit_in_an_unknown_chat(world: World, method: str, params: Json) -> None:
    refusal = await world.refused(method, chat_id=77, message_id=1, **params)
    assert refusal == "400 Bad Request: chat not found"


async def test_text_and_caption_are_not_the_same(world: World) -> None:
    text = await world.send("text")
    photo = await world.send_file("photo", Upload(picture()))
    refusal = await world.refused("editMessageCaption", **place(text), caption="x")
    assert refusal == "400 Bad Request: there is no caption in the message to edit"
    refusal = await world.refused("editMessageText", **place(photo), text="x")
    assert refusal == "400 Bad Request: there is no text in the message to edit"


async def test_edits_have_the_same_limits(world: World) -> None:
    text = await world.send("text")
    photo = await world.send_file("photo", Upload(picture()))
    edited = await world.call("editMessageText", **place(text), text="x" * 4096)
    assert len(edited["text"]) == 4096
    refusal = await world.refused("editMessageText", **place(text), text="x" * 4097)
    assert refusal.lower().replace("_", " ").endswith("too long")
    refusal = await world.refused("editMessageCaption", **place(photo), caption="x" * 1025)
    assert refusal.lower().replace("_", " ").endswith("too long")
    assert await world.refused("editMessageText", **place(text)) == (
        "400 Bad Request: message text is empty"
    )


# Media


async def test_a_photo_gives_way_to_a_photo(world: World) -> None:
    sent = await world.send_file("photo", Upload(picture()), caption="old")
    files = {"new": Upload(picture(200, 100, seed=1))}
    edited = await world.call("editMessageMedia", **place(sent), media=media("photo"), files=files)
    assert edited["message_id"] == sent["message_id"]
    largest = edited["photo"][-1]
    assert (largest["width"], largest["height"]) == (200, 100)
    assert largest["file_unique_id"] != sent["photo"][-1]["file_unique_id"]
    assert "caption" not in edited, "media is replaced with its caption"
    assert edited["edit_date"]


async def test_a_photo_gives_way_to_an_animation(world: World) -> None:
    sent = await world.send_file("photo", Upload(picture()))
    files = {"new": Upload(gif(), "steps.gif", "image/gif")}
    edited = await world.call(
        "editMessageMedia",
        **place(sent),
        media=media("animation", caption="<b>moves</b>", parse_mode="HTML"),
        reply_markup=keyboard([button()]),
        files=files,
    )
    assert "photo" not in edited
    assert edited["animation"]["file_id"]
    assert edited["document"]["file_id"] == edited["animation"]["file_id"]
    assert edited["caption_entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert edited["reply_markup"] == keyboard([button()])


async def test_a_text_gives_way_to_a_photo(world: World) -> None:
    """Telegram allows it since Bot API 8: `or to add media to text messages`."""
    sent = await world.send("wait")
    files = {"new": Upload(picture())}
    edited = await world.call(
        "editMessageMedia", **place(sent), media=media("photo", caption="done"), files=files
    )
    assert edited["photo"]
    assert edited["caption"] == "done"
    assert "text" not in edited


@pytest.mark.parametrize(
    ("item", "wording"),
    [
        (None, 'parameter "media" is required'),
        ("{", "can't parse input media JSON object"),
        ("[]", "can't parse InputMedia: expected an Object"),
        ('{"type": "photo"}', "can't parse InputMedia: media not found"),
        (
            '{"type": "photo", "media": "attach://lost"}',
            "can't parse InputMedia: media not found",
        ),
        (media("dream"), 'can\'t parse InputMedia: type "dream" is unsupported'),
        ('{"media": "attach://new"}', "can't parse InputMedia: Can't find field \"type\""),
        (media("photo", caption="x" * 1025), "message caption is too long"),
    ],
)
async def test_broken_media(world: World, item: str | None, wording: str) -> None:
    sent = await world.send_file("photo", Upload(picture()))
    params = {} if item is None else {"media": item}
    refusal = await world.refused(
        "editMessageMedia", **place(sent), **params, files={"new": Upload(picture(seed=1))}
    )
    assert refusal == f"400 Bad Request: {wording}"


async def test_media_of_a_missing_message(world: World) -> None:
    refusal = await world.refused(
        "editMessageMedia",
        chat_id=world.chat,
        message_id=999,
        media=media("photo"),
        files={"new": Upload(picture())},
    )
    assert refusal == "400 Bad Request: message to edit not found"


async def test_bad_media_leaves_the_old(world: World) -> None:
    sent = await world.send_file("photo", Upload(picture()), caption="old")
    refusal = await world.refused(
        "editMessageMedia",
        **place(sent),
        media=media("photo"),
        files={"new": Upload(b"no picture")},
    )
    assert refusal == "400 Bad Request: IMAGE_PROCESS_FAILED"
    refusal = await world.refused("editMessageCaption", **place(sent), caption="old")
    assert refusal == NOT_MODIFIED


# Deleting


async def test_a_deleted_message_is_gone(world: World) -> None:
    sent = await world.send()
    assert await world.call("deleteMessage", **place(sent)) is True
    assert await world.refused("deleteMessage", **place(sent)) == (
        "400 Bad Request: message to delete not found"
    )
    assert await world.refused("editMessageText", **place(sent), text="x") == (
        "400 Bad Request: message to edit not found"
    )


async def test_a_bot_deletes_what_a_person_wrote_in_private(world: World) -> None:
    assert await world.call("deleteMessage", **place(await world.say("secret"))) is True


@pytest.mark.parametrize(
    ("method", "params", "wording"),
    [
        ("deleteMessage", {"chat_id": ""}, "chat identifier is not specified"),
        ("deleteMessage", {}, "message identifier is not specified"),
        ("deleteMessage", {"message_id": 999}, "message to delete not found"),
        ("deleteMessage", {"message_id": 1, "chat_id": 77}, "chat not found"),
        ("deleteMessages", {}, "message identifiers are not specified"),
        ("deleteMessages", {"message_ids": []}, "message identifiers are not specified"),
        ("deleteMessages", {"message_ids": "["}, "can't parse message_ids JSON object"),
        ("deleteMessages", {"message_ids": "{}"}, "expected an Array of message identifiers"),
        (
            "deleteMessages",
            {"message_ids": list(range(1, 102))},
            "too many message identifiers specified",
        ),
        ("deleteMessages", {"message_ids": [0]}, "invalid message identifier specified"),
        ("deleteMessages", {"message_ids": [True]}, "message identifier must be a Number"),
        ("deleteMessages", {"message_ids": ["x"]}, "can't parse message identifier as Number"),
    ],
)
async def test_impossible_deletions(world: World, method: str, params: Json, wording: str) -> None:
    refusal = await world.refused(method, **{"chat_id": world.chat} | params)
    assert refusal == f"400 Bad Request: {wording}"


async def test_many_go_at_once_and_the_missing_are_skipped(world: World) -> None:
    first, second = await world.send(), await world.send()
    ids = [first["message_id"], 999, second["message_id"]]
    assert await world.call("deleteMessages", chat_id=world.chat, message_ids=ids) is True
    for message in (first, second):
        assert await world.refused("deleteMessage", **place(message)) == (
            "400 Bad Request: message to delete not found"
        )


async def test_after_two_days_it_is_too_late(world: World) -> None:
    sent = await world.send("old")
    await world.advance(48 * 3600 - 60)
    young = await world.send("young")
    await world.advance(120)
    assert await world.refused("deleteMessage", **place(sent)) == (
        "400 Bad Request: message can't be deleted for everyone"
    )
    assert await world.call("deleteMessage", **place(young)) is True


async def test_an_edit_keeps_the_date_and_gets_its_own(world: World) -> None:
    sent = await world.send("old")
    await world.advance(100)
    edited = await world.call("editMessageText", **place(sent), text="new")
    assert edited["date"] == sent["date"]
    assert edited["edit_date"] >= sent["date"] + 100
