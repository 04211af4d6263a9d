"""`python -m bot --demo` and `python -m bot.demo`, as people start them."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.bot.door import picture
from tests.bot.process import ROOT, BotProcess, running, without_sketches

CHAT = "/demo/bots/7000001/chats/1001"
CALLS = "/demo/bots/7000001/calls"


@asynccontextmanager
async def page_of(bot: BotProcess, words: str) -> AsyncIterator[aiohttp.ClientSession]:
    """The chat page's server, at the address that follows these words in the log."""
    await bot.logs(words)
    found = re.search(rf"{words}:? (http://\S+)", bot.log)
    assert found
    async with aiohttp.ClientSession(found[1].rstrip(".")) as page:
        yield page


async def say(page: aiohttp.ClientSession, text: str, data: bytes = b"") -> None:
    form = aiohttp.FormData()
    form.add_field("text", text)
    if data:
        form.add_field("file", data, filename="photo.png", content_type="image/png")
    async with page.post(f"{CHAT}/messages", data=form) as response:
        assert response.status == 200, await response.text()


async def next_call(page: aiohttp.ClientSession, words: str) -> dict[str, Any]:
    """The first call of the bot whose parameters hold these words."""
    after = 0
    async with asyncio.timeout(60):
        while True:
            query = {"after": str(after), "wait": "20"}
            async with page.get(CALLS, params=query) as response:
                for call in (await response.json())["calls"]:
                    after = call["n"]
                    if words in json.dumps(call["params"], ensure_ascii=False):
                        return dict(call)


async def test_the_same_bot_without_a_token(random_weights: Path) -> None:
    arguments = ("--demo", "--no-open", "--port", "0")
    settings = {
        "NST_WEIGHTS": str(random_weights),
        "STYLEGRAM_SIZE": "64",
        "STYLEGRAM_STEPS": "5",
        # A proxy knows nothing of a server on this machine.
        "http_proxy": "http://127.0.0.1:9",
    }
    async with running("bot", *arguments, **settings) as bot, page_of(bot, "Try it here") as page:
        async with page.get("/") as response:
            assert "Stylegram" in await response.text()
        await say(page, "mosaic", picture(1))
        call = await next_call(page, "painted in")
        assert call["method"] == "sendPhoto"
        async with page.get("/demo/state") as response:
            state = await response.json()
        assert state["bot"]["status"] == "online"
        assert {"command": "mosaic", "description": "Paint in the style Golden Mosaic"} in (
            state["chats"][0]["commands"]
        )
        # It leaves at once, though a page listens.
        async with page.get("/demo/events?after=0"):
            assert await bot.stop() == 0
        assert "Traceback" not in bot.log


async def test_without_weights_a_sketch_comes_and_says_so(tmp_path: Path) -> None:
    arguments = ("--demo", "--no-open", "--port", "0")
    settings = {"NST_WEIGHTS": str(tmp_path / "none.h5"), "STYLEGRAM_SIZE": "64"}
    async with running("bot", *arguments, **settings) as bot, page_of(bot, "Try it here") as page:
        await bot.logs("nst weights --fetch")
        await say(page, "mosaic", picture(1))
        call = await next_call(page, "sketched in")
        assert call["method"] == "sendPhoto"
        assert "Only a sketch for now" in call["params"]["caption"]
        assert await bot.stop(signal.SIGINT) == 0
        assert "Traceback" not in bot.log


async def test_with_neither_weights_nor_sketches_it_says_so_in_the_chat_and_in_the_log(
    tmp_path: Path,
) -> None:
    arguments = ("--demo", "--no-open", "--port", "0")
    settings = {"NST_WEIGHTS": str(tmp_path / "none.h5"), **without_sketches(tmp_path)}
    async with running("bot", *arguments, **settings) as bot, page_of(bot, "Try it here") as page:
        await bot.logs("No painting yet")
        await bot.logs("nst weights --fetch")
        await say(page, "mosaic", picture(1))
        call = await next_call(page, "nst weights --fetch")
        assert call["method"] == "sendMessage"
        await say(page, "/help")
        await next_call(page, "How to get a painting")
        assert await bot.stop(signal.SIGINT) == 0
        assert "Traceback" not in bot.log


async def test_the_page_is_opened_and_nobody_waits_for_the_browser(tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\necho "Opened $1." >&2\nexec sleep 5 2>&-\n')
    browser.chmod(0o755)
    settings = {"DISPLAY": ":9", "BROWSER": f"{browser} %s", "NST_WEIGHTS": str(tmp_path)}
    async with running("bot", "--demo", "--port", "0", **settings) as bot:
        await bot.logs("is listening")
        await bot.logs("Opened http://127.0.0.1:")
        assert await bot.stop() == 0


ARGUMENTS = [
    ("bot", "--demo", "--port", "99999"),
    ("bot", "--demo", "--port", "-1"),
    ("bot", "--port", "8008"),
    ("bot", "--host", "0.0.0.0"),  # noqa: S104
    ("bot.demo", "--port", "many"),
    ("bot.demo", "--host", ""),
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=" ".join)
async def test_arguments_that_make_no_sense(arguments: tuple[str, ...]) -> None:
    async with running(*arguments) as bot:
        assert await bot.ends() == 2
        assert "usage:" in bot.log
        assert "Traceback" not in bot.log


async def test_the_server_alone_serves_any_bot() -> None:
    async with (
        running("bot.demo", "--port", "0") as server,
        page_of(server, "The chat page") as page,
    ):
        async with page.post("/bot5:any/sendMessage", data={"chat_id": 1001}) as response:
            assert (await response.json())["description"] == "Bad Request: message text is empty"
        async with page.get("/demo/state") as response:
            assert [bot["id"] for bot in (await response.json())["bots"]] == [5]
        assert await server.stop() == 0


@pytest.mark.parametrize("module", ["bot", "bot.demo"])
async def test_a_port_that_is_taken(module: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = ["--port", port, *(["--demo", "--no-open"] if module == "bot" else [])]
        async with running(module, *arguments) as bot:
            assert await bot.ends() == 1
            assert re.search(rf"Port {port}\b.* cannot be had", bot.log)
            assert "Traceback" not in bot.log


async def test_a_server_that_others_can_reach_says_so_loudly() -> None:
    async with running("bot.demo", "--port", "0", "--host", "0.0.0.0") as server:  # noqa: S104
        await server.logs("THE DEMO LISTENS ON 0.0.0.0")


async def test_a_demo_that_others_can_reach(tmp_path: Path) -> None:
    everywhere = "0.0.0.0"  # noqa: S104 - as in a container
    arguments = ("--demo", "--no-open", "--port", "0", "--host", everywhere)
    settings = {"NST_WEIGHTS": str(tmp_path / "none.h5"), "http_proxy": "http://127.0.0.1:9"}
    async with running("bot", *arguments, **settings) as bot:
        await bot.logs("THE DEMO LISTENS ON 0.0.0.0")
        async with page_of(bot, "Try it here") as page:
            await say(page, "/help")
            assert (await next_call(page, "/styles"))["method"] == "sendMessage"


async def test_a_wrong_setting_is_told_before_anything_starts() -> None:
    async with running("bot", "--demo", STYLEGRAM_SIZE="many") as bot:
        assert await bot.ends() == 2
        assert "STYLEGRAM_SIZE must be a whole number" in bot.log
        assert "BOT_TOKEN" not in bot.log


def test_a_bot_that_talks_to_telegram_loads_nothing_of_the_demo() -> None:
    code = (
        "import sys, bot.__main__, bot.service, bot.app; "
        "print([name for name in sys.modules if name.startswith('bot.demo')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
