"""Fetching pictures: whole, but cheaply, however many pixels a small file unpacks to."""

from __future__ import annotations

import asyncio
import io
import threading
import tracemalloc
from collections.abc import AsyncIterator, Iterator

import pytest
from PIL import Image
from telegram.ext import ExtBot

from bot.limiter import RetryLimiter
from bot.pictures import fetch
from bot.style import Picture
from bot.transport import Transport
from nst_core.errors import ImageRejected
from tests.bot.calls import TOKEN
from tests.bot.door import picture
from tests.bot.emulator import Emulator, serving

MEGABYTE = 1024**2


@pytest.fixture
def server() -> Emulator:
    return Emulator()


@pytest.fixture
async def bot(server: Emulator) -> AsyncIterator[ExtBot[int]]:
    async with serving(server.app()) as address:
        bot: ExtBot[int] = ExtBot(
            TOKEN,
            base_url=f"{address}/bot",
            request=Transport(),
            base_file_url=f"{address}/file/bot",
            rate_limiter=RetryLimiter(),
        )
        async with bot:
            yield bot


@pytest.fixture
def memory() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def put(server: Emulator, name: str, data: bytes) -> Picture:
    server.assets[name] = {"data": data, "size": len(data)}
    return Picture(name, 1)


@pytest.mark.usefixtures("memory")
async def test_many_pixels_take_little_memory(server: Emulator, bot: ExtBot[int]) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (3000, 2000)).save(buffer, "PNG")
    data = buffer.getvalue()
    assert len(data) < MEGABYTE
    tracemalloc.reset_peak()
    assert await fetch(bot, put(server, "wide", data)) == data
    _, peak = tracemalloc.get_traced_memory()
    # As numbers, the whole of it is 69 megabytes.
    assert peak < 30 * MEGABYTE


async def test_one_is_unpacked_at_a_time(server: Emulator, bot: ExtBot[int]) -> None:
    pictures = [put(server, f"p{number}", picture(number, 900, 600)) for number in range(4)]
    await asyncio.gather(*(fetch(bot, each) for each in pictures))
    decoders = [t for t in threading.enumerate() if t.name.startswith("decode")]
    assert len(decoders) == 1


async def test_the_end_of_the_file_is_read_too(server: Emulator, bot: ExtBot[int]) -> None:
    whole = picture(1, 900, 600, kind="JPEG")
    with pytest.raises(ImageRejected):
        await fetch(bot, put(server, "cut", whole[: len(whole) // 2]))
