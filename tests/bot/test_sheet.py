"""The contact sheet: pages painted and uploaded once, however many want them at once."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from lo_bot_api_emulator import ApiRefusal
from PIL import Image
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.demo.server import serving as demo_serving
from bot.keyboards import Offer, styles
from bot.limiter import RetryLimiter
from bot.orders import Place
from bot.sheet import PAGE, Sheet
from bot.transport import Transport
from bot.words import Language, words_in
from nst_core.styles import Gallery, Tile, contact_sheet
from tests.bot.bench import Bench, Visitor
from tests.bot.calls import TOKEN, Call, Fault
from tests.bot.emulator import Emulator, serving

_titles = count(1)
EDIT = "editMessageMedia"


def buttons() -> InlineKeyboardMarkup:
    """Others every time, as every page has its own."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(str(next(_titles)), callback_data="x")]])


def picture(call: Call) -> Image.Image:
    return Image.open(io.BytesIO(next(iter(call.uploads.values()))))


def named(calls: list[Call], *methods: str) -> list[Call]:
    return [call for call in calls if call.method in methods]


@asynccontextmanager
async def talking(address: str) -> AsyncIterator[ExtBot[int]]:
    bot: ExtBot[int] = ExtBot(
        TOKEN, base_url=f"{address}/bot", request=Transport(), rate_limiter=RetryLimiter()
    )
    async with bot:
        yield bot


class Stage:
    """A bot, a person to show pages to, and the sheet."""

    def __init__(self, bench: Bench, bot: ExtBot[int]) -> None:
        self.bench = bench
        self.bot = bot
        self.chat = bench.account.add_person("Ann").id
        self.sheet = Sheet(Gallery.load(None))

    async def send(self, page: int = 0) -> int:
        """Send a page; the message that shows it."""
        await self.sheet.send(self.bot, Place(self.chat), f"Page {page}", buttons(), page)
        return self.bench.calls[-1].message_id

    async def turn(self, message: int, page: int) -> Call:
        """Turn to a page; the last call that came of it."""
        caption = f"Page <b>{page}</b>"
        await self.sheet.turn(self.bot, self.chat, message, caption, buttons(), page)
        return self.bench.calls[-1]

    def shown(self, message: int) -> dict[str, object]:
        """What the person sees."""
        return self.bench.account.chats[self.chat].messages[message].json()

    def refuse(self, method: str, words: str = "not enough rights to send photos") -> None:
        self.bench.break_with(Fault(method, ApiRefusal(f"Bad Request: {words}")))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with demo_serving() as demo, talking(demo.address) as bot:
        stage = Stage(Bench(demo), bot)
        # A bot may not speak first.
        await Visitor(stage.bench, stage.chat, stage.chat).say("/styles")
        yield stage


async def test_everybody_at_once_needs_one_upload() -> None:
    server, gallery = Emulator(), Gallery.load(None)
    # The first one does not work out, which must not lock the others out.
    server.faults = [Fault("sendPhoto", ApiRefusal("Internal Server Error", 500), chat=1)]
    sheet, keyboard = Sheet(gallery), styles([*gallery], words_in(Language.ENGLISH), Offer())
    async with serving(server.app()) as address, talking(address) as bot:
        work = [sheet.send(bot, Place(chat), "All", keyboard) for chat in (1, 2, 3, 4)]
        results = await asyncio.gather(*work, return_exceptions=True)
    assert [isinstance(result, Exception) for result in results] == [True, False, False, False]
    sent = [call for call in server.calls if call.method == "sendPhoto" and not call.refused]
    assert [call.chat for call in sent] == [2, 3, 4]
    assert [bool(call.uploads) for call in sent] == [True, False, False]


async def test_every_page_is_uploaded_once_whichever_way_it_is_shown(stage: Stage) -> None:
    message = await stage.send(0)
    await stage.turn(message, 1)
    await stage.turn(message, 0)
    await stage.send(1)
    calls = named(stage.bench.calls, "sendPhoto", EDIT)
    assert [bool(call.uploads) for call in calls] == [True, True, False, False]
    first, second = picture(calls[0]), picture(calls[1])
    assert first.tobytes() != second.tobytes()


