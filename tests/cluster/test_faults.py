"""Workers, the broker and the bot's side are killed; every job comes to one end all the same."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from amqp import Message

from nst_core import images
from nst_core.cluster import fleet as fleet_module
from nst_core.cluster import link
from nst_core.cluster import watch as watch_module
from nst_core.cluster.executor import CeleryExecutor
from nst_core.cluster.names import NAMES, Names
from nst_core.cluster.outbox import SPACED
from nst_core.errors import BrokerRefused, TooLargeForBroker, UnknownJob
from nst_core.executor import (
    Failed,
    Finished,
    JobHandle,
    Progressed,
    Queued,
    Started,
)
from nst_core.executor.base import TellsFleet
from nst_core.settings import Settings
from tests.acceptance import MANY, Pictures, gather, terminal, until
from tests.cluster.broker import LARGEST_MESSAGE, Broker
from tests.cluster.crew import Crew
from tests.cluster.fake import POISON

Paint = Callable[[int, int], images.Picture]

pytestmark = pytest.mark.cluster


async def running(handle: JobHandle) -> Progressed:
    event = await until(handle, lambda event: isinstance(event, Progressed))
    assert isinstance(event, Progressed)
    return event


async def true(condition: Callable[[], bool]) -> None:
    """Wait for what other processes do."""
    while not condition():  # noqa: ASYNC110 - they tell us nothing
        await asyncio.sleep(0.02)


async def noted(crew: Crew, what: str, count: int) -> list[int]:
    """Wait until workers have noted it so often."""
    await true(lambda: len(crew.notes(what)) >= count)
    return crew.notes(what)


async def workers(executor: CeleryExecutor, count: int) -> None:
    """Wait until so many take jobs."""
    await true(lambda: executor.fleet().workers == count)


async def in_lane(executor: CeleryExecutor, lane: int) -> None:
    """Wait until the broker has a job that no worker has taken."""
    sender = executor._dispatcher.speak()
    while not await sender.waiting(lane):  # noqa: ASYNC110 - the broker tells nobody
        await asyncio.sleep(0.02)


async def test_a_killed_workers_job_runs_elsewhere(
    executor: CeleryExecutor, crew: Crew, pictures: Pictures
) -> None:
    crew.hire(), crew.hire()
    await workers(executor, 2)
    handle = await executor.submit(pictures.job("one", steps=60))
    first = await running(handle)
    [victim] = crew.notes("start")
    next(each for each in crew.workers if each.pid == victim).kill()
    events = await gather(handle)
    assert [event.terminal for event in events].count(True) == 1
    assert isinstance(events[-1], Finished)
    assert events[-1].run != first.run
    starts = crew.notes("start")
    assert len(starts) == 2
    assert len({*starts}) == 2
    assert crew.notes("end") == [starts[1]]


async def test_a_worker_that_is_asked_to_leave_ends_its_job_first(
    executor: CeleryExecutor, crew: Crew, pictures: Pictures
) -> None:
    leaver = crew.hire()
    await workers(executor, 1)
    handle = await executor.submit(pictures.job("one", steps=80))
    later = await executor.submit(pictures.job("two"))
    await running(handle)
    leaver.terminate()
    await workers(executor, 0)
    assert isinstance(await terminal(handle), Finished)
    assert await leaver.ends() == 0
    assert crew.notes("start") == crew.notes("end") == [leaver.pid]
    crew.hire()
    assert isinstance(await terminal(later), Finished), "another one takes what has not begun"
    assert len(crew.notes("start")) == 2


async def test_a_worker_whose_terminal_is_closed_ends_its_job_first(
    executor: CeleryExecutor, crew: Crew, pictures: Pictures
) -> None:
    """Celery would begin anew in the same process, and drop the job."""
    leaver = crew.hire()
    await workers(executor, 1)
    handle = await executor.submit(pictures.job("one", steps=60))
    await running(handle)
    os.kill(leaver.pid, signal.SIGHUP)
    assert isinstance(await terminal(handle), Finished)
    assert await leaver.ends() == 0
    assert crew.notes("start") == [leaver.pid]


async def test_a_poisonous_job_is_given_up_and_harms_no_other(
    executor: CeleryExecutor, crew: Crew, pictures: Pictures
) -> None:
    for _ in range(4):
        crew.hire()
    await workers(executor, 4)
    poison = await executor.submit(pictures.job("poison", seed=POISON))
    good = [await executor.submit(pictures.job(f"good{n}", user=2)) for n in range(2)]
    failed = await terminal(poison)
    assert isinstance(failed, Failed)
    assert failed.error == "WorkersLost"
    for handle in good:
        assert isinstance(await terminal(handle), Finished)
    assert len(crew.notes("start")) - len(crew.notes("end")) == 3


async def test_two_workers_are_nearly_twice_as_fast_as_one(
    executor: CeleryExecutor,
    crew: Crew,
    pictures: Pictures,
    record_property: Callable[[str, object], None],
) -> None:
    """Their steps only wait, so it does not matter how many CPUs the two have."""

    async def paint_six(name: str) -> float:
        begun = time.monotonic()
        handles = [await executor.submit(pictures.job(f"{name}{n}", steps=4)) for n in range(6)]
        done = [await terminal(handle) for handle in handles]
        assert {type(event) for event in done} == {Finished}
        return time.monotonic() - begun

    crew.hire(step=0.2)
    await workers(executor, 1)
    alone = await paint_six("alone")
    crew.hire(step=0.2)
    await workers(executor, 2)
    together = await paint_six("together")
    record_property("times as fast", round(alone / together, 2))
    assert alone > 1.5 * together
    ends = crew.notes("end")[6:]
    assert min(ends.count(worker.pid) for worker in crew.workers) >= 2
    lines = crew.trace.read_text().split()[::2]
    under_way = [lines[:n].count("start") - lines[:n].count("end") for n in range(len(lines))]
    assert max(under_way) == 2, "never more jobs than workers"


async def test_the_broker_is_killed_and_comes_back(
    executor: CeleryExecutor, crew: Crew, pictures: Pictures, broker: Broker
) -> None:
    crew.hire()
    await workers(executor, 1)
    handles = [await executor.submit(pictures.job("long", steps=250))]
    handles += [await executor.submit(pictures.job(f"job{n}")) for n in range(3)]
    await running(handles[0])
    await asyncio.to_thread(broker.kill)
    during = await executor.submit(pictures.job("during", user=2))
    await asyncio.sleep(1)
    begun = len(crew.notes("end"))
    await asyncio.to_thread(broker.start)
    ends = [await gather(handle) for handle in [*handles, during]]
    assert [events[-1].kind for events in ends] == ["finished"] * 5
    assert all(sum(event.terminal for event in events) == 1 for events in ends)
    assert begun <= 1
    # The long job may have been handed out once more, and then was stopped or passed over.
    assert len(crew.notes("end")) == 5


async def test_workers_wait_for_the_bot_after_a_restart_of_the_broker(
    broker: Broker, host: str, crew: Crew, pictures: Pictures
) -> None:
    """What brings orders to them is gone then, and they may not make it."""
    crew.hire()
    first = CeleryExecutor(broker.url(host))
    await first.start()
    await workers(first, 1)
    await first.close()
    await asyncio.to_thread(broker.kill)
    await asyncio.to_thread(broker.start)
    await true(lambda: "waiting for the bot" in crew.said())
    second = CeleryExecutor(broker.url(host))
    await second.start()
    handle = await second.submit(pictures.job("one", steps=MANY))
    await running(handle)
    await handle.cancel()
    await terminal(handle)
    assert crew.notes("stop") == [crew.workers[0].pid]
    await second.close()


async def test_no_two_bots_have_one_name(
    broker: Broker, host: str, crew: Crew, pictures: Pictures, caplog: pytest.LogCaptureFixture
) -> None:
    """Each would get half of the results; the second waits until the first is gone."""
    crew.hire()
    first, second = CeleryExecutor(broker.url(host)), CeleryExecutor(broker.url(host))
    await first.start()
    await workers(first, 1)
    await second.start()
    assert "Another bot of the same name" in caplog.text
    assert not second.fleet().connected
    for number in range(4):
        assert isinstance(await terminal(await first.submit(pictures.job(f"{number}"))), Finished)
    waiting = await second.submit(pictures.job("second"))
    await first.close()
    assert isinstance(await terminal(waiting), Finished)
    await second.close()


async def test_results_that_came_while_the_bot_was_down_arrive_once(
    broker: Broker, host: str, crew: Crew, pictures: Pictures
) -> None:
    crew.hire()
    first = CeleryExecutor(broker.url(host))
    await first.start()
    await workers(first, 1)
    handles = [await first.submit(pictures.job(name, steps=20)) for name in ("one", "two")]
    await running(handles[0])
    await first.close()
    await noted(crew, "end", 2)
    second = CeleryExecutor(broker.url(host))
    await second.start()
    for name in ("one", "two"):
        event = await terminal(await second.attach(name))
        assert isinstance(event, Finished)
        assert event.job == name
    with pytest.raises(UnknownJob):
        await second.attach("three")
    await second.close()
    assert len(crew.notes("start")) == 2


async def test_who_is_forgotten_leaves_no_painting_of_an_earlier_process(
    broker: Broker, host: str, crew: Crew, pictures: Pictures
) -> None:
    crew.hire()
    first = CeleryExecutor(broker.url(host))
    await first.start()
    await running(await first.submit(pictures.job("one", user=7)))
    await first.close()
    await noted(crew, "end", 1)
    second = CeleryExecutor(broker.url(host))
    await second.start()
    # People have other numbers in another process.
    assert isinstance(await terminal(await second.attach("one", user=8)), Finished)
    left = weakref.ref(second.book.find("one"))
    await second.forget(8)
    with pytest.raises(UnknownJob):
        await second.attach("one")
    gc.collect()
    assert left() is None
    await second.close()


async def test_a_job_that_still_runs_is_attached_to(
    broker: Broker, host: str, crew: Crew, pictures: Pictures
) -> None:
    crew.hire()
    first = CeleryExecutor(broker.url(host))
    await first.start()
    await running(await first.submit(pictures.job("one", steps=150)))
    await first.close()
    second = CeleryExecutor(broker.url(host))
    await second.start()
    events = await gather(await second.attach("one"))
    assert {"started", "progress", "finished"} <= {event.kind for event in events}
    await second.close()
    assert len(crew.notes("start")) == 1


async def test_what_was_only_waiting_is_not_painted_twice(
    broker: Broker, host: str, crew: Crew, pictures: Pictures
) -> None:
    """The broker has it still, and the bot, which does not know that, hands it over again."""
    crew.hire()
    first = CeleryExecutor(broker.url(host))
    await first.start()
    await running(await first.submit(pictures.job("long", steps=100)))
    await first.submit(pictures.job("next"))
    await in_lane(first, 1024)
    await first.close()
    second = CeleryExecutor(broker.url(host))
    await second.start()
    with pytest.raises(UnknownJob):
        await second.attach("next")
    handle = await second.submit(pictures.job("next"))
    assert isinstance(await terminal(handle), Finished)
    last = await second.submit(pictures.job("last"))
    assert isinstance(await terminal(last), Finished)
    assert len(crew.notes("end")) == 3
    await second.close()


async def test_a_cancelled_job_is_stopped_by_the_next_process(
    broker: Broker, host: str, crew: Crew, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "ORPHANED", 0.5)
    crew.hire()
    first = CeleryExecutor(broker.url(host))
    await first.start()
    await running(await first.submit(pictures.job("one", steps=MANY)))
    await first.close()
    second = CeleryExecutor(broker.url(host))
    await second.start()
    await noted(crew, "stop", 1)
    await second.close()


async def test_that_nobody_is_there_is_told(
    broker: Broker, host: str, crew: Crew, pictures: Pictures
) -> None:
    executor = CeleryExecutor(broker.url(host), patience=0.5)
    assert isinstance(executor, TellsFleet)
    await executor.start()
    handle = await executor.submit(pictures.job("one"))
    told = await until(handle, lambda event: isinstance(event, Queued) and event.unattended)
    assert isinstance(told, Queued)
    assert (told.position, told.eta) == (1, None)
    assert executor.fleet().connected
    crew.hire()
    await until(handle, lambda event: isinstance(event, Queued) and not event.unattended)
    assert isinstance(await terminal(handle), Finished)
    await executor.close()


async def test_a_job_that_was_lost_on_its_way_is_handed_over_again(
    executor: CeleryExecutor,
    crew: Crew,
    pictures: Pictures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two lanes; the worker of the larger one is gone for good with a job in its lane."""
    monkeypatch.setattr(watch_module, "LOST", 1.0)
    monkeypatch.setattr(fleet_module, "GONE", 3.0)
    large = crew.hire("--largest", "2048")
    await workers(executor, 1)
    blocker = await executor.submit(pictures.job("blocker", steps=150))
    await running(blocker)
    waiting = await executor.submit(pictures.job("waiting"))
    await in_lane(executor, 2048)
    large.kill()
    crew.hire("--largest", "1024")
    for handle in (waiting, blocker):
        assert isinstance(await terminal(handle), Finished)


