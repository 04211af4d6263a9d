"""`LocalExecutor`: the executor of one machine, one compute thread that owns its device."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from nst_core.errors import (
    DuplicateJob,
    ExecutorClosed,
    SketchUnavailable,
    UnknownJob,
    WeightsError,
)
from nst_core.executor.base import Cancelled, Event, Finished, Job, Progressed, Queued
from nst_core.executor.forecast import Forecast, effort_of
from nst_core.executor.journal import Journal
from nst_core.executor.queue import FairQueue
from nst_core.memory import DeviceMemory
from nst_core.sketch import default_sketcher

if TYPE_CHECKING:
    from nst_core.engine import Engine

__all__ = ["LocalExecutor"]

_LOG = logging.getLogger(__name__)

KEPT: Final = 32
"""Ended jobs that can still be attached to; each holds its finished picture, not its sources."""


@dataclass(eq=False)
class _Entry:
    job: Job
    effort: int | None
    journal: Journal = field(default_factory=Journal)
    stop: threading.Event = field(default_factory=threading.Event)


class LocalExecutor:
    """Runs jobs one after the other in a thread of its own, round robin between users.

    All bookkeeping is on the event loop; the thread only computes, and its events come back
    through the loop, so the loop never waits for it.

    Args:
        engine: makes the engine, in the compute thread; one of its own over VGG19 unless a test
            brings another.
    """

    def __init__(self, engine: Callable[[], Engine] | None = None) -> None:
        self._make_engine = engine or _default_engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="nst-compute")
        self._entries: dict[str, _Entry] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._queue: FairQueue[_Entry] = FairQueue()
        self._forecast = Forecast()
        self._arrived = asyncio.Event()
        self._running: _Entry | None = None
        self._starting: asyncio.Future[None] | None = None
        self._failed = False
        self._dispatcher: asyncio.Task[None] | None = None
        self._closed = False

    async def start(self) -> None:
        """Load the network in the compute thread, then begin to serve the queue. Idempotent.

        Where its weights cannot be had, the queue is served with sketches. Where that fails, too,
        the jobs that wait fail with it; the next job, or another call of this, tries again.

        Raises:
            WeightsError: neither the weights nor a sketch can be had.
            ExecutorClosed: `close` was called before.
        """
        self._check_open()
        self._failed = False
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
        await self._starting

    async def submit(self, job: Job) -> LocalHandle:
        """See `Executor.submit`. Jobs may be submitted before `start`; they wait."""
        self._check_open()
        if job.id in self._entries:
            msg = f"A job with the id {job.id} was submitted before."
            raise DuplicateJob(msg)
        entry = self._entries[job.id] = _Entry(job, effort_of(job))
        self._queue.push(job.user, entry)
        self._announce_places()
        self._arrived.set()
        if self._failed:
            self._try_again()
        return LocalHandle(self, entry)

    async def attach(self, job_id: str) -> LocalHandle:
        """See `Executor.attach`. The last `KEPT` ended jobs are known."""
        if job_id not in self._entries:
            msg = f"No job with the id {job_id} is known."
            raise UnknownJob(msg)
        return LocalHandle(self, self._entries[job_id])

    async def close(self) -> None:
        """See `Executor.close`. Returns when the thread has ended, a step later at most."""
        self._closed = True
        for entry in list(self._queue):
            self.cancel(entry)
        if self._running:
            self.cancel(self._running)
        self._arrived.set()
        if self._dispatcher:
            await self._dispatcher
        await asyncio.to_thread(self._thread.shutdown)

    def memory(self) -> DeviceMemory | None:
        """See `TellsMemory.memory`."""
        # Not imported here: that would load TensorFlow, on the event loop.
        devices = sys.modules.get("nst_core.devices")
        if devices is None or self._dispatcher is None:
            return None
        told: DeviceMemory | None = devices.held()
        return told

    def cancel(self, entry: _Entry) -> None:
        """End a waiting job now, or ask the running one to stop at its next step."""
        if self._queue.remove(entry.job.user, entry):
            self._publish(entry, Cancelled(job=entry.job.id))
            self._announce_places()
        else:
            entry.stop.set()

    def place(self, entry: _Entry) -> int | None:
        """1 for the next to start, None for a job that does not wait."""
        return next((n for n, waiting in enumerate(self._queue, 1) if waiting is entry), None)

    def _check_open(self) -> None:
        if self._closed:
            msg = "The executor is closed and takes no more jobs."
            raise ExecutorClosed(msg)

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            engine = await loop.run_in_executor(self._thread, self._warm_engine)
        except Exception as error:
            # Such as a TensorFlow that cannot be imported.
            self._starting = None
            self._failed = True
            self._fail_all(error)
            raise
        self._forecast.idle()
        self._dispatcher = loop.create_task(self._dispatch(engine))

    def _try_again(self) -> None:
        self._failed = False
        self._starting = asyncio.ensure_future(self._start())
        # Nobody awaits it: the job that asked for it is told by its events.
        self._starting.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _fail_all(self, error: Exception) -> None:
        from nst_core.executor.work import failed

        while self._queue:
            entry = self._queue.pop()
            self._publish(entry, failed(entry.job, "", error))

    def _warm_engine(self) -> Engine:
        engine = self._make_engine()
        try:
            engine.warm_up()
        except WeightsError as error:
            _warm_up_sketches(error)
        return engine

    async def _dispatch(self, engine: Engine) -> None:
        while True:
            await self._arrived.wait()
            if self._queue:
                await self._run(engine, self._queue.pop())
            elif self._closed:
                return
            else:
                self._arrived.clear()

    async def _run(self, engine: Engine, entry: _Entry) -> None:
        from nst_core.executor.work import paint

        self._running = entry
        self._forecast.started(entry.effort)
        self._announce_places()
        loop = asyncio.get_running_loop()

        def emit(event: Event) -> None:
            loop.call_soon_threadsafe(self._happened, entry, event)

        run = uuid4().hex
        await loop.run_in_executor(
            self._thread, paint, engine, entry.job, run, emit, entry.stop.is_set
        )
        self._running = None
        self._forecast.idle()

    def _happened(self, entry: _Entry, event: Event) -> None:
        self._publish(entry, event)
        if isinstance(event, Finished):
            self._forecast.finished(sketched=event.sketched)
        elif isinstance(event, Progressed):
            self._forecast.progressed(event.eta)
            if self._forecast.moved():
                self._announce_places()

    def _announce_places(self) -> None:
        waiting = list(self._queue)
        etas = self._forecast.starts([entry.effort for entry in waiting])
        for position, (entry, eta) in enumerate(zip(waiting, etas, strict=True), start=1):
            entry.journal.publish(Queued(job=entry.job.id, position=position, eta=eta))

    def _publish(self, entry: _Entry, event: Event) -> None:
        entry.journal.publish(event)
        if event.terminal:
            entry.job = replace(entry.job, content=b"", styles=(), init=None, mask=None)
            self._ended[entry.job.id] = None
            while len(self._ended) > KEPT:
                oldest, _ = self._ended.popitem(last=False)
                del self._entries[oldest]


class LocalHandle:
    """A job of a `LocalExecutor`, as its owner sees it."""

    def __init__(self, executor: LocalExecutor, entry: _Entry) -> None:
        self._executor = executor
        self._entry = entry

    @property
    def id(self) -> str:
        """The job's id."""
        return self._entry.job.id

    def events(self) -> AsyncIterator[Event]:
        """See `JobHandle.events`."""
        return self._entry.journal.listen()

    async def cancel(self) -> None:
        """See `JobHandle.cancel`."""
        self._executor.cancel(self._entry)

    async def position(self) -> int | None:
        """See `JobHandle.position`."""
        return self._executor.place(self._entry)


def _warm_up_sketches(error: WeightsError) -> None:
    """Make ready for what can be painted without weights.

    Raises:
        WeightsError: nothing can; the sketch's own error would lead people astray.
    """
    try:
        default_sketcher()
    except SketchUnavailable:
        raise error from None
    _LOG.warning("Photos become sketches, not paintings, until there are weights. %s", error)


def _default_engine() -> Engine:
    from nst_core.engine import Engine  # loads TensorFlow
    from nst_core.executor.patience import Patience

    return Engine(Patience())
