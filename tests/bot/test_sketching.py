"""The sketch, the whole way: the real bot process and the true networks, over the demo server."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from bot.demo.server import serving
from nst_core.styles import Gallery
from tests.bot.bench import Bench, Visitor
from tests.bot.door import picture
from tests.bot.process import environment, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

STYLE = next(iter(Gallery.load(None)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(random_weights: Path) -> AsyncIterator[Bench]:
    async with serving() as demo:
        bench = Bench(demo)
        settings = environment(
            demo.address, random_weights, STYLEGRAM_QUALITY="sketch", STYLEGRAM_SIZE="256"
        )
        async with running(**settings) as bot:
            await bot.logs("is listening")
            yield bench
            assert await bot.stop() == 0
            assert "Traceback" not in bot.log


@pytest.fixture
def person(bench: Bench) -> Visitor:
    somebody = bench.account.add_person("Somebody").id
    return Visitor(bench, somebody, somebody)


def size_of(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


async def test_a_photo_and_a_style_become_a_sketch(person: Visitor) -> None:
    data = picture(1, width=300, height=200)
    photo = await person.photo(data)
    await person.press(await person.is_asked(), STYLE.title)
    sent = await person.gets()
    assert sent.reply_to == photo["message_id"]
    assert sent.text.startswith(f"{STYLE.title}, sketched in ")
    # It is what was asked for, so nothing is to be explained.
    assert len(sent.text.splitlines()) == 1
    assert size_of(sent.file("photo")) == (256, 171)


async def test_two_pictures_at_once_become_a_sketch(person: Visitor) -> None:
    await person.album(picture(2, width=200, height=300), picture(3))
    sent = await person.hears("sendPhoto")
    assert sent.text.startswith("your own style, sketched in ")
    assert size_of(sent.file("photo")) == (171, 256)
