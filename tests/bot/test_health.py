"""`/healthz` and `/livez`: red for each reason, when it is caused, and green again."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import aiohttp
import pytest
from lo_bot_api_emulator import ApiRefusal

from bot.demo.server import serving as demo_serving
from bot.health import Health, watch_loop
from bot.inbox import Inbox
from bot.metered import Metered
from bot.metrics import Metrics
from bot.polling import Poller
from bot.web import monitor, serving
from nst_core.errors import Cancelled
from nst_core.executor import Cancelled as Ended
from nst_core.executor import Event, Job, JobHandle, LocalExecutor, Queued, Started
from tests.bot.bench import Bench, Visitor
from tests.bot.calls import PATIENCE, Fault
from tests.bot.door import picture
from tests.bot.process import environment, running
from tests.bot.test_webhook import offline

if TYPE_CHECKING:
    from nst_core.engine import Engine  # loads TensorFlow


@dataclass
class Clinic:
    """Health that is asked about over HTTP, by a clock in the test's hand."""

    health: Health
    metrics: Metrics
    client: aiohttp.ClientSession
    time: list[float]

    def value(self, name: str) -> float:
        value = self.metrics.registry.get_sample_value(name)
        assert value is not None
        return value

    async def report(self, path: str = "/healthz") -> tuple[int, dict[str, Any]]:
        return await report(self.client, path)

    async def is_ready(self) -> None:
        assert await self.report() == (200, {"live": True, "ready": True, "reasons": {}})

    async def is_not(self, reason: str, words: str) -> None:
        """Alive, but not ready, for one reason."""
        status, told = await self.report()
        assert (status, told["live"], told["ready"]) == (503, True, False)
        assert told["reasons"] == {reason: words}
        assert (await self.report("/livez"))[0] == 200


async def report(client: aiohttp.ClientSession, path: str = "/healthz") -> tuple[int, Any]:
    async with client.get(path) as response:
        assert response.headers["Cache-Control"] == "no-store"
        return response.status, await response.json()


