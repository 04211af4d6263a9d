"""Videos and animations in MP4, as a bot sends them and puts them in another message's place."""

from __future__ import annotations

import io

import aiohttp
import pytest
from PIL import Image
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaAnimation,
    InputMediaPhoto,
    InputMediaVideo,
    PhotoSize,
    ReplyParameters,
)
from telegram.error import BadRequest

from tests.bot.conformance.client import World, film, picture
from tests.bot.conformance.library import changed

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def opened(size: PhotoSize | None) -> Image.Image:
    assert size
    file = await size.get_file()
    return Image.open(io.BytesIO(bytes(await file.download_as_bytearray())))


async def test_a_video_says_what_the_file_says(bot: Bot, world: World) -> None:
    data = film(96, 64, seconds=2)
    sent = await bot.send_video(world.chat, data, filename="a.mp4", caption="moves")
    assert sent.caption == "moves"
    assert sent.video
    assert (sent.video.width, sent.video.height) == (96, 64)
    assert sent.video._duration.total_seconds() == 2
    assert sent.video.mime_type == "video/mp4"
    file = await sent.video.get_file()
    assert file.file_path
    assert "/videos/" in file.file_path
    assert bytes(await file.download_as_bytearray()) == data
    assert (await opened(sent.video.thumbnail)).size == (96, 64)


async def test_a_bots_own_measures_and_thumbnail_come_first(bot: Bot, world: World) -> None:
    sent = await bot.send_video(
        world.chat,
        film(),
        width=640,
        height=360,
        duration=7,
        supports_streaming=True,
        thumbnail=picture(40, 20, "JPEG"),
    )
    assert sent.video
    assert (sent.video.width, sent.video.height) == (640, 360)
    assert sent.video._duration.total_seconds() == 7
    assert (await opened(sent.video.thumbnail)).size == (40, 20)


async def test_a_video_is_sent_again_by_its_id(bot: Bot, world: World) -> None:
    sent = await bot.send_video(world.chat, film())
    assert sent.video
    again = await bot.send_video(world.chat, sent.video.file_id)
    assert again.video == sent.video
    with pytest.raises(BadRequest, match="Can't use file of type video as photo"):
        await bot.send_photo(world.chat, sent.video.file_id)


async def test_what_is_no_film_becomes_a_document(bot: Bot, world: World) -> None:
    sent = await bot.send_video(world.chat, b"no film", filename="notes.txt")
    assert sent.video is None
    assert sent.document
    assert sent.document.file_name == "notes.txt"


async def test_an_animation_may_be_a_film(bot: Bot, world: World) -> None:
    sent = await bot.send_animation(world.chat, film(64, 96, seconds=3), filename="a.mp4")
    assert sent.animation
    assert (sent.animation.width, sent.animation.height) == (64, 96)
    assert sent.animation._duration.total_seconds() == 3
    assert (await opened(sent.animation.thumbnail)).size == (64, 96)


async def test_one_message_through_all_kinds(bot: Bot, world: World) -> None:
    """A text becomes a picture, a film and a picture again; it stays the same answer."""
    question = await world.say("paint")
    markup = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Stop", callback_data="stop"))
    sent = await bot.send_message(
        world.chat,
        "wait",
        reply_markup=markup,
        reply_parameters=ReplyParameters(question["message_id"]),
    )
    edited = changed(
        await sent.edit_media(InputMediaPhoto(picture(), caption="10 %"), reply_markup=markup)
    )
    assert edited.message_id == sent.message_id
    assert edited.text is None
    assert (edited.caption, edited.reply_markup) == ("10 %", markup)
    assert edited.reply_to_message
    assert edited.reply_to_message.message_id == question["message_id"]
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await sent.edit_text("text again")
    assert changed(await sent.edit_caption("20 %", reply_markup=markup)).caption == "20 %"
    newer = changed(await sent.edit_media(InputMediaPhoto(picture(seed=1)), reply_markup=markup))
    assert newer.photo[-1].file_unique_id != edited.photo[-1].file_unique_id
    moving = changed(await sent.edit_media(InputMediaAnimation(film(), filename="a.mp4")))
    assert not moving.photo
    assert moving.animation
    assert (moving.animation.width, moving.reply_markup) == (96, None)
    playing = changed(await sent.edit_media(InputMediaVideo(film(seed=1), width=32, caption="v")))
    assert playing.animation is None
    assert playing.video
    assert (playing.video.width, playing.video.height, playing.caption) == (32, 64, "v")
    back = changed(await sent.edit_media(InputMediaPhoto(picture())))
    assert back.video is None
    assert back.photo
    assert back.reply_to_message


async def test_an_album_of_pictures_and_films(bot: Bot, world: World) -> None:
    sent = await bot.send_media_group(
        world.chat, [InputMediaPhoto(picture()), InputMediaVideo(film(), caption="v")]
    )
    assert len({message.media_group_id for message in sent}) == 1
    assert sent[0].photo
    assert sent[1].video
    assert sent[1].caption == "v"


@pytest.mark.parametrize(
    ("wanted", "status", "piece"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=99999999-", 416, slice(0, 0)),
    ],
)
async def test_a_player_asks_for_a_part(
    bot: Bot,
    world: World,
    http: aiohttp.ClientSession,
    wanted: str,
    status: int,
    piece: slice,
) -> None:
    data = film()
    sent = await bot.send_video(world.chat, data)
    assert sent.video
    url = f"{world.address}/demo/files/{sent.video.file_id}"
    async with http.get(url, headers={"Range": wanted}) as response:
        assert response.status == status
        assert await response.read() == data[piece]
        assert response.headers["Content-Range"].endswith(f"/{len(data)}")
