"""The chat page by itself: how it looks, what it says when things fail, how it is used."""

from __future__ import annotations

import base64

import pytest
from playwright.async_api import Page, expect

from bot.demo.server import Demo, serving
from tests.bot.browser.chat import PHONE, Chat, Puppet, file, shows_picture
from tests.bot.door import picture

pytestmark = pytest.mark.asyncio(loop_scope="session")

BUTTONS = {"inline_keyboard": [[{"text": "One", "callback_data": "1"}]]}
HOSTILE = "<img src=x onerror=alert(1)> & <b>bold</b>"


async def test_no_bot_yet(demo: Demo, page: Page) -> None:
    await page.goto(demo.address)
    await expect(page.locator("body")).to_contain_text(demo.address)
    # It shows up by itself when the bot comes.
    Puppet(demo, "Late Bot")
    await expect(page.get_by_test_id("pane")).to_contain_text("Late Bot")


async def test_what_people_write_is_text(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    await chat.say(HOSTILE)
    await expect(chat.of("me").get_by_test_id("text")).to_have_text(HOSTILE)
    bot.says(HOSTILE)
    await expect(chat.of("bot").get_by_test_id("text")).to_have_text(HOSTILE)


async def test_edits_and_deletions_appear(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    message = bot.says("first")
    shown = Chat(page).of("bot")
    await expect(shown).to_contain_text("first")
    message.content = {"text": "second"}
    message.edited = bot.account.seconds()
    bot.account.changed(message)
    await expect(shown).to_contain_text("second")
    await expect(shown).to_contain_text("edited")
    bot.account.remove(message)
    await expect(shown).to_have_count(0)


async def test_a_press_is_answered_with_a_toast_or_not_at_all(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    bot.says("choose", BUTTONS)
    button = Chat(page).button("One")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    (update,) = bot.account.updates.first(5)
    query = update["callback_query"]
    bot.account.queries.answer(query["id"])
    known = {"chat": bot.room.id, "query_id": query["id"], "user": query["from"]["id"]}
    bot.account.feed.publish("toast", **known, text="Stopping", alert=False)
    await expect(page.get_by_test_id("toast")).to_contain_text("Stopping")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_the_bot_starts_and_stops(demo: Demo, page: Page) -> None:
    account = demo.world.add("7000003:any", "Sleeper")
    await page.goto(demo.address)
    banner = page.get_by_test_id("banner")
    await expect(banner).to_have_attribute("data-state", "starting")
    account.presence.come()
    await expect(banner).to_be_hidden()
    account.presence.leave()
    await expect(banner).to_have_attribute("data-state", "offline")


async def test_the_server_goes_and_comes_back(page: Page) -> None:
    async with serving() as demo:
        Puppet(demo)
        port = int(demo.address.rpartition(":")[2])
        await page.goto(demo.address)
        chat = Chat(page)
        await chat.say("before")
        await expect(chat.of("me")).to_have_count(1)
        await chat.composer.fill("a thought")
    banner = page.locator('[data-testid="banner"][data-state="lost"]')
    await expect(banner).to_be_visible()
    async with serving(port=port) as demo:
        Puppet(demo)
        await expect(banner).to_be_hidden()
        # The draft is still there, and can be sent.
        await expect(chat.composer).to_have_value("a thought")
        await chat.composer.press("Enter")
        await expect(chat.of("me").last).to_contain_text("a thought")


async def test_a_picture_is_dropped(demo: Demo, page: Page) -> None:
    Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    await _hand_over(page, "drop", picture(1, 200, 100))
    await chat.confirm()
    await shows_picture(chat.of("me").get_by_test_id("photo"))


async def test_a_picture_is_pasted(demo: Demo, page: Page) -> None:
    Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    await chat.composer.focus()
    await _hand_over(page, "paste", picture(2, 200, 100))
    await chat.confirm(caption="from the clipboard")
    await expect(chat.of("me")).to_contain_text("from the clipboard")


async def test_what_is_no_picture_is_refused_in_words(demo: Demo, page: Page) -> None:
    Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    broken = file("broken.png")
    broken["buffer"] = b"this is no picture"
    await chat.attach(broken)
    failed = page.locator('[data-testid="pending"][data-state="failed"]')
    await expect(failed).to_contain_text("as a file")
    await expect(chat.of("me")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_follows_the_system(demo: Demo, page: Page, scheme: str) -> None:
    Puppet(demo).says("hello")
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.goto(demo.address)
    await expect(Chat(page).of("bot")).to_be_visible()
    assert (await _brightness(page) < 0.3) is (scheme == "dark")


async def test_the_theme_can_be_chosen_and_is_remembered(demo: Demo, page: Page) -> None:
    Puppet(demo)
    await page.emulate_media(color_scheme="light")
    await page.goto(demo.address)
    switch = page.get_by_test_id("theme").first
    for _ in range(3):
        if await switch.get_attribute("data-theme") == "dark":
            break
        await switch.click()
    assert await _brightness(page) < 0.3
    await page.reload()
    await expect(Chat(page).composer).to_be_visible()
    assert await _brightness(page) < 0.3


async def test_a_narrow_phone(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.set_viewport_size(PHONE)
    await page.goto(demo.address)
    item = page.get_by_test_id("chat-item").first
    if await item.is_visible():
        await item.click()
    chat = Chat(page)
    bot.says("a very long word: " + "a" * 300, BUTTONS)
    await chat.attach(file("wide.png", 3), caption="b" * 200)
    await shows_picture(chat.of("me").get_by_test_id("photo"))
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await chat.pane.get_by_test_id("back").click()
    await expect(item).to_be_visible()
    await expect(chat.composer).to_be_hidden()


async def test_several_chats_side_by_side(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.set_viewport_size({"width": 1600, "height": 900})
    await page.goto(demo.address)
    await page.get_by_test_id("new-person").click()
    await page.get_by_test_id("person-name").fill("Ada")
    await page.get_by_test_id("person-form-create").click()
    await expect(page.get_by_test_id("chat-item")).to_have_count(2)
    await page.locator(f'[data-testid="open-beside"][data-chat="{bot.room.id}"]').click()
    await expect(page.get_by_test_id("pane")).to_have_count(2)
    ada = next(person.id for person in bot.account.people.values() if person.name == "Ada")
    await Chat(page, ada).say("I am Ada")
    await Chat(page, bot.room.id).say("I am not")
    await expect(Chat(page, ada).of("me").get_by_test_id("text")).to_have_text(["I am Ada"])
    assert [m.text for m in bot.room.messages.values()] == ["I am not"]


async def test_a_group_of_two(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    ada = bot.account.add_person("Ada").id
    await page.goto(demo.address)
    await page.get_by_test_id("new-group").click()
    await page.get_by_test_id("group-title").fill("Painters")
    for member in await page.get_by_test_id("group-member").all():
        await member.check()
    await page.get_by_test_id("group-form-create").click()
    group = next(chat for chat in bot.account.chats.values() if chat.title == "Painters")
    assert set(group.members) == {bot.room.id, ada}
    chat = Chat(page, group.id)
    await chat.pane.get_by_test_id("persona").select_option(str(ada))
    await chat.say("chatter")
    await chat.say("/help@puppet_bot")
    await expect(chat.pane.get_by_test_id("text")).to_have_count(2)
    heard = [update["message"].get("text") for update in bot.account.updates.first(9)]
    assert heard == [None, "/help@puppet_bot"]


async def test_a_photo_is_answered_by_reply(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    message = bot.says("which?")
    await chat.of("bot").hover()
    await chat.of("bot").get_by_test_id("message-menu").click()
    await page.get_by_test_id("reply").click()
    await expect(chat.pane.get_by_test_id("context")).to_contain_text("which?")
    await chat.say("this one")
    await expect(chat.of("me").get_by_test_id("quote")).to_contain_text("which?")
    (update,) = bot.account.updates.first(5)
    assert update["message"]["reply_to_message"]["message_id"] == message.id


async def test_a_block_shuts_the_bot_out(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    await chat.say("hello")
    await chat.pane.get_by_test_id("chat-menu").click()
    await page.get_by_test_id("menu-block").click()
    unblock = chat.pane.get_by_test_id("unblock")
    await expect(unblock).to_be_visible()
    assert bot.room.blocked
    await unblock.click()
    await expect(unblock).to_be_hidden()
    assert not bot.room.blocked


async def _hand_over(page: Page, kind: str, data: bytes) -> None:
    """What the browser does when a picture is dropped or pasted."""
    script = """([kind, text]) => {
        const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], "given.png", { type: "image/png" }));
        const target = kind === "paste"
            ? document.activeElement : document.querySelector('[data-testid="messages"]');
        const options = { bubbles: true, cancelable: true };
        if (kind === "paste") {
            const event = new ClipboardEvent("paste", { ...options, clipboardData: transfer });
            target.dispatchEvent(event);
            return;
        }
        for (const name of ["dragenter", "dragover", "drop"]) {
            target.dispatchEvent(new DragEvent(name, { ...options, dataTransfer: transfer }));
        }
    }"""
    await page.evaluate(script, [kind, base64.b64encode(data).decode()])


async def _brightness(page: Page) -> float:
    """Of the background, from 0 for black to 1 for white."""
    script = """() => {
        const numbers = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g);
        return numbers.slice(0, 3).reduce((sum, text) => sum + Number(text), 0) / 765;
    }"""
    return float(await page.evaluate(script))
