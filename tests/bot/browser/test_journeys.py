"""Whole journeys in a browser: somebody new, somebody who comes back, and a group."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from bot.demo.server import Demo
from bot.texts import Text
from bot.words import Language, words_in
from tests.bot.browser.chat import PATIENCE, Chat, file, shows_picture

pytestmark = pytest.mark.asyncio(loop_scope="session")

WAVE = "Great Wave"
MOSAIC = "Golden Mosaic"
NEXT = words_in(Language.ENGLISH).plain(Text.BUTTON_NEXT)


async def opened(studio: Demo, page: Page, number: int) -> Chat:
    await page.goto(studio.address)
    await page.locator(f'[data-testid="chat-item"][data-chat="{number}"]').click()
    return Chat(page, number)


async def painted(message: Locator, words: str) -> None:
    """Wait until a painting is there, and what is said of it."""
    await expect(message).to_contain_text(words, timeout=PATIENCE)
    await shows_picture(message.get_by_test_id("photo"))


async def test_somebody_new_follows_a_link_and_never_types(slow_studio: Demo, page: Page) -> None:
    await page.goto(f"{slow_studio.address}/?start=style_waves")
    chat = Chat(page)
    await chat.pane.get_by_test_id("start").click()
    await expect(chat.of("bot").last).to_contain_text(f"{WAVE} it is", timeout=PATIENCE)
    await chat.attach(file("photo.png", 1))
    # The painting is seen while it grows, over a red button.
    progress = chat.of("bot").last
    await expect(progress).to_contain_text("%", timeout=PATIENCE)
    await shows_picture(progress.get_by_test_id("photo"))
    await expect(chat.button("Cancel")).to_be_visible()
    await painted(chat.of("bot").last, f"{WAVE}, painted in")
    await chat.button("Before / after").click()
    await painted(chat.of("bot").last, "Before and after")
    await chat.button("Time-lapse").click()
    film = chat.of("bot").last.locator("video")
    await expect(film).to_be_visible(timeout=PATIENCE)
    await chat.button("Mix in a style").click()
    await expect(chat.of("bot").last).to_contain_text("what shall I mix in?", timeout=PATIENCE)
    await chat.button(MOSAIC).click()
    await painted(chat.of("bot").last, f"{WAVE} 50 % + {MOSAIC} 50 %, painted in")


async def test_somebody_comes_back_and_finds_all_as_it_was(studio: Demo, page: Page) -> None:
    account = next(iter(studio.world))
    number = account.add_person("Berta").id
    chat = await opened(studio, page, number)
    await chat.say("/settings")
    await chat.button("Language").click()
    await chat.button("Deutsch").click()
    await expect(chat.button("Sprache: Deutsch")).to_be_visible(timeout=PATIENCE)
    await chat.attach(file("photo.png", 2))
    # By the gallery's second page, in German.
    await chat.button(NEXT).click()
    await chat.button("Nordlichter").click()
    await painted(chat.of("bot").last, "Nordlichter")
    await page.reload()
    chat = await opened(studio, page, number)
    await chat.attach(file("photo.png", 3))
    last = chat.button("↺ Nordlichter")
    await expect(last).to_be_visible(timeout=PATIENCE)
    await last.click()
    await expect(chat.of("bot").get_by_test_id("photo")).to_have_count(2, timeout=PATIENCE)
    await painted(chat.of("bot").last, "Nordlichter")
    await chat.say("/forget")
    await expect(chat.of("bot").last).not_to_contain_text("remember", timeout=PATIENCE)


async def test_a_group_is_left_in_peace_until_it_asks(studio: Demo, page: Page) -> None:
    account = next(iter(studio.world))
    members = [account.add_person(name).id for name in ("Carl", "Dora")]
    group = account.add_group("Painters", members, []).id
    chat = await opened(studio, page, group)
    await chat.attach(file("photo.png", 4), caption="What a day!")
    await chat.attach(file("photo.png", 5), caption=f"@{account.profile.username} mosaic")
    await painted(chat.of("bot").last, f"{MOSAIC}, painted in")
    await expect(chat.of("bot")).to_have_count(1)
    await expect(chat.of("bot").last.get_by_test_id("quote")).to_contain_text("mosaic")
    await chat.button("Softer").click()
    await painted(chat.of("bot").last, f"{MOSAIC} · strength 35, painted in")