class Studio:
    """An engine that hangs, in the true compute thread, until it is let go."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.broken = False
        self.loads = threading.Event()
        self.loads.set()

    def warm_up(self) -> None:
        self.loads.wait()
        if self.broken:
            msg = "no such device"
            raise RuntimeError(msg)

    def rehearsal(self) -> Iterator[Callable[[], object]]:
        return iter(())

    def stylize(self, *_: Any, **__: Any) -> Any:
        self.goes_on.wait()
        raise Cancelled

    def executor(self) -> LocalExecutor:
        return LocalExecutor(lambda: cast("Engine", self))


@pytest.fixture
async def clinic() -> AsyncIterator[Clinic]:
    now = [0.0]
    health, metrics = Health(lambda: now[0]), Metrics()
    async with (
        serving(monitor(health, metrics), "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
    ):
        yield Clinic(health, metrics, client, now)


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    studio = Studio()
    yield studio
    studio.goes_on.set()
    studio.loads.set()


async def started(clinic: Clinic, studio: Studio) -> Metered:
    """An executor that is ready, at a bot that hears Telegram."""
    executor = Metered(studio.executor(), clinic.metrics, clinic.health)
    await executor.start()
    clinic.health.heard()
    await clinic.is_ready()
    return executor


async def until(handle: JobHandle, kind: type[Event]) -> None:
    async for event in handle.events():
        if isinstance(event, kind):
            return


def job(name: str) -> Job:
    return Job(id=name, user=1, content=picture(), styles=(picture(1),))


async def test_an_engine_that_loads_for_ever(clinic: Clinic, studio: Studio) -> None:
    studio.loads.clear()
    # While Telegram cannot be reached, nothing is started.
    clinic.time[0] += 3600
    assert (await clinic.report("/livez"))[0] == 200
    executor = Metered(studio.executor(), clinic.metrics, clinic.health)
    starting = asyncio.create_task(executor.start())
    for seconds in (0, 1800):
        clinic.time[0] += seconds
        clinic.health.heard()
        await clinic.is_not("engine", "The engine is starting.")
    clinic.time[0] += 1
    assert (await clinic.report("/livez"))[0] == 503
    assert clinic.health.hopeless
    studio.loads.set()
    await starting
    await clinic.is_ready()
    await executor.close()


async def test_telegram_is_silent(clinic: Clinic, studio: Studio, inbox: Inbox) -> None:
    executor = Metered(studio.executor(), clinic.metrics, clinic.health)
    await executor.start()
    await clinic.is_not("telegram", "Nothing has been heard from Telegram yet.")
    async with demo_serving() as demo:
        bench = Bench(demo)
        application = offline(demo.address)
        await application.bot.initialize()
        poller = Poller(application.bot, inbox, clinic.metrics, clinic.health)
        listening = asyncio.create_task(poller.run())
        await Visitor(bench, *(2 * [bench.account.add_person("Somebody").id])).say("hello")
        await inbox.queue.get()
        await clinic.is_ready()
        listening.cancel()
        await asyncio.wait({listening})
        await application.bot.shutdown()
    clinic.time[0] += 90
    await clinic.is_ready()
    clinic.time[0] += 1
    await clinic.is_not("telegram", "Telegram has been silent for 91 s.")
    clinic.health.heard()
    await clinic.is_ready()
    await executor.close()


async def test_the_engine_starts_and_breaks_down(clinic: Clinic, studio: Studio) -> None:
    clinic.health.heard()
    await clinic.is_not("engine", "The engine is starting.")
    studio.broken = True
    executor = Metered(studio.executor(), clinic.metrics, clinic.health)
    with pytest.raises(RuntimeError):
        await executor.start()
    await clinic.is_not("engine", "The engine broke down.")
    # The next job tries again by itself.
    studio.broken = False
    studio.goes_on.set()
    handle = await executor.submit(job("one"))
    await until(handle, Ended)
    await clinic.is_ready()
    await executor.close()


async def test_the_compute_thread_is_silent(clinic: Clinic, studio: Studio) -> None:
    executor = await started(clinic, studio)
    handles = [await executor.submit(job(name)) for name in ("one", "two")]
    await until(handles[0], Started)
    await clinic.is_ready()
    clinic.time[0] += 301
    clinic.health.heard()
    status, told = await clinic.report()
    assert (status, told["live"]) == (503, False)
    assert told["reasons"] == {"compute": "A running job has been silent for 301 s."}
    assert (await clinic.report("/livez"))[0] == 503
    # Nobody waits for the job any more, but the thread hangs all the same.
    await handles[0].cancel()
    assert (await clinic.report("/livez"))[0] == 503
    studio.goes_on.set()
    await until(handles[1], Ended)
    await clinic.is_ready()
    await executor.close()


async def test_a_job_that_waits_is_no_silence(clinic: Clinic, studio: Studio) -> None:
    executor = Metered(studio.executor(), clinic.metrics, clinic.health)
    handle = await executor.submit(job("early"))
    await until(handle, Queued)
    clinic.time[0] += 1000
    clinic.health.heard()
    await clinic.is_not("engine", "The engine is starting.")
    await executor.close()


async def test_a_job_that_another_process_has_left_is_watched_as_well(
    clinic: Clinic, studio: Studio
) -> None:
    inner = studio.executor()
    await inner.start()
    left = await inner.submit(job("left"))
    await until(left, Started)
    executor = Metered(inner, clinic.metrics, clinic.health)
    handle = await executor.attach(left.id)
    await until(handle, Started)
    await clinic.report()
    clinic.time[0] += 301
    _, told = await clinic.report()
    assert "compute" in told["reasons"]
    assert clinic.value("stylegram_jobs_running") == 1
    studio.goes_on.set()
    await until(handle, Ended)
    await clinic.report()
    assert clinic.value("stylegram_jobs_running") == 0
    await executor.close()


async def test_the_event_loop_is_busy(
    clinic: Clinic, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.health._TICK", 0.01)
    executor = await started(clinic, studio)
    watching = asyncio.create_task(watch_loop(clinic.health, clinic.metrics))
    await lag_is_measured(clinic, 1)
    time.sleep(1.2)  # noqa: ASYNC251 - this is what must not happen
    status, told = await clinic.report()
    assert (status, told["live"]) == (503, True)
    assert told["reasons"]["loop"].startswith("The event loop was late by 1.")
    assert clinic.value("stylegram_loop_lag_seconds_sum") > 1.1
    await lag_is_measured(clinic, 100)
    await clinic.is_ready()
    watching.cancel()
    await executor.close()


async def lag_is_measured(clinic: Clinic, times: int) -> None:
    name = "stylegram_loop_lag_seconds_count"
    until = clinic.value(name) + times
    async with asyncio.timeout(PATIENCE):
        while clinic.value(name) < until:
            await clinic.report()


async def test_the_bot_leaves(clinic: Clinic, studio: Studio) -> None:
    executor = await started(clinic, studio)
    clinic.health.stopping = True
    await clinic.is_not("stopping", "The bot is leaving.")
    await executor.close()


async def test_a_bot_is_alive_before_it_is_ready() -> None:
    async with demo_serving() as demo:
        bench = Bench(demo)
        gone = ApiRefusal("Bad Gateway", 502)
        bench.break_with(Fault("getMe", gone, times=99))
        settings = environment(
            demo.address, Path(), STYLEGRAM_METRICS_PORT="0", STYLEGRAM_LOG_LEVEL="INFO"
        )
        async with (
            running("tests.bot.sprint", **settings) as bot,
            aiohttp.ClientSession(await bot.monitor()) as client,
        ):
            await bot.logs("Telegram cannot be reached")
            status, told = await report(client)
            assert (status, told["live"]) == (503, True)
            assert set(told["reasons"]) == {"telegram", "engine"}
            assert (await report(client, "/livez"))[0] == 200
            bench.account.faults.clear()
            await bot.logs("is listening")
            assert await report(client) == (200, {"live": True, "ready": True, "reasons": {}})
            assert await bot.stop() == 0
            assert "Traceback" not in bot.log


@pytest.mark.parametrize("variable", ["STYLEGRAM_METRICS_PORT", "STYLEGRAM_WEBHOOK_PORT"])
async def test_a_port_that_another_has_ends_with_one_line(variable: str) -> None:
    async with demo_serving() as demo:
        Bench(demo)
        taken = demo.address.rpartition(":")[2]
        settings = environment(demo.address, Path(), STYLEGRAM_WEBHOOK="http://127.0.0.1:1")
        async with running("tests.bot.sprint", **settings, **{variable: taken}) as bot:
            assert await bot.ends() == 1
            assert f"Port {taken} of 127.0.0.1 cannot be had" in bot.log
