"""One server for each module, one bot with its people for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio
from telegram import Bot

from bot.demo.server import serving
from tests.bot.conformance.client import World


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address() -> AsyncIterator[str]:
    async with serving(port=0) as demo:
        yield demo.address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield session


@pytest_asyncio.fixture(loop_scope="module")
async def world(address: str, http: aiohttp.ClientSession) -> World:
    world = World(http, address)
    await world.settle()
    return world


@pytest_asyncio.fixture(loop_scope="module")
async def open_world(address: str, http: aiohttp.ClientSession) -> World:
    """Of a bot whose privacy mode is off."""
    world = World(http, address)
    await world.settle(privacy=False)
    return world


@pytest_asyncio.fixture(loop_scope="module")
async def bot(world: World) -> AsyncIterator[Bot]:
    """That world's bot, as python-telegram-bot speaks for it."""
    made = Bot(
        world.token,
        base_url=f"{world.address}/bot",
        base_file_url=f"{world.address}/file/bot",
    )
    async with made:
        yield made
