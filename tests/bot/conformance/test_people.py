"""What people send and show beside words and photos: stickers, links, a face, a language."""

from __future__ import annotations

import io
from typing import Any

import aiohttp
import pytest
from PIL import Image
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
    BotCommandScopeChatMember,
    LinkPreviewOptions,
)
from telegram.constants import MessageEntityType

from tests.bot.conformance.client import Json, Upload, World, attach, form, picture
from tests.bot.conformance.library import next_message

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = ("en", "es", "pt", "ru", "hi", "de")


def webp(width: int = 200, height: int = 150) -> Upload:
    return Upload(picture(width, height, "WEBP"), "a.webp", "image/webp")


async def turned_away(world: World, http: aiohttp.ClientSession, upload: Upload) -> str:
    """Why a file cannot be a sticker."""
    url = f"{world.address}{world.home}/chats/{world.chat}/messages"
    async with http.post(url, data=form({"kind": "sticker"}, {"file": upload})) as response:
        assert response.status == 400
        answer: Json = await response.json()
    return str(answer["error"])


# Stickers


async def test_a_sticker(bot: Bot, world: World) -> None:
    sticker = webp()
    await world.say(files=[sticker], kind="sticker", emoji="🐸")
    message = await next_message(bot)
    assert message.sticker
    assert (message.sticker.width, message.sticker.height) == (200, 150)
    assert (message.sticker.is_animated, message.sticker.is_video) == (False, False)
    assert message.sticker.emoji == "🐸"
    assert message.sticker.file_size == len(sticker.data)
    file = await message.sticker.get_file()
    assert bytes(await file.download_as_bytearray()) == sticker.data


async def test_stickers_come_one_by_one(bot: Bot, world: World) -> None:
    await world.say_many(files=[webp(), webp(150, 200)], kind="sticker")
    updates = await bot.get_updates(timeout=10)
    messages = [update.effective_message for update in updates]
    stickers = [message.sticker for message in messages if message and message.sticker]
    assert [sticker.width for sticker in stickers] == [200, 150]
    assert all(sticker.emoji for sticker in stickers)
    assert all(message and message.media_group_id is None for message in messages)


async def test_an_animated_sticker_is_handed_in(bot: Bot, world: World) -> None:
    known = {"file_id": "x", "file_unique_id": "y", "type": "regular", "width": 512, "height": 512}
    await world.say(content={"sticker": {**known, "is_animated": True, "is_video": False}})
    message = await next_message(bot)
    assert message.sticker
    assert message.sticker.is_animated


@pytest.mark.parametrize(
    "upload",
    [Upload(picture()), Upload(b"no picture"), webp(513, 100)],
    ids=["png", "text", "too large"],
)
async def test_what_is_no_sticker(
    world: World, http: aiohttp.ClientSession, upload: Upload
) -> None:
    assert "Send it as a file instead" in await turned_away(world, http, upload)


# Links


async def test_links_and_mentions_in_words(bot: Bot, world: World) -> None:
    text = f"see https://example.org/a.jpg or example.com, @{bot.username}"
    await world.say(text)
    message = await next_message(bot)
    assert list(message.parse_entities().values()) == [
        "https://example.org/a.jpg",
        "example.com",
        f"@{bot.username}",
    ]
    assert [entity.type for entity in message.entities] == [
        MessageEntityType.URL,
        MessageEntityType.URL,
        MessageEntityType.MENTION,
    ]


async def test_a_link_behind_words(bot: Bot, world: World) -> None:
    link = {"type": "text_link", "offset": 0, "length": 4, "url": "https://example.org/a.jpg"}
    await world.say("this and example.org", entities=[link])
    first, second = (await next_message(bot)).entities
    assert (first.type, first.url) == (MessageEntityType.TEXT_LINK, link["url"])
    assert second.type is MessageEntityType.URL


async def test_a_link_in_a_caption(bot: Bot, world: World) -> None:
    link = {"type": "text_link", "offset": 0, "length": 4, "url": "https://example.org/"}
    await world.say("this", files=[Upload(picture())], entities=[link])
    (entity,) = (await next_message(bot)).caption_entities
    assert entity.url == link["url"]


# Faces


async def portray(world: World, upload: Upload) -> None:
    data = form({}, {})
    attach(data, "file", upload)
    await world.door("POST", f"{world.home}/people/{world.person['id']}/photo", data=data)


async def test_nobody_has_a_face_at_first(bot: Bot, world: World) -> None:
    assert (await bot.get_user_profile_photos(world.person["id"])).total_count == 0
    assert (await bot.get_chat(world.chat)).photo is None


