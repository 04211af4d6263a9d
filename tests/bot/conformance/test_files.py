"""Pictures and documents: sizes, bytes, limits."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from PIL import Image

from tests.bot.conformance.client import Json, Upload, World, gif, picture

pytestmark = pytest.mark.asyncio(loop_scope="module")

MEGABYTE = 1 << 20


def flat(width: int, height: int) -> Upload:
    """A picture of one colour: large sides in few bytes."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, "PNG")
    return Upload(buffer.getvalue())


async def check_sizes(world: World, sizes: list[Json]) -> None:
    """Each size is there to be fetched, and is what it says."""
    for size in sizes:
        data = await world.download(size["file_id"])
        assert len(data) == size["file_size"]
        image = Image.open(io.BytesIO(data))
        assert image.format == "JPEG"
        assert image.size == (size["width"], size["height"])
        image.load()
    for smaller, larger in pairwise(sizes):
        assert smaller["width"] < larger["width"]
        assert smaller["height"] < larger["height"]
    assert len({size["file_id"] for size in sizes}) == len(sizes)
    assert len({size["file_unique_id"] for size in sizes}) == len(sizes)


async def test_a_persons_photo_comes_in_several_sizes(world: World) -> None:
    await world.say(files=[Upload(picture(1200, 900))], text="look")
    message = await world.next_message()
    assert message["caption"] == "look"
    assert "text" not in message
    assert len(message["photo"]) >= 2
    assert (message["photo"][-1]["width"], message["photo"][-1]["height"]) == (1200, 900)
    await check_sizes(world, message["photo"])


async def test_a_bots_photo_comes_back_in_several_sizes(world: World) -> None:
    sent = await world.send_file("photo", Upload(picture(640, 960)))
    assert (sent["photo"][-1]["width"], sent["photo"][-1]["height"]) == (640, 960)
    await check_sizes(world, sent["photo"])