async def test_turning_changes_picture_words_and_buttons_of_the_same_message(stage: Stage) -> None:
    message = await stage.send(0)
    before = stage.shown(message)
    await stage.turn(message, 1)
    after = stage.shown(message)
    assert after["caption"] == "Page 1"
    assert after["caption_entities"]
    for part in ("photo", "reply_markup"):
        assert after[part] != before[part]


async def test_numbers_go_on_from_page_to_page(stage: Stage) -> None:
    await stage.send(1)
    page = picture(stage.bench.calls[-1])
    tiles = [Tile.of(style) for style in list(Gallery.load(None))[PAGE : 2 * PAGE]]
    right, wrong = (contact_sheet(tiles, first=first, tile=320) for first in (PAGE + 1, 1))
    # Without titles, else it would be higher.
    assert page.size == right.size
    number = (44, 44, 88, 88)
    to_right, to_wrong = (
        distance(page.crop(number), sheet.crop(number)) for sheet in (right, wrong)
    )
    assert to_right < to_wrong / 2


def distance(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures of one size."""
    pairs = zip(one.convert("RGB").tobytes(), other.convert("RGB").tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (one.width * one.height * 3)


@pytest.mark.parametrize("added", [0, 1])
async def test_the_last_page_stands_for_those_beyond_it(
    stage: Stage, tmp_path: Path, added: int
) -> None:
    for number in range(added):
        Image.new("RGB", (40, 30)).save(tmp_path / f"own_{number}.png")
    stage.sheet = Sheet(Gallery.load(tmp_path))
    assert stage.sheet.pages == 2 + added
    await stage.send(stage.sheet.pages - 1)
    await stage.send(99)
    sent = named(stage.bench.calls, "sendPhoto")
    assert [bool(call.uploads) for call in sent] == [True, False]


async def test_where_no_photo_may_be_sent_the_buttons_come_alone(stage: Stage) -> None:
    stage.refuse("sendPhoto")
    message = await stage.send()
    assert stage.shown(message)["text"] == "Page 0"
    assert stage.shown(message)["reply_markup"]


async def test_a_page_that_may_not_be_shown_turns_the_words_of_a_text(stage: Stage) -> None:
    stage.refuse("sendPhoto")
    message = await stage.send()
    stage.refuse(EDIT)
    await stage.turn(message, 1)
    assert stage.shown(message)["text"] == "Page 1"
    assert "photo" not in stage.shown(message)


async def test_a_page_that_may_not_be_shown_turns_the_words_of_a_picture(stage: Stage) -> None:
    message = await stage.send()
    before = stage.shown(message)
    stage.refuse(EDIT)
    await stage.turn(message, 1)
    after = stage.shown(message)
    assert after["caption"] == "Page 1"
    assert after["photo"] == before["photo"]
    assert after["reply_markup"] != before["reply_markup"]
    # The next time it may be shown.
    assert (await stage.turn(message, 1)).uploads
    assert stage.shown(message)["photo"] != before["photo"]


async def test_turning_to_the_page_that_is_open_is_no_mistake(stage: Stage) -> None:
    """A second press comes before the first one has changed the buttons."""
    message, keyboard = await stage.send(), buttons()
    await stage.turn(message, 1)
    for _ in range(2):
        await stage.sheet.turn(stage.bot, stage.chat, message, "Second", keyboard, 1)
    assert "not modified" in stage.bench.calls[-1].refused
    assert stage.bench.calls[-1].method == EDIT
    assert not (await stage.turn(message, 1)).uploads


@pytest.mark.parametrize("method", ["sendMessage", "sendPhoto"])
async def test_words_that_are_there_already_are_no_mistake(stage: Stage, method: str) -> None:
    if method == "sendMessage":
        stage.refuse("sendPhoto")
    message, keyboard = await stage.send(), buttons()
    for _ in range(2):
        stage.refuse(EDIT)
        await stage.sheet.turn(stage.bot, stage.chat, message, "Second", keyboard, 1)
    assert "not modified" in stage.bench.calls[-1].refused


async def test_a_message_that_is_gone_cannot_be_turned(stage: Stage) -> None:
    message = await stage.send()
    await stage.bot.delete_message(stage.chat, message)
    with pytest.raises(BadRequest, match="not found"):
        await stage.turn(message, 1)
