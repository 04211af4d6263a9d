"""What every executor must do, whatever stands behind its door: `EVERYTHING`, for its tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import pytest

from nst_core import images
from nst_core.errors import DuplicateJob, ExecutorClosed, UnknownJob
from nst_core.executor import (
    Cancelled,
    Event,
    Executor,
    Failed,
    Finished,
    Job,
    JobHandle,
    Previewed,
    Progressed,
    Queued,
)
from nst_core.settings import Settings
from tests.light import LIGHT

MANY = 10_000
"""Steps that no test waits for: such a job must be cancelled."""


@dataclass
class Pictures:
    """Encoded sources for jobs, which are light unless their settings say otherwise."""

    content: bytes
    style: bytes

    def job(self, name: str, user: int = 1, steps: int = 2, **settings: object) -> Job:
        return Job(
            id=name,
            user=user,
            content=self.content,
            styles=(self.style,),
            settings=Settings(size=48, steps=steps, **LIGHT | settings),
        )


async def gather(handle: JobHandle) -> list[Event]:
    return [event async for event in handle.events()]


async def terminal(handle: JobHandle) -> Event:
    return (await gather(handle))[-1]


async def until(handle: JobHandle, wanted: Callable[[Event], bool]) -> Event:
    async for event in handle.events():
        if wanted(event):
            return event
    raise AssertionError("the job ended before that")  # noqa: TRY003, EM101


def kinds(events: list[Event]) -> list[str]:
    """Kinds of events, repeats left out."""
    names = [event.kind for event in events]
    return [name for n, name in enumerate(names) if n == 0 or names[n - 1] != name]


async def a_job_runs_from_queued_to_finished(executor: Executor, pictures: Pictures) -> None:
    handle = await executor.submit(pictures.job("one", steps=4))
    events = await gather(handle)
    assert kinds(events) == ["queued", "started", "progress", "finished"]
    assert [event.terminal for event in events].count(True) == 1
    progress = [event for event in events if isinstance(event, Progressed)]
    assert [event.step for event in progress] == sorted(event.step for event in progress)
    assert {event.job for event in events} == {"one"}
    assert len({event.run for event in events if not isinstance(event, Queued)}) == 1


async def order_is_fair_between_users(executor: Executor, pictures: Pictures) -> None:
    blocker = await executor.submit(pictures.job("blocker", user=9, steps=MANY))
    await until(blocker, lambda event: isinstance(event, Progressed))
    names = [("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2), ("c1", 3)]
    handles = {name: await executor.submit(pictures.job(name, user)) for name, user in names}
    places = {name: await handle.position() for name, handle in handles.items()}
    assert places == {"a1": 1, "b1": 2, "c1": 3, "a2": 4, "a3": 5}
    done: list[str] = []

    async def note(name: str) -> None:
        assert isinstance(await terminal(handles[name]), Finished)
        done.append(name)

    notes = [asyncio.create_task(note(name)) for name in handles]
    await blocker.cancel()
    await asyncio.gather(*notes)
    assert done == ["a1", "b1", "c1", "a2", "a3"]


async def a_result_is_a_png_of_the_right_size(executor: Executor, pictures: Pictures) -> None:
    done = await terminal(await executor.submit(pictures.job("one")))
    assert isinstance(done, Finished)
    assert images.decode(done.image).shape == (done.height, done.width, 3) == (32, 48, 3)
    assert done.report["steps"] == 2
    assert done.image.startswith(b"\x89PNG")


async def previews_come_when_asked(executor: Executor, pictures: Pictures) -> None:
    handle = await executor.submit(pictures.job("one", steps=6, preview_every=3))
    previews = [event for event in await gather(handle) if isinstance(event, Previewed)]
    assert previews
    assert images.decode(previews[-1].image).shape == (32, 48, 3)


async def events_come_while_the_job_runs(executor: Executor, pictures: Pictures) -> None:
    """Many of them, and the listener is not held up by the work."""
    handle = await executor.submit(pictures.job("long", steps=MANY))
    seen: list[int] = []
    async for event in handle.events():
        if isinstance(event, Progressed):
            seen.append(event.step)
            if len(seen) == 10:
                await handle.cancel()
    assert len(seen) >= 10
    assert seen == sorted(seen)
    assert seen[-1] < MANY


async def cancel_of_a_running_job_takes_a_step(executor: Executor, pictures: Pictures) -> None:
    running = await executor.submit(pictures.job("long", steps=MANY))
    await until(running, lambda event: isinstance(event, Progressed))
    await running.cancel()
    await running.cancel()
    assert isinstance(await terminal(running), Cancelled)
    assert isinstance(await terminal(await executor.submit(pictures.job("next"))), Finished)


async def cancel_of_a_waiting_job_is_immediate(executor: Executor, pictures: Pictures) -> None:
    running = await executor.submit(pictures.job("long", steps=MANY))
    await until(running, lambda event: isinstance(event, Progressed))
    names = ("first", "second", "third")
    first, second, third = [await executor.submit(pictures.job(name)) for name in names]
    assert await third.position() == 3
    for waiting in (first, second):
        await waiting.cancel()
        assert kinds(await gather(waiting)) == ["cancelled"]
        assert await waiting.position() is None
    place = await until(third, lambda event: isinstance(event, Queued))
    assert isinstance(place, Queued)
    assert place.position == 1
    await running.cancel()
    assert isinstance(await terminal(third), Finished)


async def cancel_of_an_ended_job_changes_nothing(executor: Executor, pictures: Pictures) -> None:
    handle = await executor.submit(pictures.job("one"))
    await terminal(handle)
    await handle.cancel()
    assert isinstance(await terminal(handle), Finished)


async def a_bad_job_ends_alone(executor: Executor, pictures: Pictures) -> None:
    broken = Pictures(b"no picture", pictures.style).job("broken")
    bad, good = await executor.submit(broken), await executor.submit(pictures.job("good", user=2))
    failed = await terminal(bad)
    assert isinstance(failed, Failed)
    assert (failed.error, failed.reason) == ("ImageRejected", "not_a_picture")
    assert failed.message.endswith(".")
    assert isinstance(await terminal(good), Finished)


async def attach_replays_and_goes_on(executor: Executor, pictures: Pictures) -> None:
    running = await executor.submit(pictures.job("long", steps=MANY))
    await until(running, lambda event: isinstance(event, Progressed))
    again = await executor.attach("long")
    assert isinstance(await until(again, lambda event: isinstance(event, Progressed)), Progressed)
    await again.cancel()
    assert isinstance(await terminal(running), Cancelled)
    assert isinstance(await terminal(await executor.attach("long")), Cancelled)
    with pytest.raises(UnknownJob, match="id nobody"):
        await executor.attach("nobody")


async def who_is_forgotten_leaves_no_painting(executor: Executor, pictures: Pictures) -> None:
    await terminal(await executor.submit(pictures.job("ended", user=7)))
    await terminal(await executor.submit(pictures.job("another's", user=8)))
    running = await executor.submit(pictures.job("running", user=7, steps=MANY))
    await until(running, lambda event: isinstance(event, Progressed))
    await executor.forget(7)
    await running.cancel()
    assert isinstance(await terminal(running), Cancelled)
    for name in ("ended", "running"):
        with pytest.raises(UnknownJob):
            await executor.attach(name)
    assert isinstance(await terminal(await executor.attach("another's")), Finished)


async def ids_are_unique(executor: Executor, pictures: Pictures) -> None:
    handle = await executor.submit(pictures.job("one"))
    with pytest.raises(DuplicateJob, match="id one"):
        await executor.submit(pictures.job("one"))
    await terminal(handle)
    with pytest.raises(DuplicateJob, match="id one"):
        await executor.submit(pictures.job("one"))


async def a_slow_listener_sees_only_the_newest(executor: Executor, pictures: Pictures) -> None:
    handle = await executor.submit(pictures.job("one", steps=50))
    slow = handle.events()
    first = await anext(slow)
    assert isinstance(first, Queued)
    await terminal(handle)
    late = [event async for event in slow]
    assert [event.kind for event in late].count("progress") <= 1
    assert isinstance(late[-1], Finished)


async def close_ends_everything(executor: Executor, pictures: Pictures) -> None:
    running = await executor.submit(pictures.job("long", steps=MANY))
    await until(running, lambda event: isinstance(event, Progressed))
    waiting = await executor.submit(pictures.job("waiting"))
    ends = asyncio.gather(terminal(running), terminal(waiting))
    await executor.close()
    assert {type(event) for event in await ends} == {Cancelled}
    await executor.close()
    with pytest.raises(ExecutorClosed):
        await executor.submit(pictures.job("late"))
    with pytest.raises(ExecutorClosed):
        await executor.start()


EVERYTHING: Final[tuple[Callable[[Executor, Pictures], Awaitable[None]], ...]] = (
    a_job_runs_from_queued_to_finished,
    order_is_fair_between_users,
    a_result_is_a_png_of_the_right_size,
    previews_come_when_asked,
    events_come_while_the_job_runs,
    cancel_of_a_running_job_takes_a_step,
    cancel_of_a_waiting_job_is_immediate,
    cancel_of_an_ended_job_changes_nothing,
    a_bad_job_ends_alone,
    attach_replays_and_goes_on,
    who_is_forgotten_leaves_no_painting,
    ids_are_unique,
    a_slow_listener_sees_only_the_newest,
    close_ends_everything,
)
"""Each takes an executor that was started, and jobs that nobody else has."""
