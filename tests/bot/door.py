"""A stand-in for the executor's door: events come when the test says so."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from PIL import Image

from nst_core.errors import ExecutorClosed, UnknownJob
from nst_core.executor.base import Cancelled, Event, Finished, Job


def picture(seed: int = 0, width: int = 90, height: int = 60, kind: str = "PNG") -> bytes:
    """An encoded picture of coloured patches."""
    patches = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    image = Image.fromarray(patches).resize((width, height), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def finished(job: str, **values: Any) -> Finished:
    known = {"image": picture(9), "width": 90, "height": 60, "seconds": 12.0, "report": {}}
    return Finished(job=job, **{**known, **values})


class Handle:
    """A job in the test's hands."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.was_cancelled = asyncio.Event()
        self.is_over = asyncio.Event()
        self._events: asyncio.Queue[Event] = asyncio.Queue()

    @property
    def id(self) -> str:
        return self.job.id

    def happen(self, event: Event) -> None:
        self._events.put_nowait(event)

    async def events(self) -> AsyncIterator[Event]:
        while True:
            event = await self._events.get()
            if event.terminal:
                self.is_over.set()
            yield event
            if event.terminal:
                return

    async def cancel(self) -> None:
        if not self.was_cancelled.is_set():
            self.was_cancelled.set()
            self.happen(Cancelled(job=self.id))

    async def position(self) -> int | None:
        return None


class Door:
    """Takes jobs and does nothing with them.

    Attributes:
        left: jobs that an earlier process has left here, by id.
        owners: whose those were said to be that were attached to, by id.
        forgotten: users whose paintings it was to let go of.
    """

    def __init__(self) -> None:
        self.closed = False
        self.asked = asyncio.Event()
        self.opens = asyncio.Event()
        self.opens.set()
        self.left: dict[str, Handle] = {}
        self.owners: dict[str, int] = {}
        self.forgotten: list[int] = []
        self._submitted: asyncio.Queue[Handle] = asyncio.Queue()

    async def start(self) -> None:
        """Always ready."""

    async def submit(self, job: Job) -> Handle:
        if self.closed:
            msg = "closed"
            raise ExecutorClosed(msg)
        self.asked.set()
        await self.opens.wait()
        handle = Handle(job)
        self._submitted.put_nowait(handle)
        return handle

    async def attach(self, job_id: str, user: int = 0) -> Handle:
        if job_id not in self.left:
            raise UnknownJob(job_id)
        self.owners[job_id] = user
        return self.left[job_id]

    async def forget(self, user: int) -> None:
        self.forgotten.append(user)

    async def close(self) -> None:
        self.closed = True

    async def next(self) -> Handle:
        """The next job that is submitted."""
        return await asyncio.wait_for(self._submitted.get(), 20)

    @property
    def idle(self) -> bool:
        return self._submitted.empty()
