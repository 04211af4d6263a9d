"""The true bot with workers elsewhere: a real process, the demo server, a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.demo.server import serving
from tests.bot.bench import Bench, Visitor
from tests.bot.crash import crash
from tests.bot.door import picture
from tests.bot.process import environment, running
from tests.cluster.broker import Broker
from tests.cluster.crew import Crew
from tests.cluster.road import forwarding
from tests.cluster.test_faults import noted, true
from tests.ports import free_port

pytestmark = pytest.mark.cluster


@dataclass
class Place:
    """Somebody in a chat, and what the bot's process is to be told."""

    visitor: Visitor
    bench: Bench
    settings: dict[str, str]

    @property
    def paintings(self) -> int:
        return sum(call.method == "sendPhoto" for call in self.bench.calls if not call.refused)

    async def order(self) -> None:
        await self.visitor.photo(picture(1), caption="mosaic")

    async def told(self, words: str) -> None:
        """Wait until the progress message says it."""
        methods = ("editMessageText", "editMessageCaption", "editMessageMedia", "sendPhoto")
        await self.visitor.hears(*methods, where=lambda call: words in str(call.fields))


def celery(broker: Broker, host: str) -> dict[str, str]:
    return {"STYLEGRAM_EXECUTOR": "celery", "STYLEGRAM_BROKER_URL": broker.url(host)}


@pytest.fixture
async def place(broker: Broker, host: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with serving() as demo:
        bench = Bench(demo)
        user = bench.account.add_person("Somebody", "en").id
        settings = environment(
            demo.address,
            Path(),
            STYLEGRAM_DATA=str(tmp_path / "data"),
            STYLEGRAM_METRICS_PORT="0",
            STYLEGRAM_STEPS="150",
            **celery(broker, host),
        )
        yield Place(Visitor(bench, user, user), bench, settings)


async def test_a_killed_bot_delivers_what_was_painted_meanwhile_once(
    place: Place, crew: Crew
) -> None:
    crew.hire(step=0.03)
    async with running("bot", **place.settings) as bot:
        await bot.logs("is listening")
        await place.order()
        await noted(crew, "start", 1)
        await place.told("%")
    assert place.paintings == 0
    await noted(crew, "end", 1)
    async with running("bot", **place.settings) as bot:
        await place.visitor.hears("sendPhoto")
        await place.visitor.hears("deleteMessage")
        assert "secret" not in bot.log
        assert await bot.stop() == 0
    assert place.paintings == 1
    assert len(crew.notes("start")) == 1


async def test_a_bot_that_leaves_lets_the_worker_go_on(place: Place, crew: Crew) -> None:
    crew.hire(step=0.03)
    async with running("bot", **place.settings) as bot:
        await place.order()
        await place.told("%")
        assert await bot.stop() == 0
    async with running("bot", **place.settings):
        await place.visitor.hears("sendPhoto")
    assert (place.paintings, len(crew.notes("start"))) == (1, 1)


async def test_that_no_worker_is_there_is_said_in_the_chat(place: Place, crew: Crew) -> None:
    async with running("bot", **place.settings) as bot, aiohttp.ClientSession() as client:
        monitor = await bot.monitor()
        await bot.logs("is listening")
        await place.order()
        await place.told("Nobody is there to paint")
        async with client.get(f"{monitor}/healthz") as answer:
            told = await answer.json()
        assert told["reasons"] == {"workers": "No worker is connected."}
        crew.hire(step=0.001)
        await place.visitor.hears("sendPhoto")
        async with client.get(f"{monitor}/metrics") as answer:
            said = await answer.text()
        assert "stylegram_workers 1.0" in said
        assert "stylegram_broker_connected 1.0" in said


async def test_what_no_worker_survives_is_told_to_its_owner(place: Place, crew: Crew) -> None:
    for _ in range(3):
        crew.hire("--deadly")
    async with running("bot", **place.settings):
        await place.order()
        await place.visitor.reads("brings me down")
    assert len(crew.notes("start")) == 3


async def test_kills_at_random_moments_leave_one_painting_each(
    broker: Broker, host: str, crew: Crew
) -> None:
    crew.hire(step=0.002), crew.hire(step=0.002)

    async def also() -> None:
        crew.workers[-2].kill()
        crew.hire(step=0.002)

    report = await crash(kills=3, seed=5, module="bot", also=also, **celery(broker, host))
    assert report.sent > 3
    assert 0 not in report.outcomes
    assert report.unasked == 0
    assert report.stuck == 0


async def test_the_broker_may_be_late(place: Place, crew: Crew, broker: Broker) -> None:
    """The bot listens all the same, and people's pictures wait."""
    port = free_port()
    url = place.settings["STYLEGRAM_BROKER_URL"].replace(f":{broker.port}/", f":{port}/")
    async with running("bot", **{**place.settings, "STYLEGRAM_BROKER_URL": url}) as bot:
        await bot.logs("Starting without the broker")
        await bot.logs("is listening")
        await place.order()
        async with forwarding(port, broker.port):
            crew.hire(step=0.001)
            await place.visitor.hears("sendPhoto")
    await true(lambda: place.paintings == 1)


async def test_a_bot_that_is_not_let_in_says_so(place: Place) -> None:
    url = place.settings["STYLEGRAM_BROKER_URL"].replace("bot-secret", "s3cret")
    async with running("bot", **{**place.settings, "STYLEGRAM_BROKER_URL": url}) as bot:
        assert await bot.ends() == 1
        assert "does not let us in" in bot.log
        assert "s3cret" not in bot.log
