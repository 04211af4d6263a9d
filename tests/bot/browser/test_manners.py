"""The chat page's manners: nothing typed is lost, the focus stays, the newest stays in sight."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from bot.demo.server import Demo
from tests.bot.browser.chat import DESKTOP, Chat, Puppet, file

pytestmark = pytest.mark.asyncio(loop_scope="session")

SMALLEST: ViewportSize = {"width": 320, "height": 568}
LONG = "word " * 300


def buttons(*labels: str) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": text, "callback_data": text} for text in labels]]}


async def act(page: Page, message: Locator, entry: str) -> None:
    """Choose an entry of a message's menu."""
    await message.hover()
    await message.get_by_test_id("message-menu").click()
    await page.get_by_test_id(entry).click()


async def test_the_log_follows_what_one_sends(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    bot.says("send me something")
    await page.set_viewport_size({"width": 1200, "height": 700})
    await page.goto(demo.address)
    chat = Chat(page)
    # What is on its way is not as high as what arrives.
    await chat.attach(*(file(f"{number}.png", number) for number in range(10)), as_file=True)
    await expect(chat.of("me").get_by_test_id("document")).to_have_count(10)
    await expect(chat.pane.get_by_test_id("pending")).to_have_count(0)
    bot.says("seen at once")
    await expect(chat.of("bot").last).to_be_in_viewport()
    await expect(chat.pane.get_by_test_id("jump-down")).to_be_hidden()


@pytest.mark.parametrize("viewport", [DESKTOP, SMALLEST], ids=["desktop", "smallest"])
async def test_ten_pictures_fit_their_sheet(demo: Demo, page: Page, viewport: ViewportSize) -> None:
    bot = Puppet(demo)
    await page.set_viewport_size(viewport)
    await page.goto(f"{demo.address}#{bot.room.id}")
    pictures = [file(f"{number}.png", number) for number in range(10)]
    await page.get_by_test_id("file-input").set_input_files(pictures)
    tiles = page.get_by_test_id("attach-item")
    await expect(tiles).to_have_count(10)
    boxes = await tiles.evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().toJSON())"
    )
    assert not any(
        one["left"] < other["right"] - 1
        and other["left"] < one["right"] - 1
        and one["top"] < other["bottom"] - 1
        and other["top"] < one["bottom"] - 1
        for place, one in enumerate(boxes)
        for other in boxes[:place]
    )
    await expect(page.get_by_test_id("attach-send")).to_be_in_viewport(ratio=1)


