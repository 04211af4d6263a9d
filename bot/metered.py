"""An executor that is watched: its work is measured, and its silence noticed."""

from __future__ import annotations

import asyncio
from time import perf_counter

from bot.health import Engine, Health
from bot.metrics import Metrics, Phase
from nst_core.executor.base import (
    Event,
    Executor,
    Failed,
    Finished,
    FleetState,
    Job,
    JobHandle,
    Queued,
    Started,
    TellsFleet,
    TellsMemory,
)
from nst_core.memory import DeviceMemory

__all__ = ["Metered"]


class Metered:
    """Passes everything on to `executor`.

    It follows each job by itself, to the end: whoever asked for one may lose interest, and the
    thread that paints it be at work on it still.
    """

    def __init__(self, executor: Executor, metrics: Metrics, health: Health) -> None:
        self._executor = executor
        self._metrics = metrics
        self._health = health
        health.fleet = self.fleet
        self._following: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """See `Executor.start`."""
        self._health.engine = Engine.STARTING
        try:
            await self._executor.start()
        except Exception:
            self._health.engine = Engine.BROKEN
            raise
        self._health.engine = Engine.READY

    async def submit(self, job: Job) -> JobHandle:
        """See `Executor.submit`."""
        return self._watched(await self._executor.submit(job))

    async def attach(self, job_id: str, user: int = 0) -> JobHandle:
        """See `Executor.attach`."""
        return self._watched(await self._executor.attach(job_id, user))

    async def forget(self, user: int) -> None:
        """See `Executor.forget`."""
        await self._executor.forget(user)

    def _watched(self, handle: JobHandle) -> JobHandle:
        task = asyncio.create_task(self._follow(handle))
        self._following.add(task)
        task.add_done_callback(self._followed)
        return handle

    async def close(self) -> None:
        """See `Executor.close`."""
        await self._executor.close()
        following = set(self._following)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)

    def memory(self) -> DeviceMemory | None:
        """See `TellsMemory.memory`."""
        return self._executor.memory() if isinstance(self._executor, TellsMemory) else None

    def fleet(self) -> FleetState | None:
        """Who paints elsewhere; None where this machine does."""
        return self._executor.fleet() if isinstance(self._executor, TellsFleet) else None

    def _followed(self, task: asyncio.Task[None]) -> None:
        self._following.discard(task)
        # Whoever ordered the job hears of it as well, and says so.
        if not task.cancelled():
            task.exception()

    async def _follow(self, handle: JobHandle) -> None:
        course = _Course(self._metrics)
        try:
            async for event in handle.events():
                course.follow(event)
                if isinstance(event, Started):
                    # It may have come to life by itself, after a start that failed.
                    self._health.engine = Engine.READY
                # What hangs on another machine is mended there, and not by our leaving.
                if not isinstance(event, Queued) and self.fleet() is None:
                    self._health.beat(handle.id)
        finally:
            self._health.rest(handle.id)
            course.end()


class _Course:
    """Where one job is, and since when."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._place = metrics.waiting
        self._place.inc()
        self._since = perf_counter()

    def follow(self, event: Event) -> None:
        match event:
            case Started() if self._place is self._metrics.waiting:
                self._end_phase(Phase.QUEUE)
                self._place.dec()
                self._place = self._metrics.running
                self._place.inc()
            case Finished() | Failed() if self._place is self._metrics.running:
                self._end_phase(Phase.PAINT)

    def end(self) -> None:
        self._place.dec()

    def _end_phase(self, phase: Phase) -> None:
        self._metrics.took(phase, perf_counter() - self._since)
        self._since = perf_counter()
