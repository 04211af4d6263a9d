"""What every executor must do, whatever stands behind its door. Imported by its test modules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from nst_core.executor import Event, Executor, Finished, Job, JobHandle, Progressed, Queued
from nst_core.settings import Settings

MANY = 10_000
"""Steps that no test waits for: such a job must be cancelled."""


@dataclass
class Pictures:
    """Encoded sources for jobs."""

    content: bytes
    style: bytes

    def job(self, name: str, user: int = 1, steps: int = 2, **settings: object) -> Job:
        return Job(
            id=name,
            user=user,
            content=self.content,
            styles=(self.style,),
            settings=Settings(size=48, steps=steps, **settings),  # type: ignore[arg-type]
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
