"""The webhook: what Telegram pushes, and what others push who would like to be Telegram."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.typedefs import Handler
from lo_bot_api_emulator import ApiRefusal
from prometheus_client.parser import text_string_to_metric_families
from telegram import Update
from telegram.ext import ApplicationBuilder

from bot.app import UPDATES
from bot.config import Door
from bot.demo.server import serving as demo_serving
from bot.demo.webhooks import Webhook as DemoWebhook
from bot.health import Health, Reason
from bot.inbox import Inbox
from bot.keys import Keys
from bot.kinds import App
from bot.listening import TWINS
from bot.metrics import Metrics, Turned
from bot.transport import Transport
from bot.web import serving
from bot.webhook import Webhook
from tests.bot.bench import Bench, Visitor
from tests.bot.calls import PATIENCE, TOKEN, Fault
from tests.bot.door import picture
from tests.bot.process import BotProcess, environment, running
from tests.ports import free_port

KEYS = Keys.of(TOKEN)
SECRET = {"X-Telegram-Bot-Api-Secret-Token": KEYS.secret}
JSON = {"Content-Type": "application/json"}
SECRETS = (TOKEN, TOKEN.partition(":")[2], KEYS.path, KEYS.secret)


def saying(number: int, text: str = "hello", chat: int = 5) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "Somebody"}
    message = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}}
    return {"update_id": number, "message": {**message, "from": person, "text": text}}


@dataclass
class Hook:
    """A webhook that is served, and what came through it."""

    inbox: Inbox
    metrics: Metrics
    client: aiohttp.ClientSession
    time: list[float]
    arrivals: asyncio.Queue[None]

    async def post(self, body: Any, path: str = f"/{KEYS.path}", **headers: str) -> int:
        """The status; whatever it is, there is nothing else."""
        known = json.dumps(body).encode() if isinstance(body, dict | list) else body
        data = io.BytesIO(known) if isinstance(known, bytes) else known
        own = {**SECRET, **JSON, **headers}
        async with self.client.post(path, data=data, headers=own) as response:
            assert await response.read() == b""
            return response.status

    def taken(self) -> list[str | None]:
        """The words of the updates that have come."""
        queue = self.inbox.queue
        updates = [queue.get_nowait() for _ in range(queue.qsize())]
        assert all(isinstance(update, Update) for update in updates)
        return [u.message.text for u in updates if isinstance(u, Update) and u.message]

    def turned(self, reason: Turned) -> float | None:
        name, labels = "stylegram_webhook_refusals_total", {"reason": str(reason)}
        return self.metrics.registry.get_sample_value(name, labels)


def offline(address: str = "http://127.0.0.1:9") -> App:
    """An application that nobody has started."""
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{address}/bot").updater(None)
    return cast("App", builder.request(Transport()).build())


@pytest.fixture
async def hook(inbox: Inbox, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Hook]:
    caplog.set_level(logging.INFO)
    bot = offline().bot
    metrics, now = Metrics(), [0.0]
    webhook = Webhook(bot, inbox, Door(), metrics, Health(), clock=lambda: now[0])
    arrivals: asyncio.Queue[None] = asyncio.Queue()

    @web.middleware
    async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
        arrivals.put_nowait(None)
        return await handler(request)

    app = webhook.app
    app.middlewares.append(note)
    connector = aiohttp.TCPConnector(force_close=True)
    async with (
        serving(app, "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=connector) as client,
    ):
        yield Hook(inbox, metrics, client, now, arrivals)


async def test_telegram_is_heard(hook: Hook) -> None:
    assert await hook.post(saying(1)) == 200
    # A proxy in front may leave its own part of the path, or take it off.
    assert await hook.post(saying(2, "prefixed"), path=f"/bots/style/{KEYS.path}") == 200
    assert hook.taken() == ["hello", "prefixed"]
    name, labels = "stylegram_updates_total", {"kind": "text"}
    assert hook.metrics.registry.get_sample_value(name, labels) == 2


async def test_what_telegram_repeats_is_heard_once(hook: Hook) -> None:
    statuses = [await hook.post(saying(number)) for number in (1, 1, 2, 1)]
    assert statuses == [200] * 4
    assert hook.taken() == ["hello"] * 2


@pytest.mark.parametrize(
    ("secret", "path", "status", "reason"),
    [
        ("", KEYS.path, 401, Turned.SECRET),
        ("forged", KEYS.path, 401, Turned.SECRET),
        (KEYS.secret[:-1], KEYS.path, 401, Turned.SECRET),
        (TOKEN, KEYS.path, 401, Turned.SECRET),
        ("gefälscht", KEYS.path, 401, Turned.SECRET),
        (KEYS.secret, "", 404, Turned.PATH),
        (KEYS.secret, TOKEN, 404, Turned.PATH),
        (KEYS.secret, f"{KEYS.path}/more", 404, Turned.PATH),
        (KEYS.secret, "%ff%00", 404, Turned.PATH),
    ],
)
async def test_nobody_else_is(
    hook: Hook,
    caplog: pytest.LogCaptureFixture,
    secret: str,
    path: str,
    status: int,
    reason: Turned,
) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
    assert await hook.post(saying(1), path=f"/{path}", **headers) == status
    assert hook.turned(reason) == 1
    assert hook.taken() == []
    assert caplog.records == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_nothing_but_post(hook: Hook, method: str) -> None:
    headers = {**SECRET, **JSON}
    async with hook.client.request(method, f"/{KEYS.path}", headers=headers) as response:
        assert (response.status, await response.read()) == (405, b"")
    assert hook.turned(Turned.METHOD) == 1


@pytest.mark.parametrize(
    ("body", "headers", "status", "reason"),
    [
        (b"\xff{", {}, 400, Turned.BROKEN),
        (b"", {}, 400, Turned.BROKEN),
        (b'{"update_id": 1', {}, 400, Turned.BROKEN),
        (b"[" * 100_000, {}, 400, Turned.BROKEN),
        (b'{"update_id": ' + b"9" * 5000 + b"}", {}, 400, Turned.BROKEN),
        ([saying(1)], {}, 400, Turned.BROKEN),
        ({"update_id": "1"}, {}, 400, Turned.BROKEN),
        ({}, {}, 400, Turned.BROKEN),
        (b"no gzip", {"Content-Encoding": "gzip"}, 400, Turned.BROKEN),
        (b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, 400, Turned.TYPE),
        (saying(1, "x" * 1_100_000), {}, 413, Turned.SIZE),
        (gzip.compress(b"0" * 9_000_000), {"Content-Encoding": "gzip"}, 413, Turned.SIZE),
    ],
)
async def test_broken_bodies(
    hook: Hook,
    caplog: pytest.LogCaptureFixture,
    body: Any,
    headers: dict[str, str],
    status: int,
    reason: Turned,
) -> None:
    assert await hook.post(body, **headers) == status
    assert hook.turned(reason) == 1
    assert hook.taken() == []
    assert caplog.records == []
    assert await hook.post(saying(1)) == 200


async def test_a_body_without_end_is_not_read_to_the_end(hook: Hook) -> None:
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 64:
            sent += 1
            yield b" " * 100_000

    headers = {**SECRET, **JSON}
    async with hook.client.post(f"/{KEYS.path}", data=pieces(), headers=headers) as response:
        assert response.status == 413
    assert hook.turned(Turned.SIZE) == 1


async def test_what_nobody_has_invented_yet_is_taken_and_dropped(
    hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    # Refused, it would come again for a day, and nothing else.
    odd = {"update_id": 1, "message": {"text": "a private word"}}
    assert await hook.post(odd) == 200
    assert await hook.post(saying(2)) == 200
    assert hook.taken() == ["hello"]
    assert hook.turned(Turned.UNREADABLE) == 1
    assert "private word" not in caplog.text


async def test_the_rate_is_bounded(hook: Hook) -> None:
    statuses = [await hook.post(saying(number)) for number in range(201)]
    assert statuses == [200] * 200 + [429]
    assert hook.turned(Turned.RATE) == 1
    # Forgeries take nothing away from Telegram, whose update comes again.
    hook.time[0] += 0.01
    forged = {"X-Telegram-Bot-Api-Secret-Token": "x"}
    assert [await hook.post(saying(0), **forged) for _ in range(5)] == [401] * 5
    assert await hook.post(saying(200)) == 200
    assert len(hook.taken()) == 201


async def trickle(body: dict[str, Any], rest: asyncio.Event) -> AsyncIterator[bytes]:
    """A body whose last byte waits."""
    data = json.dumps(body).encode()
    yield data[:-1]
    await rest.wait()
    yield data[-1:]


async def test_order_within_a_chat_under_parallel_posts(hook: Hook) -> None:
    rest = asyncio.Event()
    posts = []
    for number in range(10):
        body = saying(number, str(number))
        posts.append(asyncio.create_task(hook.post(body if number else trickle(body, rest))))
        async with asyncio.timeout(PATIENCE):
            await hook.arrivals.get()
    assert hook.taken() == []
    rest.set()
    assert await asyncio.gather(*posts) == [200] * 10
    assert hook.taken() == [str(number) for number in range(10)]


async def test_whoever_is_too_slow_holds_nobody_up_for_long(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.webhook._READING", 0.05)
    rest = asyncio.Event()
    slow = asyncio.create_task(hook.post(trickle(saying(1), rest)))
    await hook.arrivals.get()
    assert await hook.post(saying(2, "quick")) == 200
    assert await slow == 408
    assert hook.taken() == ["quick"]
    assert hook.turned(Turned.SLOW) == 1
    # Half an update has not been heard, and comes again.
    assert await hook.post(saying(1, "whole")) == 200
    assert hook.taken() == ["whole"]


async def test_whoever_hangs_up_half_way_holds_nobody_up(hook: Hook) -> None:
    slow = asyncio.create_task(hook.post(trickle(saying(1), asyncio.Event())))
    await hook.arrivals.get()
    slow.cancel()
    assert await hook.post(saying(2)) == 200
    assert hook.taken() == ["hello"]


async def test_what_is_no_http_is_not_worth_a_line(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    webhook = Webhook(offline().bot, inbox, Door(), Metrics(), Health())
    async with serving(webhook.app, "127.0.0.1", 0) as port:
        for garbage in (b"GET / HTTP/9.9 x\r\n\r\n", b"GET / HTTP/1.1\r\nb\0ad\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(garbage)
            assert b"400 Bad Request" in await reader.read()
            writer.close()
            await writer.wait_closed()
    assert caplog.records == []


@dataclass
class Station:
    """A webhook at work on the demo server, without a bot behind it."""

    bench: Bench
    webhook: Webhook
    metrics: Metrics
    health: Health
    door: Door

    async def asks(self, method: str, words: str = "", start: int = 0) -> int:
        """Where in the journal, from `start` on, the bot asks for that and is told these words."""
        return await self.bench.log.until(
            lambda call: call.method == method and words in str(call.result), start
        )


@pytest.fixture
async def station(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Station]:
    monkeypatch.setattr("bot.webhook._LOOKING", 0.01)
    port = free_port()
    door = Door(webhook=f"http://127.0.0.1:{port}", port=port)
    async with demo_serving() as demo:
        bench = Bench(demo)
        application = offline(demo.address)
        metrics, health = Metrics(), Health()
        webhook = Webhook(application.bot, inbox, door, metrics, health)
        await application.bot.initialize()
        task = asyncio.create_task(webhook.run())
        yield Station(bench, webhook, metrics, health, door)
        task.cancel()
        await asyncio.wait({task})
        await webhook.close()
        await application.bot.shutdown()


async def test_telegram_is_told_where_to(station: Station) -> None:
    asked = await station.asks("setWebhook")
    # It asks only after it has heard.
    await station.asks("getWebhookInfo", start=asked)
    hook = station.bench.account.webhook
    assert hook.url == f"{station.door.webhook}/{KEYS.path}"
    assert hook.info()["max_connections"] == 1
    assert hook.info()["allowed_updates"] == sorted(UPDATES)
    assert Reason.TELEGRAM not in station.health.reasons()


async def test_a_webhook_that_somebody_took_away_is_set_again(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    first = await station.asks("setWebhook")
    await station.bench.account.webhook.close()
    await station.asks("setWebhook", start=first + 1)
    assert TWINS in caplog.messages
    assert station.bench.account.webhook.url


async def test_updates_that_do_not_get_through_are_noticed(
    station: Station, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await station.asks("setWebhook")
    # As if a proxy on the way had the secret wrong.
    monkeypatch.setattr("bot.webhook._HEADER", "X-Other")
    person = station.bench.account.add_person("Somebody").id
    await Visitor(station.bench, person, person).say("Is anybody there?")
    told = await station.asks("getWebhookInfo", "401 Unauthorized")
    # When it asks again it has read the answer.
    await station.asks("getWebhookInfo", start=told + 1)
    assert "Telegram cannot deliver updates: Wrong response" in caplog.text
    value = station.metrics.registry.get_sample_value
    assert value("stylegram_webhook_pending_updates") == 1


@dataclass
class House:
    """A bot that paints in no time and is told of updates."""

    bench: Bench
    bot: BotProcess
    monitor: aiohttp.ClientSession

    def person(self) -> Visitor:
        number = self.bench.account.add_person("Somebody").id
        return Visitor(self.bench, number, number)

    @property
    def demo_hook(self) -> DemoWebhook:
        return self.bench.account.webhook

    async def count(self, name: str, **labels: str) -> float:
        async with self.monitor.get("/metrics") as response:
            assert response.status == 200
            text = await response.text()
        assert not any(secret in text for secret in SECRETS)
        samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
        (value,) = (s.value for s in samples if (s.name, s.labels) == (name, labels))
        return value


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    port = free_port()
    async with demo_serving() as demo:
        bench = Bench(demo)
        settings = environment(
            demo.address,
            Path(),
            STYLEGRAM_WEBHOOK=f"http://127.0.0.1:{port}/style/",
            STYLEGRAM_WEBHOOK_PORT=str(port),
            STYLEGRAM_METRICS_PORT="0",
            STYLEGRAM_LOG_LEVEL="DEBUG",
            STYLEGRAM_LOG_FORMAT="json",
        )
        async with running("tests.bot.sprint", **settings) as bot:
            await bench.log.until(lambda call: call.method == "setWebhook")
            async with aiohttp.ClientSession(await bot.monitor()) as monitor:
                yield House(bench, bot, monitor)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_whole_painting(house: House) -> None:
    person = house.person()
    photo = await person.photo(picture(), caption="mosaic")
    painting = await person.gets()
    assert painting.reply_to == photo["message_id"]
    await person.hears("deleteMessage")
    assert house.demo_hook.url.endswith(f"/style/{KEYS.path}")
    count = house.count
    assert await count("stylegram_updates_total", kind="photo") == 1
    assert await count("stylegram_jobs_total", state="accepted", quality="standard") == 1
    for phase in ("fetch", "queue", "paint", "deliver"):
        assert await count("stylegram_phase_seconds_count", phase=phase) == 1
    for gauge in ("stylegram_jobs_waiting", "stylegram_jobs_running"):
        assert await count(gauge) == 0
    assert await count("stylegram_ready") == 1
    assert await count("stylegram_loop_lag_seconds_count") > 0
    assert await count("process_resident_memory_bytes") > 1e7
    # Only when the job is over is it counted, and only then may its owner begin another.
    await person.say("/cancel")
    await person.reads("nothing")
    assert await count("stylegram_jobs_total", state="delivered", quality="standard") == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_burst_arrives_whole_and_in_order(house: House) -> None:
    people = [house.person() for _ in range(40)]
    for person in people:
        await person.photo(picture())
    for person in people:
        await person.is_asked()
    # More than the rate allows at once: what is refused comes again.
    before = await house.count("stylegram_updates_total", kind="text")
    for number in range(8):
        for person in people:
            await person.say(f"word {number}")
    for person in people:
        heard = [(await person.reads("I have no style")).text for _ in range(8)]
        assert [f"word {number}" in text for number, text in enumerate(heard)] == [True] * 8
    assert await house.count("stylegram_updates_total", kind="text") == before + 320


@pytest.mark.asyncio(loop_scope="module")
async def test_forgeries_are_counted(house: House) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": "forged"}
    before = await house.count("stylegram_webhook_refusals_total", reason="secret")
    async with (
        aiohttp.ClientSession() as client,
        client.post(house.demo_hook.url, json=saying(1), headers=headers) as response,
    ):
        assert (response.status, await response.read()) == (401, b"")
    assert await house.count("stylegram_webhook_refusals_total", reason="secret") == before + 1


# The last test with this bot: it ends it.
@pytest.mark.asyncio(loop_scope="module")
async def test_the_log_is_json_and_tells_no_secret(house: House) -> None:
    house.bench.break_with(Fault("getFile", ApiRefusal("Bad Request: out of order")))
    person = house.person()
    await person.photo(picture(), caption="mosaic")
    await person.reads("Telegram")
    assert await house.bot.stop() == 0
    *lines, _ = house.bot.log.splitlines()
    assert not any(secret in house.bot.log for secret in SECRETS)
    records = [json.loads(line) for line in lines]
    for record in records:
        assert datetime.fromisoformat(record["time"]).utcoffset() == timedelta(0)
        assert record["level"] in {"DEBUG", "INFO", "WARNING", "ERROR"}
        assert record["logger"]
        assert isinstance(record["message"], str)
    (broken,) = (record for record in records if record["level"] == "ERROR")
    assert broken["message"] == f"job {broken['job']} failed"
    assert "BadRequest: Out of order" in broken["exception"]
    assert "\n" in broken["exception"]
    delivered = [record for record in records if "delivered after" in record["message"]]
    assert delivered
    assert all(record["job"] in record["message"] for record in delivered)
    assert not any("job" in record for record in records if record["logger"] == "bot.service")
