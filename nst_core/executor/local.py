"""`LocalExecutor`: the executor of one machine, one compute thread that owns its device."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from nst_core.executor.base import Cancelled, Event, Job, JobHandle
from nst_core.executor.book import Book, Entry, Handle
from nst_core.executor.ready import default_engine, warm_up
from nst_core.memory import DeviceMemory

if TYPE_CHECKING:
    from nst_core.engine import Engine

__all__ = ["LocalExecutor"]

_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class _Entry(Entry):
    stop: threading.Event = field(default_factory=threading.Event)


class LocalExecutor:
    """Runs jobs one after the other in a thread of its own, round robin between users.

    All bookkeeping is on the event loop; the thread only computes, and its events come back
    through the loop, so the loop never waits for it.

    Args:
        engine: makes the engine, in the compute thread; one of its own over VGG19 unless a test
            brings another.

    Attributes:
        book: the jobs: who waits, in which order, and what became of each.
    """

    def __init__(self, engine: Callable[[], Engine] | None = None) -> None:
        self._make_engine = engine or default_engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="nst-compute")
        self.book: Book[_Entry] = Book(_Entry)
        self._arrived = asyncio.Event()
        self._running: _Entry | None = None
        self._starting: asyncio.Future[None] | None = None
        self._failed = False
        self._dispatcher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Load the network in the compute thread, then begin to serve the queue. Idempotent.

        Where its weights cannot be had, the queue is served with sketches. Where that fails, too,
        the jobs that wait fail with it; the next job, or another call of this, tries again.

        Raises:
            WeightsError: neither the weights nor a sketch can be had.
            ExecutorClosed: `close` was called before.
        """
        self.book.check_open()
        self._failed = False
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
        await self._starting

    async def submit(self, job: Job) -> JobHandle:
        """See `Executor.submit`. Jobs may be submitted before `start`; they wait."""
        entry = self.book.enter(job)
        self._arrived.set()
        if self._failed:
            self._try_again()
        return Handle(self, entry)

    async def attach(self, job_id: str, user: int = 0) -> JobHandle:  # noqa: ARG002 - all are its own
        """See `Executor.attach`. The last `nst_core.executor.book.KEPT` ended jobs are known."""
        return Handle(self, self.book.find(job_id))

    async def forget(self, user: int) -> None:
        """See `Executor.forget`."""
        self.book.forget(user)

    async def close(self) -> None:
        """See `Executor.close`. Returns when the thread has ended, a step later at most."""
        self.book.closed = True
        for entry in self.book.waiting():
            await self.cancel(entry)
        if self._running:
            await self.cancel(self._running)
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

    async def cancel(self, entry: _Entry) -> None:
        """End a waiting job now, or ask the running one to stop at its next step."""
        if self.book.leave(entry):
            self.book.publish(entry, Cancelled(job=entry.job.id))
            self.book.announce()
        else:
            entry.stop.set()

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
        self.book.forecast.devices = 1
        self._dispatcher = loop.create_task(self._dispatch(engine))

    def _try_again(self) -> None:
        self._failed = False
        self._starting = asyncio.ensure_future(self._start())
        # Nobody awaits it: the job that asked for it is told by its events.
        self._starting.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _fail_all(self, error: Exception) -> None:
        from nst_core.executor.work import failed

        while self.book.queue:
            entry = self.book.queue.pop()
            self.book.publish(entry, failed(entry.job, "", error))

    def _warm_engine(self) -> Engine:
        engine = self._make_engine()
        warm_up(engine)
        return engine

    async def _dispatch(self, engine: Engine) -> None:
        await self._rehearse(engine)
        while True:
            await self._arrived.wait()
            if self.book.queue:
                await self._run(engine, self.book.queue.pop())
            elif self.book.closed:
                return
            else:
                self._arrived.clear()

    async def _rehearse(self, engine: Engine) -> None:
        """Compile ahead what the first job needs, for as long as nobody waits."""
        loop = asyncio.get_running_loop()
        for part in engine.rehearsal():
            if self.book.queue or self.book.closed:
                return
            try:
                await loop.run_in_executor(self._thread, part)
            except Exception:  # noqa: BLE001 - whatever it is, jobs are served
                # The first job will fail in the same way, and tells its owner.
                _LOG.exception("The network does not compile.")
                return

    async def _run(self, engine: Engine, entry: _Entry) -> None:
        from nst_core.executor.work import paint

        self._running = entry
        loop = asyncio.get_running_loop()

        def emit(event: Event) -> None:
            loop.call_soon_threadsafe(self.book.publish, entry, event)

        run = uuid4().hex
        await loop.run_in_executor(
            self._thread, paint, engine, entry.job, run, emit, entry.stop.is_set
        )
        self._running = None