async def test_the_keyboard_stays_at_the_buttons(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    await chat.pane.get_by_test_id("start").press("Enter")
    await expect(chat.composer).to_be_focused()
    message = bot.says("Which style?", buttons("Mosaic", "Wave"))
    await chat.button("Wave").press("Enter")
    message.content, message.markup = {"text": "Painting"}, buttons("Cancel")
    bot.account.changed(message)
    await expect(chat.button("Cancel")).to_be_focused()
    message.content, message.markup = {"text": "Cancelled."}, None
    bot.account.changed(message)
    await expect(chat.of("bot")).to_be_focused()
    # What ended is said aloud, too.
    status = chat.pane.get_by_role("status").filter(has_text="Cancelled.")
    await expect(status).to_have_count(1)


async def test_a_dialog_gives_the_focus_back(demo: Demo, page: Page) -> None:
    Puppet(demo)
    await page.goto(demo.address)
    menu = Chat(page).pane.get_by_test_id("chat-menu")
    await menu.press("Enter")
    await page.get_by_test_id("menu-clear").press("Enter")
    await expect(page.get_by_test_id("confirm")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(menu).to_be_focused()


async def test_a_draft_outlasts_an_edit(demo: Demo, page: Page) -> None:
    Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    await chat.say("sent")
    await expect(chat.of("me")).to_have_count(1)
    await chat.composer.fill("a draft")
    await act(page, chat.of("me"), "edit")
    await chat.composer.fill("half edited")
    # Another chat, and back: the edit waits.
    await page.get_by_test_id("new-person").click()
    await page.get_by_test_id("person-form-create").click()
    await expect(chat.messages).to_have_count(0)
    await page.go_back()
    await expect(chat.composer).to_have_value("half edited")
    await chat.composer.press("Enter")
    await expect(chat.of("me")).to_contain_text("half edited")
    await expect(chat.composer).to_have_value("a draft")


async def test_a_long_draft_is_not_cut_to_a_caption(demo: Demo, page: Page) -> None:
    Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    await chat.composer.fill(LONG)
    await chat.pane.get_by_test_id("file-input").set_input_files([file("one.png")])
    sheet = page.get_by_test_id("attach-sheet")
    await sheet.get_by_test_id("attach-send").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("1024")
    caption = sheet.get_by_test_id("attach-caption")
    await expect(caption).to_have_value(LONG.strip())
    # Selecting text may end beside the sheet without closing it.
    box = await caption.bounding_box()
    assert box
    await page.mouse.move(box["x"] + 50, box["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(5, box["y"] + 20)
    await page.mouse.up()
    await expect(sheet).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(chat.composer).to_have_value(LONG)


async def test_what_is_answered_may_go(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    message = bot.says("which?")
    await act(page, chat.of("bot"), "reply")
    await chat.composer.fill("this one")
    bot.account.remove(message)
    await expect(chat.pane.get_by_test_id("context")).to_be_hidden()
    await chat.composer.press("Enter")
    await expect(chat.of("me")).to_contain_text("this one")


async def test_a_message_that_cannot_be_drawn_stands_alone(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    bot.account.post(bot.room, bot.account.user(), {"new_chat_members": 5})
    await page.goto(demo.address)
    shown = Chat(page).of("bot")
    await expect(shown).to_contain_text("cannot show")
    bot.says("the next one")
    await expect(shown.last).to_contain_text("the next one")
    await expect(page.get_by_test_id("banner")).to_be_hidden()


async def test_of_a_long_history_the_newest_comes_first(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    first = bot.says("the very first")
    for number in range(500):
        bot.says(f"line {number}")
    await page.goto(demo.address)
    chat = Chat(page)
    await expect(chat.messages.last).to_be_in_viewport()
    assert await chat.messages.count() < 300
    log = chat.pane.get_by_test_id("messages")
    oldest = chat.pane.locator(f'[data-id="{first.id}"]')
    await log.evaluate(
        """async (log, id) => {
            while (!log.querySelector(`[data-id="${id}"]`)) {
                log.scrollTop = 0;
                await new Promise(requestAnimationFrame);
            }
            log.scrollTop = 0;
        }""",
        first.id,
    )
    await expect(oldest).to_be_in_viewport()
    await expect(chat.messages).to_have_count(501)


async def test_an_alert_is_shown_where_the_button_was_pressed(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    bot.says("choose", buttons("One"))
    await page.goto(demo.address)
    other = await page.context.new_page()
    await other.goto(demo.address)
    await expect(Chat(other).button("One")).to_be_visible()
    await Chat(page).button("One").click()
    (update,) = bot.account.updates.first(5)
    query = update["callback_query"]
    known = {"chat": bot.room.id, "query_id": query["id"], "user": query["from"]["id"]}
    bot.account.feed.publish("toast", **known, text="Too late", alert=True)
    bot.says("after it")
    await expect(page.get_by_test_id("toast")).to_contain_text("Too late")
    await expect(Chat(other).of("bot").last).to_contain_text("after it")
    await expect(other.get_by_test_id("toast")).to_have_count(0)


async def test_words_go_again_when_the_line_is_back(demo: Demo, page: Page) -> None:
    bot = Puppet(demo)
    await page.goto(demo.address)
    chat = Chat(page)
    await expect(chat.composer).to_be_visible()
    await page.context.set_offline(True)
    await chat.say("through the tunnel")
    await expect(chat.pane.locator('[data-testid="pending"][data-state="failed"]')).to_be_visible()
    bot.says("meanwhile")
    await page.context.set_offline(False)
    # The line itself was not cut: a new snapshot says that the server is there.
    bot.account.feed.publish("reset")
    await expect(chat.of("me")).to_contain_text(re.compile("tunnel"))
    await expect(chat.pane.get_by_test_id("pending")).to_have_count(0)
