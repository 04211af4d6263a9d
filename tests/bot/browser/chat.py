"""The chat page as a person uses it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from playwright.async_api import FilePayload, Locator, Page, ViewportSize, expect

from bot.demo.account import Account
from bot.demo.chats import Chat as Room
from bot.demo.chats import Message
from bot.demo.methods import answer
from bot.demo.server import Demo
from bot.demo.wire import Json, Params, Upload
from tests.bot.door import picture

DESKTOP: Final[ViewportSize] = {"width": 1200, "height": 800}
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
TOKEN: Final = "7000002:any"  # noqa: S105 - it opens nothing
# The bot in its own process has to start, and to paint.
PATIENCE: Final = 45_000


def file(name: str, seed: int = 0, kind: str = "PNG") -> FilePayload:
    """A picture to attach."""
    return {
        "name": name,
        "mimeType": f"image/{kind.lower()}",
        "buffer": picture(seed, 300, 200, kind),
    }


class Chat:
    """One chat on the page."""

    def __init__(self, page: Page, number: int | None = None) -> None:
        selector = "" if number is None else f'[data-chat="{number}"]'
        self.page = page
        self.pane = page.locator(f'[data-testid="pane"]{selector}').first
        self.composer = self.pane.get_by_test_id("composer")
        self.messages = self.pane.get_by_test_id("message")
        self.buttons = self.pane.get_by_test_id("keyboard-button")

    def of(self, sender: str) -> Locator:
        """The messages of "me", the "bot" or an "other"."""
        return self.pane.locator(f'[data-testid="message"][data-from="{sender}"]')

    def button(self, label: str) -> Locator:
        return self.buttons.filter(has_text=label)

    async def say(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def attach(self, *files: FilePayload, caption: str = "", as_file: bool = False) -> None:
        await self.pane.get_by_test_id("file-input").set_input_files(list(files))
        await self.confirm(caption=caption, as_file=as_file)

    async def confirm(self, *, caption: str = "", as_file: bool = False) -> None:
        """Send what the sheet of attached files shows."""
        sheet = self.page.get_by_test_id("attach-sheet")
        await expect(sheet).to_be_visible()
        if as_file:
            await sheet.get_by_test_id("send-as-file").check()
        if caption:
            await sheet.get_by_test_id("attach-caption").fill(caption)
        await sheet.get_by_test_id("attach-send").click()
        await expect(sheet).to_be_hidden()


async def shows_picture(photo: Locator) -> None:
    """Wait until a picture is there, not only its frame."""
    image = photo.locator("img").or_(photo).and_(photo.page.locator("img")).first
    await expect(image).to_be_visible(timeout=PATIENCE)
    await expect(image).to_have_js_property("complete", value=True)
    assert await image.evaluate("image => image.naturalWidth") > 0


class Puppet:
    """A bot that does what the test says."""

    def __init__(self, demo: Demo, name: str = "Puppet") -> None:
        self.account: Account = demo.world.add(TOKEN, name, "puppet_bot")
        self.account.presence.come()
        self.room: Room = next(iter(self.account.chats.values()))
        self.room.started = True

    def says(self, text: str, buttons: Json | None = None) -> Message:
        content = {"text": text}
        return self.account.post(self.room, self.account.user(), content, markup=buttons)

    async def call(self, method: str, upload: Upload | None = None, **params: Any) -> Any:
        """What the Bot API answers; a file goes along as "file"."""
        given = Params.of({"chat_id": self.room.id, **params})
        uploads = {"file": upload} if upload else {}
        return await answer(self.account, method, replace(given, uploads=uploads))
