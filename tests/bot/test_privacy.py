"""What people say and send is nobody's business: not the log's, not a metric's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.demo.server import serving
from bot.logs import LogFormat
from tests.bot.bench import Bench, Visitor
from tests.bot.calls import TOKEN
from tests.bot.door import picture
from tests.bot.process import BotProcess, environment, running

STYLE = "mosaic"
# Each is recognised wherever it turns up.
NAME, TITLE = "Wilhelmina-Zyxwv", "Zyxwv-family"
CAPTION, FILE, QUERY, WORDS = "caption-qqzz", "file-qqzz", "query-qqzz", "words-qqzz"
ENGINE = "engine-qqzz"
SECRETS = (NAME, TITLE, CAPTION, FILE, QUERY, WORDS, ENGINE, TOKEN, TOKEN.partition(":")[2])
FAULTS: list[dict[str, Any]] = [
    {"kind": "error", "method": "sendMessage", "error_code": 500},
    {"kind": "error", "method": "sendPhoto", "error_code": 500},
    {"kind": "drop_before", "method": "sendPhoto"},
    {"kind": "drop_after", "method": "getUpdates"},
    {"kind": "drop_before", "method": "getFile"},
    {"kind": "error", "method": "getFile", "error_code": 404},
    {"kind": "hang_before", "method": "getUpdates", "seconds": 0.3},
    {"kind": "error", "method": "sendMessage", "error_code": 429, "retry_after": 1},
    {"kind": "error", "method": "editMessageCaption", "error_code": 400, "description": "Bad"},
    {"kind": "error", "method": "answerCallbackQuery", "error_code": 400},
]


async def live(bench: Bench) -> None:
    """Somebody does all that one can do, on a bad day."""
    person = Visitor(bench, *2 * (bench.account.add_person(NAME).id,))
    for fault in (None, *FAULTS):
        if fault:
            bench.account.faults.add(fault)
        await person.photo(picture(), caption=f"{CAPTION} of {NAME}")
        await person.say("/cancel")
        await person.photo(picture(), caption=STYLE)
        await person.document(picture()[:200], f"{FILE}.png", "image/png", caption=STYLE)
        await person.document(b"%PDF", f"{FILE}.pdf", "application/pdf")
        await person.say(f"https://127.0.0.1/{FILE}.png?token={QUERY} {WORDS}")
        await person.say(f"http://{QUERY}:{QUERY}@example.com/{FILE}.png")
        await person.say(f"/style {WORDS}")
        await person.say(WORDS)
        await person.send(poll={"question": WORDS})
        await person.say("/help")
        await person.reads("How to get a painting")
    group = bench.account.add_group(TITLE, [person.user], [])
    await Visitor(bench, person.user, group.id).say(f"/mosaic@style_bot {WORDS}")


@pytest.mark.parametrize(
    ("form", "engine"),
    [(LogFormat.TEXT, "works"), (LogFormat.JSON, "raises"), (LogFormat.TEXT, "refuses")],
)
async def test_nothing_that_people_say_is_told(form: LogFormat, engine: str) -> None:
    async with (
        serving() as demo,
        running("tests.bot.sprint", **settings(demo.address, form, engine)) as bot,
    ):
        bench = Bench(demo)
        address = await bot.monitor()
        await bench.log.until(lambda call: call.method == "setMyCommands")
        await live(bench)
        seen = [await page(f"{address}/{name}") for name in ("healthz", "livez", "metrics")]
        assert await bot.stop() == 0
    assert_says_something(bot, engine)
    for secret in SECRETS:
        assert secret not in bot.log
        assert not [text for text in seen if secret in text]
    if form is LogFormat.JSON:
        # The last line is the stand-in's own.
        assert all(json.loads(line)["message"] for line in bot.log.splitlines()[:-1])


def settings(address: str, form: LogFormat, engine: str) -> dict[str, str]:
    names = {"raises": "SPRINT_WORDS", "refuses": "SPRINT_REFUSES"}
    words = {names[engine]: f"cannot paint {ENGINE}"} if engine in names else {}
    return environment(
        address,
        Path(),
        STYLEGRAM_LOG_LEVEL="DEBUG",
        STYLEGRAM_LOG_FORMAT=form,
        STYLEGRAM_METRICS_PORT="0",
        **words,
    )


def assert_says_something(bot: BotProcess, engine: str) -> None:
    """Or it would be easy to tell nothing."""
    assert "a picture is asked of" in bot.log
    assert "An update could not be read: TypeError" in bot.log
    if engine != "works":
        assert ("ValueError" if engine == "raises" else "RuntimeError") in bot.log
        assert "in _work" in bot.log or "in submit" in bot.log


async def page(address: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return await response.text()
