"""A real browser, where there is one."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from bot.demo.server import Demo, serving
from tests.bot.browser.chat import DESKTOP
from tests.bot.process import environment, running

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root, in a container, and never on the net.
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium is installed: these tests look at the chat page in one")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(SWITCHES))
        yield browser
        await browser.close()


@asynccontextmanager
async def open_studio(weights: Path, steps: int) -> AsyncIterator[Demo]:
    """A server with the real bot, whose paintings take that many steps."""
    async with serving() as demo:
        settings = environment(demo.address, weights, STYLEGRAM_STEPS=str(steps))
        async with running(**settings) as bot:
            await bot.logs("is listening")
            yield demo


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def studio(random_weights: Path) -> AsyncIterator[Demo]:
    """Where a painting is there in a moment."""
    async with open_studio(random_weights, 8) as demo:
        yield demo


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def slow_studio(random_weights: Path) -> AsyncIterator[Demo]:
    """Where it takes long enough to be seen at work, and to be stopped."""
    async with open_studio(random_weights, 160) as demo:
        yield demo


@pytest_asyncio.fixture(loop_scope="session")
async def demo() -> AsyncIterator[Demo]:
    """A server without a bot; the test plays that part."""
    async with serving() as demo:
        yield demo


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A fresh page; whatever goes wrong in its scripts fails the test."""
    context = await browser.new_context(viewport=DESKTOP, accept_downloads=True)
    page = await context.new_page()
    page.set_default_timeout(15_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    await context.close()
    assert not wrong


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    return tmp_path
