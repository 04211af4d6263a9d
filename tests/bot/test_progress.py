"""The progress reporter against a real server, with small intervals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import monotonic

import pytest
from aiohttp import web
from telegram.ext import ExtBot

from bot.limiter import NEVER, RetryLimiter
from bot.metrics import Edit, Metrics
from bot.progress import Pacer, ProgressReporter, Sight
from bot.transport import Transport
from tests.bot.calls import TOKEN
from tests.bot.emulator import serving

INTERVAL = 0.05


@dataclass
class Server:
    """Answers edits as it is told to, the last answer again and again."""

    answers: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    edits: list[tuple[float, str]] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/bot{token}/getMe", self._me)
        app.router.add_post("/bot{token}/editMessageText", self._edit)
        return app

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.edits]

    async def edited(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.edits) < count:
                self.heard.clear()
                await self.heard.wait()

    async def _me(self, _: web.Request) -> web.Response:
        me = {"id": 7, "is_bot": True, "first_name": "Fixture", "username": "style_bot"}
        return web.json_response({"ok": True, "result": me})

    async def _edit(self, request: web.Request) -> web.Response:
        fields = await request.post()
        self.edits.append((monotonic(), str(fields["text"])))
        self.heard.set()
        await self.gate.wait()
        status, body = self.answers.pop(0) if self.answers else (200, {})
        result = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "x"}
        return web.json_response({"ok": status == 200, "result": result, **body}, status=status)


@dataclass
class Desk:
    server: Server
    reporter: ProgressReporter
    metrics: Metrics

    def edits(self) -> dict[str, float]:
        """How many there were, by what became of them."""
        name, value = "stylegram_progress_edits_total", self.metrics.registry.get_sample_value
        return {str(edit): value(name, {"outcome": edit}) or 0 for edit in Edit}


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    server = Server()
    server.gate.set()
    async with serving(server.app()) as address:
        bot: ExtBot[int] = ExtBot(
            TOKEN,
            base_url=f"{address}/bot",
            request=Transport(),
            rate_limiter=RetryLimiter(),
        )

        async def edit(sight: Sight) -> object:
            return await bot.edit_message_text(sight.text, 5, 1, rate_limit_args=NEVER)

        async with bot:
            metrics = Metrics()
            reporter = ProgressReporter(
                edit, 5, interval=INTERVAL, pacer=Pacer(), shown=Sight("0"), metrics=metrics
            )
            yield Desk(server, reporter, metrics)
            server.gate.set()
            await reporter.close()


async def test_the_latest_wins(desk: Desk) -> None:
    for number in range(1, 100):
        desk.reporter.show(Sight(str(number)))
    await desk.server.edited(1)
    assert desk.server.texts == ["99"]


async def test_edits_keep_their_distance(desk: Desk) -> None:
    began = monotonic()
    for number in range(1, 4):
        desk.reporter.show(Sight(str(number)))
        await desk.server.edited(number)
    # From the beginning: what arrives late makes the next one seem too soon.
    for number, (time, _) in enumerate(desk.server.edits, start=1):
        assert time - began >= number * INTERVAL * 0.9


async def test_the_same_text_is_not_sent_twice(desk: Desk) -> None:
    desk.reporter.show(Sight("0"))
    desk.reporter.show(Sight("1"))
    await desk.server.edited(1)
    desk.reporter.show(Sight("1"))
    desk.reporter.show(Sight("2"))
    desk.reporter.show(Sight("1"))
    desk.reporter.show(Sight("3"))
    await desk.server.edited(2)
    assert desk.server.texts == ["1", "3"]


async def test_too_many_requests_is_honoured(desk: Desk) -> None:
    desk.server.answers = [(429, {"parameters": {"retry_after": 1}, "description": "Too Many"})]
    desk.reporter.show(Sight("early"))
    await desk.server.edited(1)
    desk.reporter.show(Sight("late"))
    await desk.server.edited(2)
    assert desk.server.texts == ["early", "late"]
    (first, _), (second, _) = desk.server.edits
    assert second - first >= 1


async def test_what_was_refused_is_shown_later(desk: Desk) -> None:
    desk.server.answers = [(429, {"parameters": {"retry_after": 1}, "description": "Too Many"})]
    desk.reporter.show(Sight("only"))
    await desk.server.edited(2)
    assert desk.server.texts == ["only", "only"]
    await desk.reporter.close()
    assert desk.edits() == {"done": 1, "late": 1, "dropped": 0}


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (400, "Bad Request: message to edit not found"),
        (403, "Forbidden: bot was blocked by the user"),
    ],
)
async def test_a_lost_message_is_given_up(desk: Desk, status: int, description: str) -> None:
    desk.server.answers = [(status, {"description": description})]
    desk.reporter.show(Sight("1"))
    await desk.server.edited(1)
    # The reporter has ended by itself, so what follows cannot be sent.
    await asyncio.wait_for(asyncio.wait({desk.reporter._task}), 5)
    desk.reporter.show(Sight("2"))
    await desk.reporter.close()
    assert desk.server.texts == ["1"]
    assert desk.edits() == {"done": 0, "late": 0, "dropped": 1}


@pytest.mark.parametrize(
    ("status", "description"),
    [(400, "Bad Request: message is not modified: ..."), (500, "Internal Server Error")],
)
async def test_smaller_trouble_is_passed_over(desk: Desk, status: int, description: str) -> None:
    desk.server.answers = [(status, {"description": description})]
    desk.reporter.show(Sight("1"))
    await desk.server.edited(1)
    desk.reporter.show(Sight("2"))
    await desk.server.edited(2)
    assert desk.server.texts == ["1", "2"]


async def test_nothing_after_the_end(desk: Desk) -> None:
    desk.reporter.show(Sight("1"))
    await desk.server.edited(1)
    desk.reporter.show(Sight("2"))
    await desk.reporter.close()
    desk.reporter.show(Sight("3"))
    assert desk.reporter._task.done()
    assert desk.server.texts == ["1"]


async def test_the_end_waits_for_an_edit_under_way(desk: Desk) -> None:
    desk.server.gate.clear()
    desk.reporter.show(Sight("1"))
    await desk.server.edited(1)
    closing = asyncio.create_task(desk.reporter.close())
    await asyncio.sleep(0)
    assert not closing.done()
    desk.server.gate.set()
    await asyncio.wait_for(closing, 5)
    assert desk.server.texts == ["1"]


async def test_the_messages_of_one_chat_share_its_pace() -> None:
    pacer = Pacer()
    waits = [pacer.reserve(5, 2.0) for _ in range(3)]
    assert waits == pytest.approx([0, 2, 4], abs=0.5)
    assert pacer.reserve(6, 2.0) == pytest.approx(0, abs=0.5)
