"""`Book`: an executor's jobs, who waits in which order, and what is known of each.

Every executor keeps one; they differ in who paints. Everything runs on the event loop.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Final, Generic, Protocol, TypeVar

from nst_core.errors import DuplicateJob, ExecutorClosed, UnknownJob
from nst_core.executor.base import Event, Finished, Job, Progressed, Queued, Started
from nst_core.executor.forecast import Forecast, effort_of
from nst_core.executor.journal import Journal
from nst_core.executor.queue import FairQueue

__all__ = ["KEPT", "Book", "Entry", "Handle"]

KEPT: Final = 32
"""Ended jobs that can still be attached to; each holds its finished picture, not its sources."""


@dataclass(eq=False)
class Entry:
    """One job.

    Attributes:
        effort: see `nst_core.executor.forecast.effort_of`.
        journal: what happened to it.
        next_up: it is about to start and is overtaken by nobody any more.
        unattended: see `Queued.unattended`.
        claimed: somebody asked for it; False for what was found under way.
        forgotten: it is not to be known any more once it has ended.
    """

    job: Job
    effort: int | None
    journal: Journal = field(default_factory=Journal)
    next_up: bool = False
    unattended: bool = False
    claimed: bool = True
    forgotten: bool = False


Kind = TypeVar("Kind", bound=Entry)


class Book(Generic[Kind]):
    """The jobs of one executor.

    Args:
        kind: makes an entry of a job and its effort.

    Attributes:
        queue: who waits, fairly between users.
        forecast: when they will start.
        closed: no more jobs are taken.
    """

    def __init__(self, kind: Callable[[Job, int | None], Kind]) -> None:
        self._kind = kind
        self._entries: dict[str, Kind] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()
        self.queue: FairQueue[Kind] = FairQueue()
        self.forecast = Forecast()
        self.closed = False

    def enter(self, job: Job) -> Kind:
        """Take a job into the line.

        Raises:
            DuplicateJob: a job of this id is known.
            ExecutorClosed: no more are taken.
        """
        self.check_open()
        if job.id in self._entries:
            msg = f"A job with the id {job.id} was submitted before."
            raise DuplicateJob(msg)
        entry = self.add(job)
        self.line_up(entry)
        return entry

    def add(self, job: Job) -> Kind:
        """Know of a job without having it wait."""
        entry = self._entries[job.id] = self._kind(job, effort_of(job))
        return entry

    def line_up(self, entry: Kind) -> None:
        """Let a job wait for its start."""
        self.queue.push(entry.job.user, entry)
        self.announce()

    def find(self, job_id: str) -> Kind:
        """The job of this id.

        Raises:
            UnknownJob: there is none; ended jobs are known as long as they are among the last few.
        """
        if job_id not in self._entries:
            msg = f"No job with the id {job_id} is known."
            raise UnknownJob(msg)
        return self._entries[job_id]

    def get(self, job_id: str) -> Kind | None:
        """The job of this id, if it is known."""
        return self._entries.get(job_id)

    def under_way(self) -> list[Kind]:
        """Jobs that have not ended."""
        return [entry for entry in self._entries.values() if not entry.journal.closed]

    def waiting(self) -> list[Kind]:
        """Jobs that wait, in the order in which they will start."""
        line = list(self.queue)
        return [e for e in line if e.next_up] + [e for e in line if not e.next_up]

    def place(self, entry: Kind) -> int | None:
        """1 for the next to start, None for a job that does not wait."""
        return next((n for n, other in enumerate(self.waiting(), 1) if other is entry), None)

    def leave(self, entry: Kind) -> bool:
        """Take a job out of the line; False if it does not wait."""
        return self.queue.remove(entry.job.user, entry)

    def serve(self, entry: Kind) -> None:
        """A job is about to start: it waits no more, and its user has had a turn."""
        self.queue.serve(entry.job.user, entry)
        entry.next_up = False

    def claim(self, entry: Kind, user: int) -> None:
        """A user asks for a job that nobody had asked for before."""
        entry.claimed = True
        entry.job = replace(entry.job, user=user)
        if entry.journal.closed:
            self._keep(entry)

    def drop(self, useless: Callable[[Kind], bool]) -> None:
        """Forget what is useless."""
        for job_id in [job_id for job_id, entry in self._entries.items() if useless(entry)]:
            del self._entries[job_id]
            self._ended.pop(job_id, None)

    def forget(self, user: int) -> None:
        """Let go of a user's jobs, of each once it has ended."""
        for entry in self._entries.values():
            entry.forgotten |= entry.job.user == user
        self.drop(lambda entry: entry.forgotten and entry.journal.closed)

    def publish(self, entry: Kind, event: Event) -> None:
        """Record what happened to a job, and tell those who wait where it matters to them."""
        entry.journal.publish(event)
        self._foresee(entry, event)
        if event.terminal:
            entry.job = replace(entry.job, content=b"", styles=(), init=None, mask=None)
            if entry.forgotten:
                self.drop(lambda other: other is entry)
            elif entry.claimed:
                self._keep(entry)

    def announce(self) -> None:
        """Tell everybody who waits the place and the expected start."""
        waiting = self.waiting()
        etas = self.forecast.starts([entry.effort for entry in waiting])
        for position, (entry, eta) in enumerate(zip(waiting, etas, strict=True), start=1):
            unattended = entry.unattended
            entry.journal.publish(
                Queued(
                    job=entry.job.id,
                    position=position,
                    eta=None if unattended else eta,
                    unattended=unattended,
                )
            )

    def check_open(self) -> None:
        """Refuse where no more jobs are taken.

        Raises:
            ExecutorClosed: so it is.
        """
        if self.closed:
            msg = "The executor is closed and takes no more jobs."
            raise ExecutorClosed(msg)

    def _keep(self, entry: Kind) -> None:
        """Have the last few that ended at hand, and no others."""
        self._ended[entry.job.id] = None
        while len(self._ended) > KEPT:
            oldest, _ = self._ended.popitem(last=False)
            del self._entries[oldest]

    def _foresee(self, entry: Kind, event: Event) -> None:
        forecast = self.forecast
        match event:
            case Started():
                forecast.started(event.run, entry.effort)
                self.announce()
            case Finished():
                forecast.finished(event.run, sketched=event.sketched)
            case Progressed():
                forecast.progressed(event.run, event.eta)
                if forecast.moved():
                    self.announce()
        if event.terminal:
            forecast.ended(event.run)


class _Owner(Protocol[Kind]):
    @property
    def book(self) -> Book[Kind]: ...

    async def cancel(self, entry: Kind) -> None: ...


class Handle(Generic[Kind]):
    """A job of an executor, as its owner sees it."""

    def __init__(self, executor: _Owner[Kind], entry: Kind) -> None:
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
        await self._executor.cancel(self._entry)

    async def position(self) -> int | None:
        """See `JobHandle.position`."""
        return self._executor.book.place(self._entry)
