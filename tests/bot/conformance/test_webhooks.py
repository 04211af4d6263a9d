"""Updates that are pushed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from tests.bot.conformance.client import Json, World, reply
from tests.bot.conformance.test_updates import waiting_poll

pytestmark = pytest.mark.asyncio(loop_scope="module")

EMPTY = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
ACTIVE = (
    "409 Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Receiver:
    """A bot's own web server: answers as it is told and keeps what it got."""

    def __init__(self) -> None:
        self.address = ""
        self.answers: list[web.Response] = []
        self.got: asyncio.Queue[tuple[Json, str | None]] = asyncio.Queue()

    async def take(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/json"
        self.got.put_nowait((await request.json(), request.headers.get(HEADER)))
        return self.answers.pop(0) if self.answers else web.Response()

    async def next(self) -> Json:
        async with asyncio.timeout(15):
            return (await self.got.get())[0]


@pytest_asyncio.fixture(loop_scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    receiver.address = f"http://127.0.0.1:{port}/hook"
    yield receiver
    await runner.cleanup()


async def test_at_first_there_is_none(world: World) -> None:
    assert await world.call("getWebhookInfo") == EMPTY


async def test_updates_are_pushed_with_the_secret(world: World, receiver: Receiver) -> None:
    secret = "S3cret_token-"  # noqa: S105 - of nobody
    answer = await world.ask("setWebhook", url=receiver.address, secret_token=secret)
    assert answer.body == {"ok": True, "result": True, "description": "Webhook was set"}
    await world.say("pushed")
    async with asyncio.timeout(10):
        update, header = await receiver.got.get()
    assert header == secret
    assert update["message"]["text"] == "pushed"
    assert isinstance(update["update_id"], int)


async def test_without_a_secret_there_is_no_header(world: World, receiver: Receiver) -> None:
    await world.call("setWebhook", url=receiver.address)
    await world.say("pushed")
    async with asyncio.timeout(10):
        _, header = await receiver.got.get()
    assert header is None


async def test_what_waited_is_pushed_first_and_in_order(world: World, receiver: Receiver) -> None:
    await world.say("one")
    await world.say("two")
    await world.call("setWebhook", url=receiver.address)
    await world.say("three")
    got = [(await receiver.next())["message"]["text"] for _ in range(3)]
    assert got == ["one", "two", "three"]


async def test_a_failed_push_is_tried_again(world: World, receiver: Receiver) -> None:
    receiver.answers.append(web.Response(status=500))
    await world.call("setWebhook", url=receiver.address)
    await world.say("stubborn")
    first = await receiver.next()
    info = await world.call("getWebhookInfo")
    assert info["pending_update_count"] == 1
    assert info["last_error_message"] == (
        "Wrong response from the webhook: 500 Internal Server Error"
    )
    assert isinstance(info["last_error_date"], int)
    assert await receiver.next() == first


async def test_a_pushed_update_is_done_with(world: World, receiver: Receiver) -> None:
    await world.call("setWebhook", url=receiver.address)
    await world.say("one")
    await world.say("two")
    await receiver.next()
    await receiver.next()
    await world.call("deleteWebhook")
    assert await world.updates() == []
    assert receiver.got.empty()


async def test_allowed_updates_hold_for_webhooks(world: World, receiver: Receiver) -> None:
    await world.call("setWebhook", url=receiver.address, allowed_updates=["edited_message"])
    message = await world.say("unheard")
    path = f"{world.home}/chats/{world.chat}/messages/{message['message_id']}"
    await world.door("POST", path, json={"text": "heard"})
    assert (await receiver.next())["edited_message"]["text"] == "heard"
    info = await world.call("getWebhookInfo")
    assert info["allowed_updates"] == ["edited_message"]


async def test_an_answer_may_be_a_call(world: World, receiver: Receiver) -> None:
    """Telegram carries out a method that a bot names in its answer to a push."""
    call = {"method": "sendMessage", "chat_id": world.chat, "text": "answered by the way"}
    receiver.answers.append(web.json_response(call))
    await world.call("setWebhook", url=receiver.address)
    await world.say("hello")
    await receiver.next()
    (made,) = await world.calls(method="sendMessage", wait=10)
    assert made["result"]["text"] == "answered by the way"


async def test_webhook_info(world: World, receiver: Receiver) -> None:
    await world.call("setWebhook", url=receiver.address, max_connections=3)
    info = await world.call("getWebhookInfo")
    assert info["url"] == receiver.address
    assert info["has_custom_certificate"] is False
    assert info["pending_update_count"] == 0
    assert info["max_connections"] == 3


async def test_polling_and_pushing_exclude_each_other(world: World, receiver: Receiver) -> None:
    poll = await waiting_poll(world)
    await world.call("setWebhook", url=receiver.address)
    assert (await poll).refusal == "409 Conflict: terminated by setWebhook request"
    assert await world.refused("getUpdates") == ACTIVE
    await world.call("deleteWebhook")
    await world.say("polled again")
    assert (await world.next_message())["text"] == "polled again"


@pytest.mark.parametrize("way", ["deleteWebhook", "setWebhook"])
async def test_deleting(world: World, receiver: Receiver, way: str) -> None:
    await world.call("setWebhook", url=receiver.address)
    params: Json = {"url": ""} if way == "setWebhook" else {}
    answer = await world.ask(way, **params)
    assert answer.body == {"ok": True, "result": True, "description": "Webhook was deleted"}
    answer = await world.ask(way, **params)
    assert answer.body["description"] == "Webhook is already deleted"
    assert await world.call("getWebhookInfo") == EMPTY


async def test_setting_the_same_again(world: World, receiver: Receiver) -> None:
    await world.call("setWebhook", url=receiver.address)
    answer = await world.ask("setWebhook", url=receiver.address)
    if answer.status == 200:  # the official server allows one in a second
        assert answer.body["description"] == "Webhook is already set"
    else:
        assert answer.refusal.startswith("429 Too Many Requests: retry after ")


@pytest.mark.parametrize("method", ["deleteWebhook", "setWebhook"])
async def test_pending_updates_may_be_dropped(
    world: World, receiver: Receiver, method: str
) -> None:
    await world.say("old")
    params = {"url": receiver.address} if method == "setWebhook" else {}
    await world.call(method, drop_pending_updates=True, **params)
    await world.say("new")
    update = await receiver.next() if params else await world.next_update()
    assert update["message"]["text"] == "new"


async def test_without_asking_nothing_is_dropped(world: World) -> None:
    await world.say("old")
    await world.call("deleteWebhook")
    assert (await world.next_message())["text"] == "old"


@pytest.mark.parametrize("secret", ["a" * 256, "azAZ09_-"])
async def test_secrets_just_within_the_rules(world: World, receiver: Receiver, secret: str) -> None:
    assert await world.call("setWebhook", url=receiver.address, secret_token=secret) is True


@pytest.mark.parametrize(
    ("params", "wording"),
    [
        ({"secret_token": "a" * 257}, "secret token is too long"),
        ({"secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"secret_token": "ä"}, "secret token contains unallowed characters"),
        ({"url": "ftp://example.org/"}, "invalid webhook URL specified"),
        ({"url": "http:///"}, "invalid webhook URL specified"),
    ],
)
async def test_broken_webhooks(
    world: World, receiver: Receiver, params: Json, wording: str
) -> None:
    refusal = await world.refused("setWebhook", **{"url": receiver.address} | params)
    assert refusal == f"400 Bad Request: {wording}"
    assert await world.call("getWebhookInfo") == EMPTY


async def test_nobody_listens(world: World) -> None:
    await world.call("setWebhook", url="http://127.0.0.1:9/hook")
    await world.say("lost for now")
    async with asyncio.timeout(10):
        while "last_error_message" not in (info := await world.call("getWebhookInfo")):
            pass  # each look is a round trip
    assert info["pending_update_count"] == 1
    await world.call("deleteWebhook")
    assert (await world.next_message())["text"] == "lost for now"


async def test_the_owner_of_a_webhook_is_not_asked_twice(
    world: World, http: aiohttp.ClientSession, receiver: Receiver
) -> None:
    """A webhook may be set by a plain link, as people do in a browser."""
    async with http.get(world.url("setWebhook"), params={"url": receiver.address}) as response:
        assert (await reply(response)).result is True