async def test_a_face_in_several_sizes(bot: Bot, world: World) -> None:
    await portray(world, Upload(picture(300, 200)))
    await portray(world, Upload(picture(900, 700, seed=1)))
    found = await bot.get_user_profile_photos(world.person["id"])
    assert found.total_count == 2
    assert [[size.width for size in photo] for photo in found.photos] == [[160, 320, 640]] * 2
    for size in found.photos[0]:
        file = await size.get_file()
        image = Image.open(io.BytesIO(bytes(await file.download_as_bytearray())))
        assert image.size == (size.width, size.height) == (size.width, size.width)
    newest, older = found.photos
    assert newest[0].file_unique_id != older[0].file_unique_id
    (second,) = (await bot.get_user_profile_photos(world.person["id"], offset=1)).photos
    assert second == older
    (first,) = (await bot.get_user_profile_photos(world.person["id"], limit=1)).photos
    assert first == newest
    chat = await bot.get_chat(world.chat)
    assert chat.photo
    assert chat.photo.big_file_id == newest[-1].file_id


async def test_a_face_is_a_picture(world: World, http: aiohttp.ClientSession) -> None:
    url = f"{world.address}{world.home}/people/{world.person['id']}/photo"
    async with http.post(url, data=form({}, {"file": Upload(b"no picture")})) as response:
        assert response.status == 400
    async with http.post(url, data=form({"name": "x"})) as response:
        assert response.status == 400


# Languages


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_persons_language_is_told(bot: Bot, world: World, language: str) -> None:
    await bot.set_my_commands([BotCommand("hello", "Hello")])
    await bot.set_my_commands([BotCommand("hello", language)], language_code=language)
    await bot.set_my_description("Paints")
    await bot.set_my_description(f"Paints in {language}", language_code=language)
    await bot.set_my_short_description("P.")
    chat = (await world.join("Someone", language))["chat"]
    await world.say("hello", chat["id"], **{"from": chat["id"]})
    message = await next_message(bot)
    assert message.from_user
    assert message.from_user.language_code == language
    assert chat["commands"] == [{"command": "hello", "description": language}]
    assert (chat["description"], chat["short_description"]) == (f"Paints in {language}", "P.")


async def test_the_commands_of_a_group_in_telegrams_order(bot: Bot, world: World) -> None:
    """From the widest scope to the narrowest; each is shown as soon as it is set."""
    owner = world.person["id"]
    guest = (await world.join("Greta", "de"))["person"]["id"]
    group = (await world.group(owner, guest))["id"]
    steps: list[tuple[BotCommandScope | None, str, set[int]]] = [
        (None, "", {owner, guest}),
        (None, "de", {guest}),
        (BotCommandScopeAllPrivateChats(), "", set()),
        (BotCommandScopeAllGroupChats(), "", {owner, guest}),
        (BotCommandScopeAllGroupChats(), "de", {guest}),
        (BotCommandScopeAllChatAdministrators(), "", {owner}),
        (BotCommandScopeChat(group), "", {owner, guest}),
        (BotCommandScopeChat(group), "de", {guest}),
        (BotCommandScopeChatAdministrators(group), "", {owner}),
        (BotCommandScopeChatAdministrators(group), "en", {owner}),
        (BotCommandScopeChatMember(group, guest), "", {guest}),
        (BotCommandScopeChatMember(group, guest), "de", {guest}),
    ]
    expected: dict[str, str] = {}
    for number, (scope, language, seen_by) in enumerate(steps):
        command = BotCommand(f"c{number}", "does it")
        await bot.set_my_commands([command], scope=scope, language_code=language or None)
        assert await bot.get_my_commands(scope, language or None) == (command,)
        expected |= {str(person): command.command for person in seen_by}
        assert await shown(world, group) == expected


async def shown(world: World, group: int) -> dict[str, str]:
    """The command that each member of a group is offered."""
    state = await world.door("GET", f"/demo/state?bot={world.bot}")
    (found,) = [chat for chat in state["chats"] if chat["id"] == group]
    return {who: commands[0]["command"] for who, commands in found["commands_of"].items()}


# Of a message


async def test_what_a_message_is_sent_with(bot: Bot, world: World) -> None:
    options: dict[str, Any] = {"disable_notification": True, "message_effect_id": "5104841245755"}
    preview = LinkPreviewOptions(is_disabled=True)
    sent = await bot.send_message(
        world.chat, "example.org", link_preview_options=preview, protect_content=True, **options
    )
    assert sent.has_protected_content
    assert sent.effect_id == "5104841245755"
    assert sent.link_preview_options == preview
    edited = await sent.edit_text("example.com")
    assert not isinstance(edited, bool)
    assert edited.has_protected_content
    assert edited.link_preview_options is None
