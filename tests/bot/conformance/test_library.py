"""What python-telegram-bot makes of the answers."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaAnimation,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction, ChatType, MessageEntityType, ParseMode
from telegram.error import BadRequest, Conflict, EndPointNotFound, Forbidden, RetryAfter, TimedOut

from tests.bot.conformance.client import Upload, World, gif, picture

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def one_update(bot: Bot) -> Update:
    (update,) = await bot.get_updates(offset=-1, timeout=5)
    return update


async def test_it_knows_itself(bot: Bot, world: World) -> None:
    assert bot.id == world.bot
    assert bot.username
    assert bot.bot.is_bot
    assert bot.bot.can_read_all_group_messages is False


async def test_texts_of_people(bot: Bot, world: World) -> None:
    await world.say("/style@x_bot now")
    message = (await one_update(bot)).effective_message
    assert message
    assert message.chat.type is ChatType.PRIVATE
    assert message.from_user
    assert message.from_user.full_name == "Ada"
    assert message.date.tzinfo
    (entity,) = message.entities
    assert entity.type is MessageEntityType.BOT_COMMAND
    assert message.parse_entity(entity) == "/style@x_bot"


async def test_photos_of_people(bot: Bot, world: World) -> None:
    await world.say("look", files=[Upload(picture(300, 200))])
    message = (await one_update(bot)).effective_message
    assert message
    assert message.caption == "look"
    file = await message.photo[-1].get_file()
    data = bytes(await file.download_as_bytearray())
    assert Image.open(io.BytesIO(data)).size == (300, 200)
    assert len(data) == file.file_size


async def test_documents_of_people(bot: Bot, world: World) -> None:
    data = picture()
    await world.say(files=[Upload(data, "sea.png")], kind="document")
    message = (await one_update(bot)).effective_message
    assert message
    assert message.document
    assert message.document.mime_type == "image/png"
    file = await message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == data


async def test_everything_a_bot_sends(bot: Bot, world: World) -> None:
    markup = InlineKeyboardMarkup(
        [[InlineKeyboardButton("Go", callback_data="go", style="success")]]
    )
    text = await bot.send_message(
        world.chat,
        "<b>Hi</b> https://example.org",
        parse_mode=ParseMode.HTML,
        reply_markup=markup,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert text.text_html == "<b>Hi</b> https://example.org"
    assert text.reply_markup == markup
    photo = await bot.send_photo(
        world.chat, picture(), caption="x", reply_parameters=ReplyParameters(text.message_id)
    )
    assert photo.reply_to_message
    assert photo.reply_to_message.message_id == text.message_id
    document = await bot.send_document(world.chat, b"abc", filename="a.txt")
    assert document.document
    assert document.document.file_name == "a.txt"
    animation = await bot.send_animation(world.chat, gif(), filename="a.gif")
    assert animation.animation
    assert animation.animation.width == 64
    album = await bot.send_media_group(
        world.chat, [InputMediaPhoto(picture(), caption="1"), InputMediaPhoto(picture(seed=1))]
    )
    assert len({message.media_group_id for message in album}) == 1
    assert await bot.send_chat_action(world.chat, ChatAction.UPLOAD_PHOTO)
    assert await bot.set_message_reaction(world.chat, text.message_id, "👍")
    assert await bot.delete_message(world.chat, document.message_id)
    assert await bot.delete_messages(world.chat, [message.message_id for message in album])


async def test_every_edit(bot: Bot, world: World) -> None:
    text = await bot.send_message(world.chat, "first")
    edited = await text.edit_text("second")
    assert not isinstance(edited, bool)
    assert edited.text == "second"
    assert edited.edit_date
    with pytest.raises(BadRequest, match="Message is not modified"):
        await text.edit_text("second")
    photo = await bot.send_photo(world.chat, picture())
    edited = await photo.edit_media(InputMediaPhoto(picture(seed=1), caption="2"))
    assert not isinstance(edited, bool)
    assert edited.caption == "2"
    edited = await photo.edit_media(InputMediaAnimation(gif(), filename="a.gif"))
    assert not isinstance(edited, bool)
    assert edited.animation
    edited = await photo.edit_caption("3")
    assert not isinstance(edited, bool)
    assert edited.caption == "3"
    markup = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Go", callback_data="go"))
    edited = await photo.edit_reply_markup(markup)
    assert not isinstance(edited, bool)
    assert edited.reply_markup == markup


async def test_buttons(bot: Bot, world: World) -> None:
    markup = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Go", callback_data="go"))
    sent = await bot.send_message(world.chat, "choose", reply_markup=markup)
    await world.press({"chat": {"id": world.chat}, "message_id": sent.message_id}, "go")
    query = (await one_update(bot)).callback_query
    assert query
    assert query.data == "go"
    assert query.message == sent
    assert await query.answer("done")
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()


async def test_profile_and_commands(bot: Bot, world: World) -> None:
    commands = [BotCommand("start", "Begin")]
    scope = BotCommandScopeChat(world.chat)
    assert await bot.set_my_commands(commands, scope=scope, language_code="de")
    assert await bot.get_my_commands(scope=scope, language_code="de") == tuple(commands)
    assert await bot.delete_my_commands(scope=scope, language_code="de")
    assert await bot.set_my_name("Painter")
    assert (await bot.get_my_name()).name == "Painter"
    assert await bot.set_my_description("Paints")
    assert (await bot.get_my_description()).description == "Paints"
    assert await bot.set_my_short_description("P.")
    assert (await bot.get_my_short_description()).short_description == "P."
    chat = await bot.get_chat(world.chat)
    assert chat.first_name == "Ada"
    group = await world.group(world.person["id"])
    assert (await bot.get_chat(group["id"])).title == "Painters"
    member = await bot.get_chat_member(group["id"], world.person["id"])
    assert member.user.first_name == "Ada"
    assert (await bot.get_user_profile_photos(world.person["id"])).total_count >= 0


async def test_webhook_info(bot: Bot, world: World) -> None:
    assert await bot.set_webhook(f"{world.address}/nothing", secret_token="abc")  # noqa: S106
    info = await bot.get_webhook_info()
    assert info.url == f"{world.address}/nothing"
    with pytest.raises(Conflict):
        await bot.get_updates()
    assert await bot.delete_webhook(drop_pending_updates=True)


async def test_errors_have_their_classes(bot: Bot, world: World) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(77, "x")
    await world.fault("sendMessage", "error", error_code=429, retry_after=5)
    with pytest.raises(RetryAfter):
        await bot.send_message(world.chat, "x")
    await world.fault("sendMessage", "hang_before", seconds=60)
    with pytest.raises(TimedOut):
        await bot.send_message(world.chat, "x", read_timeout=0.2)
    await world.door("DELETE", f"{world.home}/faults")
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("noSuchMethod")
    await world.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(world.chat, "x")


async def test_two_polls(bot: Bot, world: World) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=20))
    for _ in range(3):
        await bot.get_me()
    newer = asyncio.create_task(world.ask("getUpdates", timeout=20))
    with pytest.raises(Conflict):
        await older
    await world.say("hello")
    assert len((await newer).result) == 1
