"""Bad days: what Telegram and the net do to a bot, ordered at the demo's control door."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.demo.faults import CODES, DOWNLOAD, KINDS
from bot.demo.server import serving
from nst_core.styles import Gallery
from tests.bot.atelier import opened, painted
from tests.bot.bench import Bench, Visitor
from tests.bot.calls import TOKEN, Call, is_question
from tests.bot.door import picture
from tests.bot.process import BotProcess, environment, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

STYLE = "mosaic"
TITLE = Gallery.load(None).find(STYLE).title
FAULTS = f"/demo/bots/{TOKEN.partition(':')[0]}/faults"


@dataclass
class Town:
    """A bot that paints in no time, its server, and the control door."""

    bench: Bench
    control: aiohttp.ClientSession
    bot: BotProcess

    def person(self) -> Visitor:
        number = self.bench.account.add_person("Somebody").id
        return Visitor(self.bench, number, number)

    async def order(self, **fault: Any) -> int:
        """Put a fault in force; its id."""
        async with self.control.post(FAULTS, json=fault) as response:
            assert response.status == 200, await response.text()
            return int((await response.json())["id"])

    async def in_force(self) -> list[int]:
        async with self.control.get(FAULTS) as response:
            return [fault["id"] for fault in (await response.json())["faults"]]

    def sent(self, person: Visitor, method: str) -> list[Call]:
        """What arrived: calls that the server has carried out."""
        calls = self.bench.calls
        return [c for c in calls if (c.method, c.chat) == (method, person.chat) and not c.refused]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lasting() -> AsyncIterator[Town]:
    async with serving() as demo, aiohttp.ClientSession(demo.address) as control:
        bench = Bench(demo)
        async with running("tests.bot.sprint", **environment(demo.address, Path())) as bot:
            await bench.log.until(lambda call: call.method == "setMyCommands")
            yield Town(bench, control, bot)


@pytest_asyncio.fixture(loop_scope="module")
async def town(lasting: Town) -> AsyncIterator[Town]:
    """The town, without any fault that an earlier test has left."""
    yield lasting
    async with lasting.control.delete(FAULTS) as response:
        assert response.status == 200


async def paints_for(person: Visitor) -> Call:
    await person.photo(picture(), caption=STYLE)
    return await person.hears("sendPhoto")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_cut_line_never_brings_a_second_copy(town: Town, kind: str) -> None:
    person = town.person()
    await town.order(kind=kind, method="sendPhoto", chat_id=person.chat)
    await person.photo(picture(), caption=STYLE)
    # From the bot's side the two look the same, so it says that it cannot know.
    await person.reads("did not confirm")
    assert len(town.sent(person, "sendPhoto")) == (kind == "drop_after")


@pytest.mark.parametrize(
    "error", [{"error_code": 500}, {"error_code": 429, "retry_after": 1}], ids=["500", "429"]
)
async def test_what_was_surely_refused_is_sent_again(town: Town, error: dict[str, int]) -> None:
    person = town.person()
    await town.order(kind="error", method="sendPhoto", chat_id=person.chat, **error)
    await paints_for(person)
    assert len(town.sent(person, "sendPhoto")) == 1


async def test_a_lost_poll_loses_and_doubles_nothing(town: Town) -> None:
    person = town.person()
    await town.order(kind="drop_after", method="getUpdates", times=2)
    await paints_for(person)
    await person.say("/help")
    await person.reads("How to get a painting")
    assert len(town.sent(person, "sendPhoto")) == 1
    assert len(town.sent(person, "sendMessage")) <= 2


async def test_while_one_hangs_the_others_go_on(town: Town) -> None:
    waits, other = town.person(), town.person()
    await town.order(kind="hang_before", method="sendPhoto", chat_id=waits.chat, seconds=100)
    await waits.photo(picture(), caption=STYLE)
    await waits.hears("sendChatAction")
    await paints_for(other)
    assert not town.sent(waits, "sendPhoto")
    async with town.control.delete(FAULTS):
        await waits.hears("sendPhoto")


async def test_an_answer_that_hangs_holds_up_its_own_chat_only(town: Town) -> None:
    person, other = town.person(), town.person()
    await town.order(kind="hang_after", method="sendMessage", chat_id=person.chat, seconds=100)
    await person.say("/help")
    await person.reads("How to get a painting")
    await person.say("/start")
    await other.say("/start")
    await other.reads("Hello! I paint")
    assert len(town.sent(person, "sendMessage")) == 1
    async with town.control.delete(FAULTS):
        await person.reads("Hello! I paint")
    assert len(town.sent(person, "sendMessage")) == 2


async def test_a_slow_upload_arrives_and_keeps_nobody_waiting(town: Town) -> None:
    person, other = town.person(), town.person()
    await town.order(kind="slow", method="sendPhoto", rate=50)
    await person.photo(picture(), caption=STYLE)
    await person.hears("sendChatAction")
    await other.say("/start")
    await other.reads("Hello! I paint")
    assert not town.sent(person, "sendPhoto")
    async with town.control.delete(FAULTS):
        await person.hears("sendPhoto")
    assert len(town.sent(person, "sendPhoto")) == 1


async def test_who_blocks_the_bot_is_left_alone(town: Town) -> None:
    person = town.person()
    await town.order(kind="hang_before", method="getFile", seconds=100)
    await person.photo(picture(), caption=STYLE)
    await person.hears("sendMessage")
    town.bench.account.chats[person.chat].blocked = True
    before = len(town.bench.calls)
    async with town.control.delete(FAULTS):
        refused = await town.bench.log.until(
            lambda call: call.chat == person.chat and call.method == "sendPhoto", before
        )
    assert town.bench.calls[refused].refused == "Forbidden: bot was blocked by the user"
    # One attempt: no second one, no file instead, no words about it.
    await paints_for(town.person())
    await paints_for(town.person())
    later = [c.method for c in town.bench.calls[refused + 1 :] if c.chat == person.chat]
    assert later == []


# Every fault of the demo's list, at every request that a painting needs.

_HOW: dict[str, dict[str, Any]] = {
    "hang_before": {"seconds": 0.2},
    "hang_after": {"seconds": 0.2},
    "drop_before": {},
    "drop_after": {},
    "slow": {"rate": 20_000},
}
REFUSALS = [
    {"kind": "error", "error_code": code, **({"retry_after": 1} if code == 429 else {})}
    for code in CODES
]
ALL = [*({"kind": kind, **_HOW[kind]} for kind in KINDS if kind != "error"), *REFUSALS]
IN_CHAT = ("sendMessage", "sendPhoto", "sendChatAction", "editMessageCaption", "deleteMessage")
ANYWHERE = ("getUpdates", "getFile", DOWNLOAD, "answerCallbackQuery")
# From the bot's side it cannot be told whether the painting has arrived.
_MAKES_THE_MESSAGE = ("sendMessage", "sendPhoto", "editMessageCaption")
_UNCLEAR = ("drop_before", "drop_after", 502, 503, 504)


def name_of(fault: dict[str, Any]) -> str:
    return "-".join(str(fault[part]) for part in ("kind", "error_code") if part in fault)


def is_unclear(fault: dict[str, Any], method: str) -> bool:
    return method == "sendPhoto" and fault.get("error_code", fault["kind"]) in _UNCLEAR


def is_shut_out(fault: dict[str, Any], method: str) -> bool:
    """Whether it says that the person wants nothing of the bot."""
    return fault.get("error_code") == 403 and method in _MAKES_THE_MESSAGE


@pytest.mark.parametrize("fault", ALL, ids=name_of)
async def test_a_painting_arrives_through(town: Town, fault: dict[str, Any]) -> None:
    start = len(town.bot.log)
    if fault["kind"] == "slow":
        # How a request is read is decided before it is known what for.
        for method in (*IN_CHAT, "getUpdates", "getFile", "answerCallbackQuery"):
            await survives(town, fault, method, in_chat=False)
    else:
        await asyncio.gather(*(survives(town, fault, each, in_chat=True) for each in IN_CHAT))
        for method in ANYWHERE:
            await survives(town, fault, method, in_chat=False)
    assert "Traceback" not in town.bot.log[start:]


async def survives(town: Town, fault: dict[str, Any], method: str, *, in_chat: bool) -> None:
    """Something happens once while somebody sends two photos; then it is as if nothing had been."""
    person = town.person()
    only = {"chat_id": person.chat} if in_chat else {}
    number = await town.order(method=method, **fault, **only)
    photos = [await person.photo(picture(), caption=STYLE)]
    if is_unclear(fault, method):
        asked = await person.reads("did not confirm")
        if fault["kind"] != "drop_after":
            await person.press(asked, "Send it again")
            await person.gets()
    else:
        await gets_it_or_is_left_alone(town, person, fault, method)
    photos.append(await person.photo(picture(1)))
    question = await person.is_asked()
    await person.press(question, TITLE)
    await gets_it_or_is_left_alone(town, person, fault, method)
    photos.append(await person.photo(picture(2), caption=STYLE))
    last = photos[-1]["message_id"]
    await person.hears("sendPhoto", "sendDocument", where=lambda call: call.reply_to == last)
    assert number not in await town.in_force(), f"{method} was never asked for"
    sent = [*town.sent(person, "sendPhoto"), *town.sent(person, "sendDocument")]
    paintings = [each for each in sent if not is_question(each)]
    counts = Counter(call.reply_to for call in paintings)
    assert max(counts.values()) == 1
    if not is_shut_out(fault, method):
        assert set(counts) == {photo["message_id"] for photo in photos}


async def gets_it_or_is_left_alone(
    town: Town, person: Visitor, fault: dict[str, Any], method: str
) -> None:
    refused = [call for call in town.bench.calls if call.refused and call.chat == person.chat]
    is_next = is_shut_out(fault, method) and not refused
    is_now = (method == "editMessageCaption") == any(
        map(is_question, town.sent(person, "sendPhoto"))
    )
    if is_next and is_now:
        await town.bench.log.until(lambda call: bool(call.refused) and call.chat == person.chat)
    else:
        await person.gets()


@pytest.mark.parametrize("kind", ["hang_before", "hang_after"])
async def test_a_time_out_never_brings_a_second_copy(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for limit in ("_CONNECT", "_READ", "_SEND_FILES"):
        monkeypatch.setattr(f"bot.transport.{limit}", 0.2)
    async with opened() as atelier:
        person = atelier.person()
        order = {"kind": kind, "method": "sendPhoto", "seconds": 100}
        atelier.bench.account.faults.add({**order, "chat_id": person.chat})
        await person.photo(picture(), caption=STYLE)
        handle = await atelier.door.next()
        handle.happen(painted(handle))
        asked = await person.reads("did not confirm")
        tries = [call for call in atelier.bench.calls if call.method == "sendPhoto"]
        assert len(tries) == (kind == "hang_after")
        # Telegram does what it was asked, whether anybody still waits for the answer or not.
        atelier.bench.account.faults.clear()
        await person.press(asked, "Send it again")
        await person.gets()
