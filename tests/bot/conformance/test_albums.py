"""Several files in one go, in both directions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bot.conformance.client import Json, Upload, World, gif, picture

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNCLOSED = 'Can\'t find end tag corresponding to start tag "b"'


def item(name: str, kind: str = "photo", **fields: Any) -> Json:
    return {"type": kind, "media": f"attach://{name}", **fields}


def files(count: int = 3) -> dict[str, Upload]:
    return {f"file{n}": Upload(picture(100 + n, 80, seed=n)) for n in range(count)}


async def send(world: World, *items: Json, **params: Any) -> list[Json]:
    messages: list[Json] = await world.call(
        "sendMediaGroup", files=files(), **{"chat_id": world.chat, "media": list(items)} | params
    )
    return messages


# In


async def test_a_persons_album_comes_as_messages_of_one_group(world: World) -> None:
    uploads = [Upload(picture(100 + n, 90, seed=n), f"{n}.png") for n in range(2)]
    shown = await world.say_many("both", files=uploads)
    first, second = await world.next_message(), await world.next_message()
    assert first["media_group_id"] == second["media_group_id"]
    assert isinstance(first["media_group_id"], str)
    assert second["message_id"] == first["message_id"] + 1
    assert [m["photo"][-1]["width"] for m in (first, second)] == [100, 101]
    assert [m["message_id"] for m in shown] == [first["message_id"], second["message_id"]]
    assert first["caption"] == "both"
    assert "caption" not in second


async def test_a_persons_album_of_documents(world: World) -> None:
    uploads = [Upload(bytes([n]) * 9, f"{n}.bin", "application/x-thing") for n in range(3)]
    await world.say_many(files=uploads, kind="document")
    messages = [await world.next_message() for _ in range(3)]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message["document"]["file_name"] for message in messages] == ["0.bin", "1.bin", "2.bin"]


async def test_two_albums_are_two_groups(world: World) -> None:
    uploads = [Upload(picture(seed=n)) for n in range(2)]
    await world.say_many(files=uploads)
    await world.say_many(files=uploads)
    groups = [(await world.next_message())["media_group_id"] for _ in range(4)]
    assert groups[0] == groups[1] != groups[2] == groups[3]


async def test_a_single_photo_is_no_group(world: World) -> None:
    await world.say(files=[Upload(picture())])
    assert "media_group_id" not in await world.next_message()


# Out


async def test_a_bots_album_comes_back_as_messages_of_one_group(world: World) -> None:
    sent = await send(
        world,
        item("file2", caption="<b>one</b>", parse_mode="HTML"),
        item("file0"),
        item("file1", has_spoiler=True),
    )
    assert [message["photo"][-1]["width"] for message in sent] == [102, 100, 101]
    assert len({message["media_group_id"] for message in sent}) == 1
    ids = [message["message_id"] for message in sent]
    assert ids == list(range(ids[0], ids[0] + 3))
    assert sent[0]["caption"] == "one"
    assert sent[0]["caption_entities"] == [{"type": "bold", "offset": 0, "length": 3}]
    assert "caption" not in sent[1]
    assert sent[2]["has_media_spoiler"] is True


async def test_an_album_of_documents(world: World) -> None:
    sent = await send(world, item("file0", "document"), item("file1", "document"))
    assert all(message["document"]["file_id"] for message in sent)
    assert sent[0]["media_group_id"] == sent[1]["media_group_id"]


async def test_an_album_of_files_sent_before(world: World) -> None:
    known = (await world.send_file("photo", Upload(picture(60, 50))))["photo"][-1]["file_id"]
    sent = await send(world, {"type": "photo", "media": known}, item("file0"))
    assert [message["photo"][-1]["width"] for message in sent] == [60, 100]


async def test_an_album_replies_as_a_whole(world: World) -> None:
    question = await world.say("show me")
    reply = {"message_id": question["message_id"]}
    sent = await send(world, item("file0"), item("file1"), reply_parameters=reply)
    assert {m["reply_to_message"]["message_id"] for m in sent} == {question["message_id"]}


async def test_one_item_is_a_message_by_itself(world: World) -> None:
    """Documents speak of 2 to 10; the server sends one as an ordinary message."""
    (message,) = await send(world, item("file0"))
    assert "media_group_id" not in message


async def test_ten_items_are_the_most(world: World) -> None:
    assert len(await send(world, *[item("file0")] * 10)) == 10
    refusal = await world.refused(
        "sendMediaGroup", chat_id=world.chat, media=[item("file0")] * 11, files=files()
    )
    assert refusal == "400 Bad Request: too many messages to send as an album"


@pytest.mark.parametrize(
    ("media", "wording"),
    [
        ("", 'parameter "media" is required'),
        ("[", "can't parse media JSON object"),
        ({}, "expected an Array of InputMedia"),
        ([], "there are no messages to send"),
        (["file0"], "can't parse InputMedia: expected an Object"),
        ([item("file0"), item("lost")], "can't parse InputMedia: media not found"),
        ([item("file0"), {"type": "photo"}], "can't parse InputMedia: media not found"),
        (
            [item("file0"), {"media": "attach://file1"}],
            "can't parse InputMedia: Can't find field \"type\"",
        ),
        (
            [item("file0"), item("file1", "sticker")],
            'can\'t parse InputMedia: type "sticker" is unsupported',
        ),
        (
            [item("file0"), item("file1", "animation")],
            "can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup",
        ),
        (
            [item("file0"), item("file1", "document")],
            "document can't be mixed with other media types",
        ),
        ([item("file0"), item("file1", caption="x" * 1025)], "message caption is too long"),
        (
            [item("file0"), item("file1", caption="<b>", parse_mode="HTML")],
            f"can't parse InputMedia: Can't parse entities: {UNCLOSED}",
        ),
    ],
)
async def test_impossible_albums(world: World, media: Any, wording: str) -> None:
    refusal = await world.refused("sendMediaGroup", chat_id=world.chat, media=media, files=files())
    assert refusal == f"400 Bad Request: {wording}"


async def test_one_bad_picture_spoils_the_album(world: World) -> None:
    uploads = {**files(1), "bad": Upload(b"no picture")}
    before = await world.send()
    refusal = await world.refused(
        "sendMediaGroup", chat_id=world.chat, media=[item("file0"), item("bad")], files=uploads
    )
    assert refusal == (
        '400 Bad Request: failed to send message #2 with the error message "IMAGE_PROCESS_FAILED"'
    )
    after = await world.send()
    assert after["message_id"] == before["message_id"] + 1, "nothing of it was sent"


async def test_an_album_to_a_person_who_blocked(world: World) -> None:
    await world.block()
    refusal = await world.refused(
        "sendMediaGroup", chat_id=world.chat, media=[item("file0"), item("file1")], files=files()
    )
    assert refusal.startswith("403 Forbidden: ")


# Editing within an album


async def test_an_item_stays_of_its_group_when_edited(world: World) -> None:
    first, second = await send(world, item("file0"), item("file1"))
    edited = await world.call(
        "editMessageMedia",
        chat_id=world.chat,
        message_id=second["message_id"],
        media=json.dumps(item("file2")),
        files=files(),
    )
    assert edited["media_group_id"] == first["media_group_id"]
    assert edited["photo"][-1]["width"] == 102


async def test_an_album_takes_no_animation(world: World) -> None:
    (_, second) = await send(world, item("file0"), item("file1"))
    refusal = await world.refused(
        "editMessageMedia",
        chat_id=world.chat,
        message_id=second["message_id"],
        media=json.dumps(item("moves", "animation")),
        files={"moves": Upload(gif(), "a.gif", "image/gif")},
    )
    assert refusal.startswith("400 Bad Request: ")
    assert "album" in refusal
