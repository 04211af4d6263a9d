"""The whole conversation in a browser: the real bot paints what is sent from the page."""

from __future__ import annotations

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bot.demo.server import Demo
from tests.bot.browser.chat import PATIENCE, Chat, file, shows_picture

pytestmark = pytest.mark.asyncio(loop_scope="session")

STYLE = "Golden Mosaic"


async def opened(studio: Demo, page: Page) -> Chat:
    """A chat of somebody new, on a fresh page."""
    account = next(iter(studio.world))
    number = account.add_person("Ada").id
    await page.goto(studio.address)
    await page.locator(f'[data-testid="chat-item"][data-chat="{number}"]').click()
    return Chat(page, number)


@pytest_asyncio.fixture(loop_scope="session")
async def chat(studio: Demo, page: Page) -> Chat:
    return await opened(studio, page)


async def test_a_sample_and_a_style_become_a_painting(slow_studio: Demo, page: Page) -> None:
    chat = await opened(slow_studio, page)
    await chat.pane.get_by_test_id("sample").first.click()
    await shows_picture(chat.of("me").get_by_test_id("photo"))
    await chat.button(STYLE).click()
    # The question turns into the progress, and is edited as the painting grows.
    await expect(chat.of("bot")).to_contain_text("%", timeout=PATIENCE)
    await expect(chat.button("Cancel")).to_be_visible()
    painting = chat.of("bot").get_by_test_id("photo")
    await shows_picture(painting)
    result = chat.of("bot").last
    # The preview is shown first, in the same place.
    await expect(result).to_contain_text(f"{STYLE}, painted in", timeout=PATIENCE)
    await expect(result.get_by_test_id("quote")).to_be_visible()
    # Nothing stays behind but the photo and the painting.
    await expect(chat.messages).to_have_count(2)
    await painting.click()
    viewer = chat.page.get_by_test_id("viewer")
    await expect(viewer).to_be_visible()
    await chat.page.keyboard.press("Escape")
    await expect(viewer).to_be_hidden()


async def test_a_file_comes_back_as_a_file_that_can_be_downloaded(chat: Chat) -> None:
    await chat.attach(file("holiday.png", 1), caption=STYLE, as_file=True)
    await expect(chat.of("me").get_by_test_id("document")).to_contain_text("holiday.png")
    result = chat.of("bot").get_by_test_id("document")
    await expect(result).to_contain_text("painting.png", timeout=PATIENCE)
    async with chat.page.expect_download() as download:
        await result.click()
    path = await (await download.value).path()
    assert path.read_bytes().startswith(b"\x89PNG")


async def test_two_pictures_at_once_are_photo_and_style(chat: Chat) -> None:
    await chat.attach(file("photo.png", 2), file("style.png", 3))
    album = chat.of("me").get_by_test_id("album")
    await expect(album).to_have_attribute("data-count", "2")
    await shows_picture(chat.of("bot").get_by_test_id("photo"))
    await expect(chat.of("bot").last).to_contain_text("your own style")


async def test_cancel_stops_the_work(slow_studio: Demo, page: Page) -> None:
    chat = await opened(slow_studio, page)
    await chat.attach(file("photo.png", 4), caption=STYLE)
    await chat.button("Cancel").click()
    await expect(chat.of("bot")).to_contain_text("Cancelled", timeout=PATIENCE)
    await expect(chat.buttons).to_have_count(0)
    await chat.say("/cancel")
    await expect(chat.of("bot").last).to_contain_text("nothing to stop")


async def test_a_button_that_is_pressed_twice_paints_once(chat: Chat) -> None:
    await chat.attach(file("photo.png", 5))
    await chat.button(STYLE).dblclick()
    await shows_picture(chat.of("bot").get_by_test_id("photo"))
    await chat.say("/help")
    await expect(chat.of("bot").last).to_contain_text("How to get a painting")
    await expect(chat.of("bot").get_by_test_id("photo")).to_have_count(1)


async def test_a_button_under_a_painting_makes_the_next(chat: Chat) -> None:
    await chat.attach(file("photo.png", 6), caption=STYLE)
    await shows_picture(chat.of("bot").get_by_test_id("photo"))
    await chat.button("Keep my colours").click()
    await expect(chat.of("bot").get_by_test_id("photo")).to_have_count(2, timeout=PATIENCE)
    last = chat.of("bot").last
    await expect(last).to_contain_text(f"{STYLE} · your colours, painted in", timeout=PATIENCE)
    await expect(chat.of("bot").last.get_by_test_id("quote")).to_be_visible()


async def test_the_menu_shows_the_commands(chat: Chat) -> None:
    await chat.composer.fill("/st")
    suggestions = chat.pane.get_by_test_id("suggestion")
    await expect(suggestions.first).to_be_visible()
    for _ in range(20):
        if await chat.pane.locator('[data-command="styles"][aria-selected="true"]').count():
            break
        await chat.composer.press("ArrowDown")
    await chat.composer.press("Enter")
    await expect(chat.of("bot").last).to_contain_text("My styles", timeout=PATIENCE)
    await shows_picture(chat.of("bot").get_by_test_id("photo"))
