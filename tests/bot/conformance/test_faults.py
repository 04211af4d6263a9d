"""The control door: what goes wrong on demand, and the journal of what a bot did."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest

from tests.bot.conformance.client import Json, Reply, Upload, World, picture, reply

pytestmark = pytest.mark.asyncio(loop_scope="module")


def send(world: World, text: str = "hello") -> asyncio.Task[Reply]:
    return asyncio.create_task(world.ask("sendMessage", chat_id=world.chat, text=text))


async def said(world: World) -> list[str]:
    """What the bot has written, as its person sees it."""
    state = await world.door("GET", f"/demo/state?bot={world.bot}")
    (chat,) = [chat for chat in state["chats"] if chat["id"] == world.chat]
    return [m["text"] for m in chat["messages"] if m["from"]["is_bot"]]


async def test_an_error_instead_of_an_act(world: World) -> None:
    await world.fault("sendMessage", "error", error_code=500, description="Internal Server Error")
    assert (await send(world)).refusal == "500 Internal Server Error"
    assert await said(world) == []
    assert (await send(world)).status == 200, "once is enough"


async def test_flood_control(world: World) -> None:
    await world.fault("sendMessage", "error", error_code=429, retry_after=7)
    async with world.http.post(
        world.url("sendMessage"), data={"chat_id": str(world.chat), "text": "x"}
    ) as response:
        answer = await reply(response)
        assert response.headers["Retry-After"] == "7"
    assert answer.refusal == "429 Too Many Requests: retry after 7"
    assert answer.body["parameters"] == {"retry_after": 7}


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 502])
async def test_any_code_in_any_words(world: World, code: int) -> None:
    await world.fault("sendMessage", "error", error_code=code, description="Oh: dear")
    assert (await send(world)).refusal == f"{code} Oh: dear"


async def test_a_fault_lasts_as_often_as_told(world: World) -> None:
    await world.fault("sendMessage", "error", error_code=500, times=2)
    assert [(await send(world)).status for _ in range(3)] == [500, 500, 200]


async def test_a_fault_of_every_method(world: World) -> None:
    await world.fault("*", "error", error_code=500, times=2)
    assert (await world.ask("getMe")).status == 500
    assert (await send(world)).status == 500
    assert (await world.ask("getMe")).status == 200


async def test_a_fault_knows_its_method(world: World) -> None:
    await world.fault("sendPhoto", "error", error_code=500)
    assert (await send(world)).status == 200
    photo = {"photo": Upload(picture())}
    assert (await world.ask("sendphoto", chat_id=world.chat, files=photo)).status == 500


async def test_a_fault_of_one_chat(world: World) -> None:
    bob = await world.join("Bob")
    await world.fault("sendMessage", "error", error_code=500, chat_id=bob["chat"]["id"])
    assert (await send(world)).status == 200
    answer = await world.ask("sendMessage", chat_id=bob["chat"]["id"], text="x")
    assert answer.status == 500


async def test_a_fault_of_one_bot(world: World, open_world: World) -> None:
    await world.fault("sendMessage", "error", error_code=500)
    assert (await send(open_world)).status == 200


async def test_faults_are_listed_and_cleared(world: World) -> None:
    await world.fault("sendMessage", "error", error_code=500, times=3)
    await send(world)
    (fault,) = (await world.door("GET", f"{world.home}/faults"))["faults"]
    assert (fault["method"].lower(), fault["kind"], fault["left"]) == ("sendmessage", "error", 2)
    assert await world.door("DELETE", f"{world.home}/faults") == {}
    assert (await world.door("GET", f"{world.home}/faults"))["faults"] == []
    assert (await send(world)).status == 200


async def test_hanging_before_the_act(world: World) -> None:
    await world.fault("sendMessage", "hang_before", seconds=60)
    sending = send(world)
    async with asyncio.timeout(10):  # until the request took the fault: each look is a round trip
        while (await world.door("GET", f"{world.home}/faults"))["faults"]:
            assert not sending.done()
    assert await said(world) == []
    await world.door("DELETE", f"{world.home}/faults")
    assert (await sending).result["text"] == "hello"
    assert await said(world) == ["hello"]


async def test_hanging_after_the_act(world: World) -> None:
    await world.fault("sendMessage", "hang_after", seconds=60)
    sending = send(world)
    async with asyncio.timeout(10):
        while await said(world) == []:
            assert not sending.done()
    assert not sending.done()
    await world.door("DELETE", f"{world.home}/faults")
    assert (await sending).result["text"] == "hello"


async def test_a_short_hang_ends_by_itself(world: World) -> None:
    await world.fault("sendMessage", "hang_before", seconds=0.5)
    started = time.monotonic()
    await send(world)
    assert 0.4 < time.monotonic() - started < 5


@pytest.mark.parametrize(("kind", "done"), [("drop_before", []), ("drop_after", ["hello"])])
async def test_a_cut_connection(world: World, kind: str, done: list[str]) -> None:
    await world.fault("sendMessage", kind)
    with pytest.raises(aiohttp.ClientConnectionError):
        await send(world)
    assert await said(world) == done


async def test_a_lost_poll_is_repeated(world: World) -> None:
    await world.say("hello")
    await world.fault("getUpdates", "drop_after")
    with pytest.raises(aiohttp.ClientConnectionError):
        await world.updates()
    (update,) = await world.updates()
    assert update["message"]["text"] == "hello"


async def test_a_slow_line(world: World) -> None:
    await world.fault("sendDocument", "slow", rate=20_000)
    started = time.monotonic()
    sent = await world.send_file("document", Upload(bytes(20_000), "a.bin", "a/b"))
    assert sent["document"]["file_size"] == 20_000
    assert 0.7 < time.monotonic() - started < 10


@pytest.mark.parametrize("fault", [{"kind": "earthquake"}, {"kind": "error", "times": "x"}, {}])
async def test_nonsense_is_no_fault(world: World, fault: Json) -> None:
    url = f"{world.address}{world.home}/faults"
    async with world.http.post(url, json={"method": "sendMessage", **fault}) as response:
        assert response.status == 400
        assert (await response.json())["error"]


# The journal


async def test_the_journal_tells_what_was_asked_and_answered(world: World) -> None:
    sent = await world.send("<b>x</b>", parse_mode="HTML")
    await world.refused("sendMessage", chat_id=world.chat)
    good, bad = await world.calls()
    assert good["method"] == "sendMessage"
    params = {"chat_id": str(world.chat), "text": "<b>x</b>", "parse_mode": "HTML"}
    assert good["params"] == params
    assert (good["result"], good["error"]) == (sent, None)
    assert bad["result"] is None
    assert bad["error"] == {"error_code": 400, "description": "Bad Request: message text is empty"}
    assert bad["n"] == good["n"] + 1


async def test_the_journal_tells_of_files(world: World) -> None:
    upload = Upload(picture())
    await world.send_file("photo", upload)
    (call,) = await world.calls(method="sendPhoto")
    known = {"name": upload.name, "size": len(upload.data), "type": upload.kind}
    assert call["files"] == {"photo": known}


async def test_the_journal_can_be_awaited(world: World) -> None:
    await world.send("first")
    (first,) = await world.calls()
    waiting = asyncio.create_task(world.calls(after=first["n"], wait=10))
    await world.send("second")
    (second,) = await waiting
    assert second["params"]["text"] == "second"


async def test_polls_are_left_out_unless_asked_for(world: World) -> None:
    await world.updates(timeout="0")
    await world.call("getMe")
    assert await world.calls() == []
    polls = await world.calls(method="getUpdates")
    assert {call["method"] for call in polls} == {"getUpdates"}
    assert polls[-1]["params"] == {"timeout": "0"}


async def test_faults_are_in_the_journal(world: World) -> None:
    await world.fault("sendMessage", "error", error_code=429, retry_after=3)
    await send(world)
    (call,) = await world.calls()
    assert call["error"]["error_code"] == 429
