"""What the chat page makes of the many kinds of messages, and of links that lead to the bot."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Locator, Page, Route, expect

from bot.demo.server import Demo
from bot.demo.wire import Json, Upload
from tests.bot.browser.chat import Chat, Puppet, file, shows_picture
from tests.bot.conformance.client import film
from tests.bot.door import picture

pytestmark = pytest.mark.asyncio(loop_scope="session")

STYLES = ("primary", "success", "danger")


def photo(seed: int) -> Upload:
    return Upload("a.png", "image/png", picture(seed, 300, 200))


def media(kind: str, **fields: str) -> Json:
    return {"type": kind, "media": "attach://file", **fields}


async def plays(shown: Locator) -> None:
    """Wait until a film moves."""
    await expect(shown).to_be_visible()
    await shown.evaluate(
        "film => film.currentTime || new Promise(go => film.addEventListener('timeupdate', go))"
    )
    assert await shown.evaluate("film => !film.paused && film.videoWidth > 0")


async def test_a_message_changes_its_kind_without_a_flicker(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    await chat.say("paint")
    await expect(chat.of("me")).to_have_count(1)
    (question,) = bot.room.messages
    keys = {"inline_keyboard": [[{"text": "Stop", "callback_data": "stop"}]]}
    reply = {"message_id": question}
    sent = await bot.call("sendMessage", text="wait", reply_markup=keys, reply_parameters=reply)
    place = {"message_id": sent["message_id"], "reply_markup": keys}
    bubble = chat.of("bot")
    await expect(bubble).to_contain_text("wait")
    await bot.call("editMessageMedia", photo(1), media=media("photo", caption="half"), **place)
    await shows_picture(bubble.get_by_test_id("photo"))
    await expect(bubble.get_by_test_id("text")).to_have_text("half")
    # The film is held up: until it comes, the picture stays.
    arrived = asyncio.Event()

    async def hold(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await page.route("**/demo/files/CgAC*", hold)
    async with page.expect_request("**/demo/files/CgAC*"):
        moving = Upload("a.mp4", "video/mp4", film())
        item = media("animation", caption="done")
        await bot.call("editMessageMedia", moving, media=item, **place)
    await expect(bubble.get_by_test_id("text")).to_have_text("done")
    await shows_picture(bubble.get_by_test_id("photo"))
    arrived.set()
    await plays(bubble.get_by_test_id("animation"))
    await expect(bubble.get_by_test_id("photo")).to_have_count(0)
    await bot.call("editMessageMedia", photo(2), media=media("photo"), **place)
    await shows_picture(bubble.get_by_test_id("photo"))
    await expect(bubble.get_by_test_id("animation")).to_have_count(0)
    await expect(bubble.get_by_test_id("quote")).to_contain_text("paint")
    await expect(chat.button("Stop")).to_be_visible()


async def test_films_play_and_videos_wait(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    moving = Upload("a.mp4", "video/mp4", film())
    await bot.call("sendAnimation", moving, animation="attach://file")
    await bot.call("sendVideo", moving, video="attach://file")
    chat = Chat(page)
    animation = chat.of("bot").get_by_test_id("animation")
    await plays(animation)
    assert await animation.evaluate("film => film.loop && film.muted && !film.controls")
    video = chat.of("bot").get_by_test_id("video")
    assert await video.evaluate("film => film.paused && film.controls && film.poster !== ''")


async def test_an_album_is_one_grid(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    await bot.call("sendMediaGroup", photo(1), media=[media("photo")] * 3)
    documents = [media("document", caption="files"), media("document")]
    await bot.call("sendMediaGroup", photo(2), media=documents)
    shown = Chat(page).of("bot")
    await expect(shown).to_have_count(2)
    album = shown.first.get_by_test_id("album")
    await expect(album).to_have_attribute("data-count", "3")
    await shows_picture(album.get_by_test_id("photo").last)
    await expect(shown.last.get_by_test_id("document")).to_have_count(2)
    await expect(shown.last).to_contain_text("files")


async def test_buttons_have_the_colours_of_their_styles(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    plain: list[Json] = [{"text": "plain", "callback_data": "x"}]
    styled = [{"text": style, "callback_data": "x", "style": style} for style in STYLES]
    keys = {"inline_keyboard": [plain + styled]}
    await bot.call("sendMessage", text="choose", reply_markup=keys)
    buttons = Chat(page).buttons
    await expect(buttons).to_have_count(4)
    paint = "nodes => nodes.map(node => getComputedStyle(node).backgroundColor)"
    assert len(set(await buttons.evaluate_all(paint))) == 4


async def test_a_button_copies(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(demo.address)
    keys = {"inline_keyboard": [[{"text": "Copy", "copy_text": {"text": "#a1b2c3"}}]]}
    await bot.call("sendMessage", text="a colour", reply_markup=keys)
    await Chat(page).button("Copy").click()
    await expect(page.get_by_test_id("toast")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == "#a1b2c3"


async def test_a_sticker_is_sent(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    await chat.pane.get_by_test_id("file-input").set_input_files([file("a.png")])
    sheet = page.get_by_test_id("attach-sheet")
    await expect(sheet.get_by_test_id("send-as-photo")).to_be_attached()
    await expect(sheet.get_by_test_id("send-as-sticker")).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    await chat.pane.get_by_test_id("file-input").set_input_files([file("a.webp", 1, "WEBP")])
    await sheet.get_by_test_id("send-as-sticker").check()
    await sheet.get_by_test_id("attach-caption").fill("and words")
    await sheet.get_by_test_id("attach-send").click()
    await shows_picture(chat.of("me").get_by_test_id("sticker"))
    await expect(chat.of("me").get_by_test_id("text")).to_have_text("and words")
    heard = [update["message"] for update in bot.account.updates.first(5)]
    assert sorted(message.get("text", "sticker") for message in heard) == ["and words", "sticker"]


# Links to the bot


async def test_the_address_may_start_the_bot(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(f"{demo.address}/?start=style_mosaic")
    chat = Chat(page)
    await chat.pane.get_by_test_id("start").click()
    await expect(chat.of("me").get_by_test_id("text")).to_have_text("/start style_mosaic")
    assert bot.account.updates.first(5)[0]["message"]["text"] == "/start style_mosaic"
    # Once; a reload starts nothing again.
    await page.reload()
    await expect(chat.of("me")).to_have_count(1)
    await expect(chat.pane.get_by_test_id("start")).to_be_hidden()


async def test_links_to_the_bot_stay_on_the_page(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    keys = {
        "inline_keyboard": [
            [{"text": "Here", "url": "https://t.me/Puppet_Bot?start=button"}],
            [{"text": "Away", "url": f"{demo.address}/page/favicon.svg"}],
        ]
    }
    text = "see https://t.me/puppet_bot?start=link"
    await bot.call("sendMessage", text=text, reply_markup=keys)
    chat = Chat(page)
    start = chat.pane.get_by_test_id("start")
    await chat.of("bot").get_by_role("link", name="t.me").click()
    await start.click()
    await expect(start).to_be_hidden()
    await chat.button("Here").click()
    await start.click()
    await expect(chat.of("me").get_by_test_id("text")).to_have_text(
        ["/start link", "/start button"]
    )
    async with page.expect_popup() as popup:
        await chat.button("Away").click()
    assert (await popup.value).url.endswith("favicon.svg")
    assert len(page.context.pages) == 2


# People


async def test_a_new_person_has_a_language_and_a_face(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    for language, words in (("", "Paints"), ("hi", "चित्र")):
        await bot.call("setMyDescription", description=words, language_code=language)
        commands = [{"command": "help", "description": words}]
        await bot.call("setMyCommands", commands=commands, language_code=language)
    await page.goto(demo.address)
    await expect(Chat(page).pane).to_contain_text("Paints")
    await page.get_by_test_id("new-person").click()
    await page.get_by_test_id("person-name").fill("Priya")
    await page.get_by_test_id("person-language").select_option("hi")
    await page.get_by_test_id("person-photo").set_input_files([file("face.png")])
    await page.get_by_test_id("person-form-create").click()
    await expect(page.get_by_test_id("person-form")).to_have_count(0)
    person = next(each for each in bot.account.people.values() if each.name == "Priya")
    chat = Chat(page, person.id)
    await expect(chat.pane).to_contain_text("चित्र")
    await chat.composer.fill("/")
    await expect(chat.pane.get_by_test_id("suggestion")).to_contain_text("चित्र")
    await shows_picture(page.locator(f'[data-testid="chat-item"][data-chat="{person.id}"]'))
    await chat.say("hello")
    await expect(chat.of("me")).to_have_count(1)
    (update,) = bot.account.updates.first(5)
    assert update["message"]["from"]["language_code"] == "hi"
    found = await bot.call("getUserProfilePhotos", user_id=person.id)
    assert found["total_count"] == 1
