"""The demo server against pages of other sites, rubbish, and bad luck."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from PIL import Image

from bot.demo.account import Account
from bot.demo.people import People, Saying
from bot.demo.presence import Status
from bot.demo.server import serving
from tests.bot import emulator

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "31:any"  # noqa: S105 - it opens nothing
BOT = f"/bot{TOKEN}"
DOOR = "/demo/bots/31"


@dataclass
class World:
    address: str
    http: aiohttp.ClientSession
    account: Account

    async def ask(self, method: str, **params: Any) -> tuple[int, Any]:
        async with self.http.post(f"{BOT}/{method}", json=params) as response:
            return response.status, await response.json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    async with serving() as demo, aiohttp.ClientSession(demo.address) as http:
        account = demo.world.add(TOKEN)
        account.chats[1001].started = True
        yield World(demo.address, http, account)


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example:8008"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", [f"{BOT}/getMe", "/demo/state", "/", "/page/app.js"])
async def test_pages_of_other_sites_get_nothing(
    world: World, path: str, headers: dict[str, str]
) -> None:
    async with world.http.get(path, headers=headers) as response:
        assert response.status == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "[::1]:8008", "127.1.2.3"])
async def test_this_machine_has_several_names(world: World, host: str) -> None:
    headers = {"Host": host, "Sec-Fetch-Site": "none"}
    async with world.http.get("/demo/state", headers=headers) as response:
        assert response.status == 200


@pytest.mark.parametrize("verb", ["HEAD", "OPTIONS", "PUT", "DELETE"])
async def test_only_get_and_post_do_anything(world: World, verb: str) -> None:
    before = len(world.account.chats[1001].messages)
    query = {"chat_id": "1001", "text": "x"}
    async with world.http.request(verb, f"{BOT}/sendMessage", params=query) as response:
        assert response.status in (404, 405)
    assert len(world.account.chats[1001].messages) == before


DEEP = "[" * 100_000 + "]" * 100_000
RUBBISH: list[tuple[str, dict[str, Any]]] = [
    ("sendMessage", {"text": "x", "entities": [{"type": ["b"], "offset": 0, "length": 1}]}),
    ("sendMessage", {"text": "x", "entities": [{"type": "bold", "offset": "0", "length": 1}]}),
    ("sendMessage", {"text": "x", "entities": [{"type": "bold", "offset": 0}]}),
    ("sendMessage", {"text": "\ud800"}),
    ("sendMessage", {"text": "x", "reply_markup": DEEP}),
    ("sendMessage", {"text": "x", "reply_markup": '{"inline_keyboard": NaN}'}),
    (
        "sendMessage",
        {
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": {"a": 1}}]]},
        },
    ),
    (
        "sendMessage",
        {
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "x", "url": "u", "style": ["red"]}]]},
        },
    ),
    ("sendMessage", {"text": "x", "reply_parameters": {"message_id": [1]}}),
    ("setMessageReaction", {"message_id": 1, "reaction": [{"type": "emoji", "emoji": ["x"]}]}),
    ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 1e300 * 1e300}}),
    ("editMessageMedia", {"message_id": 1, "media": {"type": ["photo"]}}),
]


@pytest.mark.parametrize(("method", "params"), RUBBISH, ids=range(len(RUBBISH)))
async def test_rubbish_is_refused_in_telegrams_form(
    world: World, method: str, params: dict[str, Any]
) -> None:
    known = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in params.items()
    }
    body = json.dumps({"chat_id": 1001, **known})
    headers = {"Content-Type": "application/json"}
    async with world.http.post(f"{BOT}/{method}", data=body, headers=headers) as response:
        answer = await response.json()
    assert (response.status, answer["ok"]) == (400, False)
    assert answer["description"].startswith("Bad Request: ")


BODIES = [
    ("application/json", b"[" * 100_000),
    ("application/json", b"[]"),
    ("application/json", b'{"text": "\xff"}'),
    ("application/x-www-form-urlencoded; charset=klingon", b"text=x"),
    ("application/x-www-form-urlencoded", b"text=\xff\xfe"),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b"--x\r\nrubbish"),
    ("multipart/form-data; boundary=x", b"--x\r\nA: " + b"b" * 20_000 + b"\r\n\r\n\r\n--x--"),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n" * 300 + b"--x--"),
]


@pytest.mark.parametrize(("kind", "body"), BODIES, ids=range(len(BODIES)))
async def test_a_body_that_is_not_what_it_says(world: World, kind: str, body: bytes) -> None:
    headers = {"Content-Type": kind}
    async with world.http.post(f"{BOT}/sendMessage", data=body, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["description"].startswith("Bad Request: ")


OBJECTLESS = ["[]", "5", "null", "{", '"x"', "[" * 50_000, '{"advance": NaN}']
DOORS = [
    "/demo/bots",
    "/demo/clock",
    f"{DOOR}/people",
    f"{DOOR}/people/1001",
    f"{DOOR}/groups",
    f"{DOOR}/faults",
    f"{DOOR}/updates",
    f"{DOOR}/chats/1001/press",
]


@pytest.mark.parametrize("path", DOORS)
async def test_the_doors_take_objects_only(world: World, path: str) -> None:
    for body in OBJECTLESS:
        async with world.http.post(path, data=body) as response:
            assert response.status == 400
            assert (await response.json())["error"]


POISON: list[tuple[str, dict[str, Any]]] = [
    (f"{DOOR}/people/1001", {"language": ["x"]}),
    (f"{DOOR}/people/1001", {"name": {"a": 1}}),
    (f"{DOOR}/chats/1001/messages", {"content": {"entities": [5]}}),
    (f"{DOOR}/chats/1001/messages", {"content": [1]}),
    (f"{DOOR}/chats/1001/messages", {"text": "x" * 900_000}),
    (f"{DOOR}/chats/7/messages", {"text": "x"}),
    ("/demo/clock", {"advance": 1e18}),
    ("/demo/clock", {"advance": -1}),
    (f"{DOOR}/updates", {"message": {"chat": 5}, "update_id": 7}),
    (f"{DOOR}/updates", {"update_id": 7}),
    (f"{DOOR}/faults", {"kind": "error", "times": 0}),
    (f"{DOOR}/faults", {"kind": "error", "error_code": 204}),
    (f"{DOOR}/faults", {"kind": "hang_before"}),
    (f"{DOOR}/faults", {"kind": "slow", "rate": 9, "chat_id": 1001}),
    (f"{DOOR}/faults", {"kind": "earthquake"}),
]


@pytest.mark.parametrize(("path", "given"), POISON, ids=range(len(POISON)))
async def test_poison_is_refused_and_leaves_nothing_behind(
    world: World, path: str, given: dict[str, Any]
) -> None:
    before = len(world.account.chats[1001].messages)
    async with world.http.post(path, json=given) as response:
        assert response.status == 400
        assert (await response.json())["error"]
    assert len(world.account.chats[1001].messages) == before
    assert not list(world.account.faults)
    async with world.http.get("/demo/state?bot=31") as response:
        assert response.status == 200
        assert (await response.json())["people"][0]["name"] == "You"


@pytest.mark.parametrize("query", ["after=x", "bot=zz", "after=1e9"])
async def test_a_stream_of_nothing_ends_at_once(world: World, query: str) -> None:
    async with world.http.get(f"/demo/events?{query}") as response:
        assert response.status == 400


async def test_a_stream_for_a_bot_that_is_not_there_waits_for_one(world: World) -> None:
    async with (
        world.http.get("/demo/events?bot=999") as response,
        world.http.post("/demo/bots", json={"token": "999:any"}),
    ):
        await response.content.readuntil(b"data: ")
        line = await response.content.readline()
    assert json.loads(line)["type"] == "reset"


async def test_a_long_address_takes_no_time(world: World) -> None:
    text = f"<a href='{'a.' * 15_000}'>x</a>"
    async with asyncio.timeout(5):
        status, _ = await world.ask("sendMessage", chat_id=1001, text=text, parse_mode="HTML")
    assert status == 200


async def test_a_picture_that_claims_to_be_enormous(world: World) -> None:
    buffer = io.BytesIO()
    Image.new("P", (1, 1)).save(buffer, "GIF")
    data = bytearray(buffer.getvalue())
    data[6:10] = b"\xff\xff\xff\xff"
    form = aiohttp.FormData()
    form.add_field("chat_id", "1001")
    form.add_field("document", bytes(data), filename="a.gif", content_type="image/gif")
    async with world.http.post(f"{BOT}/sendDocument", data=form) as response:
        assert response.status == 200


@dataclass
class Hook:
    """A bot's own server, and what it answers."""

    seen: asyncio.Queue[Any]
    answer: dict[str, Any]

    async def take(self, request: web.Request) -> web.Response:
        self.seen.put_nowait(await request.json())
        return web.json_response(self.answer)