async def test_a_job_that_nobody_has_any_more_may_be_submitted_again(
    broker: Broker, host: str, crew: Crew, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot was killed, then the worker, and the broker has lost what it had."""
    monkeypatch.setattr(watch_module, "LOST", 1.0)
    monkeypatch.setattr(fleet_module, "GONE", 3.0)
    worker = crew.hire()
    first = CeleryExecutor(broker.url(host))
    await first.start()
    await running(await first.submit(pictures.job("one", steps=MANY)))
    await first.close()
    second = CeleryExecutor(broker.url(host))
    await second.start()
    left = await second.attach("one")
    await running(left)
    worker.kill()
    await in_lane(second, 1024)
    with link.connect(broker.url(host)) as connection:
        connection.default_channel.queue_purge(NAMES.lane(1024))
    failed = await terminal(left)
    assert isinstance(failed, Failed)
    assert failed.error == "UnknownJob"
    with pytest.raises(UnknownJob):
        await second.attach("one")
    again = await second.submit(pictures.job("one"))
    crew.hire()
    assert isinstance(await terminal(again), Finished)
    await second.close()


@pytest.fixture
def large(gradient: Paint) -> Pictures:
    return Pictures(images.encode_png(gradient(100, 1500)), images.encode_jpeg(gradient(40, 50)))


async def test_large_pictures_go_only_to_those_that_can(
    executor: CeleryExecutor, crew: Crew, pictures: Pictures, large: Pictures
) -> None:
    small = crew.hire("--largest", "1024")
    await workers(executor, 1)
    job = replace(large.job("large"), settings=Settings(size=2048, steps=2))
    waiting = await executor.submit(job)
    done = await executor.submit(pictures.job("small"))
    assert isinstance(await terminal(done), Finished), "not held up by one that nobody can paint"
    assert await waiting.position() == 1
    able = crew.hire("--largest", "2048")
    assert isinstance(await terminal(waiting), Finished)
    assert crew.notes("end") == [small.pid, able.pid]
    await workers(executor, 2)
    handles = [await executor.submit(pictures.job(f"job{n}", steps=20)) for n in range(2)]
    for handle in handles:
        assert isinstance(await terminal(handle), Finished)
    assert {*crew.notes("end")[2:]} == {small.pid, able.pid}, "who is idle helps out"


async def test_an_old_worker_takes_no_job_that_it_does_not_understand(
    broker: Broker, host: str, crew: Crew
) -> None:
    executor = CeleryExecutor(broker.url(host), names=Names(1), patience=0.5)
    await executor.start()
    crew.hire()
    await workers(executor, 1)
    await executor.close()
    newer = CeleryExecutor(broker.url(host), names=Names(2), patience=0.5)
    with pytest.raises(BrokerRefused, match=r"rights.*stylegram\.v2"):
        await newer.start()
    await newer.close()


async def test_a_workers_user_can_do_no_more_than_work(
    broker: Broker, host: str, executor: CeleryExecutor
) -> None:
    """It may neither submit, nor read results, nor touch a queue."""
    assert not executor.book.closed
    names = NAMES
    forbidden: list[Callable[[Any], object]] = [
        lambda channel: channel.basic_publish(Message(b""), names.jobs, "1024"),
        lambda channel: channel.basic_publish(Message(b""), names.orders),
        lambda channel: channel.basic_get(names.results("bot")),
        lambda channel: channel.queue_delete(names.lane(1024)),
        lambda channel: channel.queue_purge(names.results("bot")),
        lambda channel: channel.queue_declare("mine", exclusive=True),
        lambda channel: channel.queue_bind(names.lane(1024), names.events, "#"),
        lambda channel: channel.exchange_delete(names.events),
        lambda channel: channel.exchange_delete(names.orders),
        lambda channel: channel.exchange_declare(names.orders, "direct"),
    ]
    for attempt in forbidden:
        url = broker.url(host, "gpu")
        with link.connect(url) as connection, pytest.raises(BrokerRefused), link.plainly(url):
            attempt(connection.default_channel)


async def test_what_is_too_large_for_the_broker_fails_alone(
    executor: CeleryExecutor, crew: Crew, pictures: Pictures
) -> None:
    crew.hire("--largest", "2048")
    await workers(executor, 1)
    job = pictures.job("large")
    large = await executor.submit(replace(job, mask=bytes(2 * LARGEST_MESSAGE)))
    good = await executor.submit(pictures.job("good"))
    failed = await terminal(large)
    assert isinstance(failed, Failed)
    assert failed.error == TooLargeForBroker.__name__
    assert isinstance(await terminal(good), Finished)
    # Noise cannot be packed: as PNG it is larger than as JPEG.
    noise = np.random.default_rng(0).random((2000, 2000, 3), np.float32)
    photo = images.encode_jpeg(noise, 50)
    assert len(photo) < LARGEST_MESSAGE
    settings = Settings(size=2000, steps=1)
    job = replace(job, id="painted", content=photo, settings=settings)
    failed = await terminal(await executor.submit(job))
    assert isinstance(failed, Failed)
    assert failed.error == TooLargeForBroker.__name__
    assert isinstance(await terminal(await executor.submit(pictures.job("last"))), Finished)


async def test_a_worker_that_hangs_makes_room_for_a_new_one(
    executor: CeleryExecutor, crew: Crew, pictures: Pictures
) -> None:
    """A step that takes for ever; the worker is told that one second is too long."""
    hanging = crew.hire("--hanging", "1", step=3600)
    await workers(executor, 1)
    handle = await executor.submit(pictures.job("one"))
    await noted(crew, "start", 1)
    await handle.cancel()
    assert await hanging.ends() == 70
    crew.hire()
    assert isinstance(await terminal(await executor.submit(pictures.job("next"))), Finished)


async def test_wrong_passwords_are_told_in_plain_words(broker: Broker, host: str) -> None:
    for user, password in (("bot", "s3cret"), ("nobody", None)):
        url = broker.url(host, user, password)
        executor = CeleryExecutor(url)
        for _ in range(2):
            with pytest.raises(BrokerRefused) as caught:
                await executor.start()
        # Each start ended what it had begun.
        assert not [each for each in threading.enumerate() if each.name.startswith("nst-")]
        assert "s3cret" not in str(caught.value)
        assert "127.0.0.1" in str(caught.value)
        await executor.close()


async def test_a_fast_worker_tells_no_more_than_anybody_sees(
    executor: CeleryExecutor, crew: Crew, pictures: Pictures
) -> None:
    """By its own clock; one of each kind may be the first, and one the last."""
    crew.hire(step=0.005)
    events = await gather(await executor.submit(pictures.job("one", steps=200, preview_every=4)))
    [*_, last] = [event for event in events if isinstance(event, Progressed)]
    for kind, spacing in SPACED.items():
        assert 2 <= sum(isinstance(event, kind) for event in events) <= last.seconds / spacing + 2


async def test_started_is_told_once_for_each_run(
    executor: CeleryExecutor, crew: Crew, pictures: Pictures
) -> None:
    crew.hire()
    await workers(executor, 1)
    events = await gather(await executor.submit(pictures.job("one", steps=10)))
    assert sum(isinstance(event, Started) for event in events) == 1
