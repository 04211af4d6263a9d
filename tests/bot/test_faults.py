"""Bad days: what Telegram and the net do to a bot, ordered at the demo's control door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.demo.server import serving
from tests.bot.bench import Bench, Visitor
from tests.bot.calls import TOKEN, Call
from tests.bot.door import picture
from tests.bot.process import environment, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

STYLE = "mosaic"
FAULTS = f"/demo/bots/{TOKEN.partition(':')[0]}/faults"


@dataclass
class Town:
    """A bot that paints in no time, its server, and the control door."""

    bench: Bench
    control: aiohttp.ClientSession

    def person(self) -> Visitor:
        number = self.bench.account.add_person("Somebody").id
        return Visitor(self.bench, number, number)

    async def order(self, **fault: Any) -> None:
        async with self.control.post(FAULTS, json=fault) as response:
            assert response.status == 200, await response.text()

    def sent(self, person: Visitor, method: str) -> list[Call]:
        """What arrived: calls that the server has carried out."""
        calls = self.bench.calls
        return [c for c in calls if (c.method, c.chat) == (method, person.chat) and not c.refused]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lasting() -> AsyncIterator[Town]:
    async with serving() as demo, aiohttp.ClientSession(demo.address) as control:
        bench = Bench(demo)
        async with running("tests.bot.sprint", **environment(demo.address, Path())):
            await bench.log.until(lambda call: call.method == "setMyCommands")
            yield Town(bench, control)


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