@pytest.mark.parametrize("width", [2700])
async def test_large_photos_are_made_smaller(world: World, width: int) -> None:
    sent = await world.send_file("photo", flat(width, width // 2))
    largest = sent["photo"][-1]
    assert largest["width"] <= 2560
    assert largest["width"] == 2 * largest["height"]
    await check_sizes(world, sent["photo"])


async def test_a_tiny_photo_has_at_least_one_size(world: World) -> None:
    sent = await world.send_file("photo", Upload(picture(20, 10)))
    largest = sent["photo"][-1]
    assert (largest["width"], largest["height"]) == (20, 10)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
async def test_photos_of_many_formats(world: World, kind: str) -> None:
    upload = Upload(picture(kind=kind), f"a.{kind.lower()}", f"image/{kind.lower()}")
    sent = await world.send_file("photo", upload)
    await check_sizes(world, sent["photo"])


async def test_a_transparent_photo_becomes_opaque(world: World) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (60, 40), (255, 0, 0, 0)).save(buffer, "PNG")
    sent = await world.send_file("photo", Upload(buffer.getvalue()))
    await check_sizes(world, sent["photo"])


@pytest.mark.parametrize(
    ("width", "height"), [(9500, 500), (500, 9500), (400, 20), (20, 400)], ids=str
)
async def test_photos_just_within_the_rules(world: World, width: int, height: int) -> None:
    assert (await world.send_file("photo", flat(width, height)))["photo"]


@pytest.mark.parametrize(
    ("width", "height"), [(9501, 500), (500, 9501), (401, 20), (20, 401)], ids=str
)
async def test_photos_just_outside_the_rules(world: World, width: int, height: int) -> None:
    upload = flat(width, height)
    refusal = await world.refused("sendPhoto", files={"photo": upload}, chat_id=world.chat)
    assert refusal == "400 Bad Request: PHOTO_INVALID_DIMENSIONS"
    assert (await world.send_file("document", upload))["document"], "as a document it may go"


@pytest.mark.parametrize("data", [b"no picture at all", picture()[:60]], ids=["text", "cut off"])
async def test_a_photo_must_be_a_picture(world: World, data: bytes) -> None:
    refusal = await world.refused("sendPhoto", files={"photo": Upload(data)}, chat_id=world.chat)
    assert refusal == "400 Bad Request: IMAGE_PROCESS_FAILED"


async def test_a_photo_has_at_most_ten_megabytes(world: World) -> None:
    data = picture(kind="JPEG").ljust(10 * MEGABYTE, b"\0")
    assert (await world.send_file("photo", Upload(data, "a.jpg", "image/jpeg")))["photo"]
    refusal = await world.refused(
        "sendPhoto", files={"photo": Upload(data + b"\0")}, chat_id=world.chat
    )
    assert refusal == (
        "400 Bad Request: file of size 10485761 bytes is too big for a photo; "
        "the maximum size is 10485760 bytes"
    )


@pytest.mark.parametrize("kind", ["photo", "document", "animation"])
async def test_an_empty_file_is_refused(world: World, kind: str) -> None:
    refusal = await world.refused(f"send{kind}", files={kind: Upload(b"")}, chat_id=world.chat)
    assert refusal == "400 Bad Request: file must be non-empty"


# Documents


async def test_a_bots_document_keeps_every_byte(world: World) -> None:
    data = bytes(range(256)) * 40
    sent = await world.send_file("document", Upload(data, "Größe 1.bin", "application/x-thing"))
    document = sent["document"]
    assert document["file_name"] == "Größe 1.bin"
    assert document["file_size"] == len(data)
    assert document["file_unique_id"]
    assert await world.download(document["file_id"]) == data


async def test_a_persons_document_keeps_every_byte(world: World) -> None:
    data = picture(900, 700)
    await world.say(files=[Upload(data, "sea.png")], kind="document", text="raw")
    message = await world.next_message()
    assert message["caption"] == "raw"
    assert "photo" not in message
    document = message["document"]
    assert (document["file_name"], document["mime_type"]) == ("sea.png", "image/png")
    assert document["file_size"] == len(data)
    assert await world.download(document["file_id"]) == data


async def test_a_picture_sent_as_document_has_a_thumbnail(world: World) -> None:
    sent = await world.send_file("document", Upload(picture(900, 700)))
    thumbnail = sent["document"]["thumbnail"]
    assert max(thumbnail["width"], thumbnail["height"]) <= 320
    image = Image.open(io.BytesIO(await world.download(thumbnail["file_id"])))
    assert image.size == (thumbnail["width"], thumbnail["height"])


async def test_an_animation_is_a_document_too(world: World) -> None:
    data = gif()
    sent = await world.send_file("animation", Upload(data, "steps.gif", "image/gif"), caption="go")
    animation = sent["animation"]
    assert (animation["width"], animation["height"]) == (64, 48)
    assert animation["duration"] >= 0
    assert animation["file_size"]
    assert sent["document"]["file_id"] == animation["file_id"]
    assert sent["caption"] == "go"


# file_id


async def test_a_file_id_sends_the_same_again(world: World) -> None:
    photo = (await world.send_file("photo", Upload(picture())))["photo"]
    again = await world.call("sendPhoto", chat_id=world.chat, photo=photo[-1]["file_id"])
    assert again["photo"][-1]["file_unique_id"] == photo[-1]["file_unique_id"]
    document = (await world.send_file("document", Upload(b"abc", "a.txt")))["document"]
    again = await world.call("sendDocument", chat_id=world.chat, document=document["file_id"])
    assert again["document"] == document


async def test_what_a_person_sent_can_be_sent_on(world: World) -> None:
    await world.say(files=[Upload(picture(300, 200))])
    photo = (await world.next_message())["photo"][-1]
    sent = await world.call("sendPhoto", chat_id=world.chat, photo=photo["file_id"])
    assert (sent["photo"][-1]["width"], sent["photo"][-1]["height"]) == (300, 200)


@pytest.mark.parametrize("kind", ["photo", "document", "animation"])
async def test_a_wrong_file_id_is_refused(world: World, kind: str) -> None:
    refusal = await world.refused(f"send{kind}", chat_id=world.chat, **{kind: "no_such_file"})
    assert refusal.startswith(
        (
            "400 Bad Request: wrong remote file identifier specified",
            "400 Bad Request: wrong file identifier/HTTP URL specified",
        )
    )


async def test_a_document_is_no_photo(world: World) -> None:
    document = (await world.send_file("document", Upload(picture())))["document"]
    refusal = await world.refused("sendPhoto", chat_id=world.chat, photo=document["file_id"])
    assert refusal == "400 Bad Request: can't use file of type Document as Photo"


@pytest.mark.parametrize(
    ("params", "wording"),
    [
        ({}, "file_id not specified"),
        ({"file_id": ""}, "file_id not specified"),
        ({"file_id": "no_such_file"}, "invalid file_id"),
    ],
)
async def test_get_file_needs_a_known_file(world: World, params: Json, wording: str) -> None:
    assert await world.refused("getFile", **params) == f"400 Bad Request: {wording}"


async def test_get_file_tells_what_it_is(world: World) -> None:
    document = (await world.send_file("document", Upload(b"abc", "a.txt")))["document"]
    file = await world.call("getFile", file_id=document["file_id"])
    assert file["file_unique_id"] == document["file_unique_id"]
    assert file["file_id"]
    assert file["file_size"] == 3
    assert file["file_path"].startswith("documents/")


@pytest.mark.parametrize("of_a_person", [True, False], ids=["person's", "bot's"])
async def test_a_bot_can_fetch_twenty_megabytes(world: World, *, of_a_person: bool) -> None:
    async def sent(size: int) -> str:
        upload = Upload(bytes(size), "big.bin", "application/octet-stream")
        if of_a_person:
            message = await world.say(files=[upload], kind="document")
        else:
            message = await world.send_file("document", upload)
        assert message["document"]["file_size"] == size
        file_id: str = message["document"]["file_id"]
        return file_id

    assert len(await world.download(await sent(20 * MEGABYTE))) == 20_971_520
    refusal = await world.refused("getFile", file_id=await sent(20 * MEGABYTE + 1))
    assert refusal == "400 Bad Request: file is too big"


async def test_a_bot_can_send_fifty_megabytes(world: World) -> None:
    """Where exactly between 50 MB and 51 MiB the line runs, only Telegram's front door knows."""
    upload = Upload(bytes(50_000_000), "big.bin", "application/octet-stream")
    sent = await world.send_file("document", upload)
    assert sent["document"]["file_size"] == 50_000_000
    larger = upload._replace(data=bytes(51 * MEGABYTE))
    refusal = await world.refused("sendDocument", files={"document": larger}, chat_id=world.chat)
    assert refusal == "413 Request Entity Too Large"