@pytest_asyncio.fixture(loop_scope="module")
async def hook(world: World) -> AsyncIterator[Hook]:
    hook = Hook(asyncio.Queue(), {})
    app = web.Application()
    app.router.add_post("/", hook.take)
    async with emulator.serving(app) as address:
        await world.ask("setWebhook", url=address)
        yield hook
        await world.ask("deleteWebhook", drop_pending_updates=True)


async def told(world: World, hook: Hook, text: str) -> None:
    """Say something, and wait until the bot's server hears it."""
    people = People(world.account)
    await people.say(people.chat(1001), Saying(text=text))
    async with asyncio.timeout(20):
        while (await hook.seen.get()).get("message", {}).get("text") != text:
            pass


ANSWERS: list[dict[str, Any]] = [
    {"method": "sendMessage", "chat_id": 1001, "text": "x", "entities": [{"type": []}]},
    {"method": "nonsense"},
    {"method": 5},
]


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
async def test_a_webhooks_answer_never_stops_the_updates(
    world: World, hook: Hook, answer: dict[str, Any]
) -> None:
    hook.answer = answer
    await told(world, hook, "one")
    await told(world, hook, "two")


async def test_a_webhooks_answer_whose_line_is_cut(world: World, hook: Hook) -> None:
    world.account.faults.add({"kind": "drop_before", "method": "sendMessage"})
    hook.answer = {"method": "sendMessage", "chat_id": 1001, "text": "x"}
    await told(world, hook, "one")
    await told(world, hook, "two")


async def test_an_update_of_an_odd_shape_stops_nothing(world: World, hook: Hook) -> None:
    world.account.updates.push("message", {"chat": 5})
    await told(world, hook, "after it")


async def test_an_answer_that_takes_the_webhook_away(world: World, hook: Hook) -> None:
    hook.answer = {"method": "deleteWebhook"}
    await told(world, hook, "the last")
    _, answer = await world.ask("getUpdates", timeout=0)
    assert answer["result"] == []
    assert world.account.webhook.url == ""


async def test_presence_follows_the_webhook(world: World, hook: Hook) -> None:
    assert world.account.presence.status is Status.ONLINE
    assert hook.seen.empty()
    await world.ask("deleteWebhook")
    # It goes offline after a moment of grace, in which a poll may come.
    async with asyncio.timeout(20):
        async for _, event in world.account.feed.listen(world.account.feed.cursor):
            if json.loads(event).get("bot", {}).get("status") == "offline":
                break


async def test_a_bot_that_polls_is_told_that_the_server_goes() -> None:
    async with aiohttp.ClientSession() as http:
        async with serving() as demo:
            account = demo.world.add(TOKEN)
            query = {"timeout": "50"}
            poll = asyncio.create_task(http.get(f"{demo.address}{BOT}/getUpdates", params=query))
            async for _ in account.feed.listen(0):
                if account.presence.status is Status.ONLINE:
                    break
        async with await poll as response:
            assert response.status == 502
