"""`CeleryExecutor`: the executor of many machines, over Celery and RabbitMQ.

The fair queue stays in this process, so that places are exact and a waiting job ends at once. The
broker has no more jobs than the workers are at, and one for each lane beside: the rest would only
wait there. It keeps them, and how they ended, also while this process is gone.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from nst_core.cluster import link
from nst_core.cluster.fleet import Fleet
from nst_core.cluster.names import NAMES, Names
from nst_core.cluster.trip import Trip
from nst_core.cluster.wire import Backlog, Letter, Message, Parcel, Presence
from nst_core.errors import (
    BrokerError,
    BrokerRefused,
    BrokerUnreachable,
    UnknownJob,
    WorkersLost,
)
from nst_core.executor.base import Cancelled, Event, Failed, FleetState, Job, Started
from nst_core.executor.book import Book, Handle
from nst_core.executor.work import failed

if TYPE_CHECKING:
    from nst_core.cluster.listener import Listener
    from nst_core.cluster.sender import Sender

__all__ = ["CeleryExecutor", "CeleryHandle"]

_LOG = logging.getLogger(__name__)

PATIENCE: Final = 10.0
"""Seconds without a worker after which those who wait are told."""

LOST: Final = 30.0
"""Seconds without a sign of a job that was handed over, after which it is looked for."""

ORPHANED: Final = 60.0
"""Seconds that a job from before the start goes on without anybody asking for it."""

FORGOTTEN: Final = 3600.0
"""Seconds that the result of such a job is kept."""

_CONNECTING: Final = 5.0
_SETTLING: Final = 0.5
_TICK: Final = 0.5
_PAUSE: Final = 1.0
_BACKLOG: Final = 2.0
_STOPPING: Final = 10.0


CeleryHandle: TypeAlias = Handle[Trip]


class CeleryExecutor:
    """Hands jobs to workers on other machines, round robin between users.

    Args:
        url: the broker's address, ``amqp://name:password@host/virtual-host``.
        bot: a name that stays the same over restarts; no other process may have it.
        patience: seconds without a worker after which those who wait are told.
        names: of the version.

    Attributes:
        book: the jobs.

    Raises:
        ExtraMissing: Celery is not installed.
        BrokerRefused: the address is none.
    """

    def __init__(
        self, url: str, bot: str = "bot", *, patience: float = PATIENCE, names: Names = NAMES
    ) -> None:
        link.require_extra()
        self._place = link.place_of(url)
        self._url = url
        self._bot = bot
        self._names = names
        self._patience = patience
        self.book: Book[Trip] = Book(Trip)
        self._fleet = Fleet()
        self._attended: dict[int, float] = {}
        self._listener: Listener | None = None
        self._sender: Sender | None = None
        self._connected = False
        self._ready: asyncio.Future[None] | None = None
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._told = 0.0

    async def start(self) -> None:
        """Connect, and hear what happened meanwhile. Idempotent.

        A broker that cannot be reached now is waited for in the background, and so are the jobs.

        Raises:
            BrokerRefused: the broker does not let us in.
            ExecutorClosed: `close` was called before.
        """
        self.book.check_open()
        if self._ready is None:
            self._ready = asyncio.get_running_loop().create_future()
            self._listen()
        try:
            async with asyncio.timeout(_CONNECTING):
                await asyncio.shield(self._ready)
        except TimeoutError:
            _LOG.warning("Starting without the broker at %s, which does not answer.", self._place)
        except BrokerRefused:
            self._ready = None
            raise

    async def submit(self, job: Job) -> CeleryHandle:
        """See `Executor.submit`. Jobs may be submitted before `start`; they wait."""
        known = self.book.get(job.id)
        if known and not known.claimed:
            self.book.check_open()
            if not known.journal.closed:
                known.take(job)
            self.book.claim(known)
            return Handle(self, known)
        entry = self.book.enter(job)
        self._attend(entry)
        self._changed.set()
        return Handle(self, entry)

    async def attach(self, job_id: str) -> CeleryHandle:
        """See `Executor.attach`.

        Known is also what an earlier process handed over, as far as it was begun.
        """
        entry = self.book.find(job_id)
        if not entry.claimed:
            self.book.claim(entry)
        return Handle(self, entry)

    async def close(self) -> None:
        """End what is known here, and leave the broker.

        What workers are at goes on, for whoever takes this one's place.
        """
        self.book.closed = True
        for entry in self.book.under_way():
            self.book.leave(entry)
            self.book.publish(entry, Cancelled(job=entry.job.id, run=entry.run))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._listener:
            await asyncio.to_thread(self._listener.close)
        if self._sender:
            await self._sender.close()

    async def cancel(self, entry: Trip) -> None:
        """End a waiting job now, or have the worker stop at its next step."""
        if entry.journal.closed:
            return
        entry.cancelled = time.monotonic()
        if self.book.leave(entry):
            self.book.publish(entry, Cancelled(job=entry.job.id))
            self.book.announce()
            self._changed.set()
        if entry.ticket:
            self._stop(entry.ticket)

    def fleet(self) -> FleetState:
        """See `TellsFleet.fleet`."""
        return FleetState(connected=self._connected, workers=sum(self._fleet.capacity().values()))

    def _listen(self) -> None:
        from nst_core.cluster.listener import Listener, Relay
        from nst_core.cluster.sender import Sender

        ears = Relay(asyncio.get_running_loop(), self)
        self._listener = Listener(self._url, self._names, self._bot, ears)
        self._sender = Sender(self._url, self._names, self._bot)
        self._listener.start()
        self._beside(self._dispatch())
        self._beside(self._watch())

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _LOG.critical("Looking after the workers broke down.", exc_info=error)

    # What comes in.

    def caught_up(self) -> None:
        """All results that waited for this process have been heard."""
        _LOG.info("Connected to the broker at %s.", self._place)
        self._connected = True
        self._beside(self._settle())

    def cut_off(self, error: BrokerError) -> None:
        """There is no way to the broker."""
        if self._connected or (self._ready and not self._ready.done()):
            _LOG.warning("%s Jobs wait for it.", error)
        self._connected = False
        if isinstance(error, BrokerRefused) and self._ready and not self._ready.done():
            self._ready.set_exception(error)

    def heard(self, message: Message) -> None:
        """Somebody tells something."""
        match message:
            case _ if self.book.closed:
                # For whoever takes this one's place.
                pass
            case Letter():
                self._receive(message)
            case Presence():
                self._meet(message)

    def given_up(self, job: str, ticket: str) -> None:
        """The broker has given up a job: every worker that took it was lost."""
        entry = self.book.get(job)
        if entry is None:
            entry = self._adopt(job)
        if entry.journal.closed or entry.ticket not in {"", ticket}:
            return
        words = "Every worker that took this job was lost over it, so it was given up."
        self._end(entry, Failed(job=job, run=entry.run, error=WorkersLost.__name__, message=words))

    def _meet(self, presence: Presence) -> None:
        before = self._fleet.capacity()
        self._fleet.heard(presence)
        if self._fleet.capacity() != before:
            self._recount()
        if presence.bot != self._bot or not presence.ticket:
            return
        entry = self.book.get(presence.job) or self._adopt(presence.job)
        self._see(entry, presence.ticket, presence.lane, presence.run)

    def _receive(self, letter: Letter) -> None:
        event = letter.event
        entry = self.book.get(event.job) or self._adopt(event.job)
        if entry.journal.closed:
            if not event.terminal:
                # A second run of what is over.
                self._stop(letter.ticket)
        elif event.terminal:
            self._conclude(entry, letter)
        elif isinstance(event, Started):
            self._see(entry, letter.ticket, letter.lane, event.run, is_new=True)
        elif self._see(entry, letter.ticket, letter.lane, event.run):
            self.book.publish(entry, event)

    def _see(self, entry: Trip, ticket: str, lane: int, run: str, *, is_new: bool = False) -> bool:
        """A worker is at a job; whether this run is the one whose progress counts.

        Args:
            entry: the job.
            ticket: of the hand-over.
            lane: of the worker.
            run: of the job.
            is_new: it has just begun, so what ran before is lost, or as good as lost.
        """
        if entry.journal.closed:
            return False
        if entry.run and ticket != entry.ticket:
            # Handed over twice, and the other one was first.
            self._stop(ticket)
            return False
        if entry.cancelled:
            self._stop(ticket)
        if ticket != entry.ticket and entry.ticket:
            self._stop(entry.ticket)
        entry.ticket, entry.lane, entry.seen = ticket, lane, time.monotonic()
        if entry.run == run:
            return True
        if entry.run and not is_new:
            return False
        if entry.run:
            self.book.forecast.ended(entry.run)
        entry.run = run
        self.book.serve(entry)
        self.book.publish(entry, Started(job=entry.job.id, run=run))
        self._changed.set()
        return True

    def _conclude(self, entry: Trip, letter: Letter) -> None:
        """The first end counts, but for one that somebody else was to come to."""
        event = letter.event
        is_ours = letter.ticket == entry.ticket or not entry.claimed
        if isinstance(event, Cancelled) and not (is_ours or entry.cancelled):
            return
        if entry.ticket and letter.ticket != entry.ticket:
            self._stop(entry.ticket)
        self._end(entry, event)

    def _end(self, entry: Trip, event: Event) -> None:
        self.book.leave(entry)
        if entry.run and entry.run != event.run:
            self.book.forecast.ended(entry.run)
        entry.seen = time.monotonic()
        self.book.publish(entry, event)
        self.book.announce()
        self._changed.set()

    def _adopt(self, job_id: str) -> Trip:
        """Know of a job that an earlier process handed over, until somebody asks for it."""
        entry = self.book.add(Job(id=job_id, user=0, content=b"", styles=()))
        entry.claimed = False
        entry.seen = time.monotonic()
        return entry

    # What goes out.

    async def _dispatch(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            while choice := self._next():
                try:
                    await self._hand_over(*choice)
                except (BrokerUnreachable, BrokerRefused) as error:
                    _LOG.warning("%s Jobs wait for it.", error)
                    await asyncio.sleep(_PAUSE)
                except Exception as error:  # noqa: BLE001
                    # Such as one that is too large; it must not hold up the others.
                    _LOG.exception("job %s cannot be handed over", choice[0].job.id)
                    self._end(choice[0], failed(choice[0].job, "", error))

    def _next(self) -> tuple[Trip, int] | None:
        """The job that is to be handed over now, and the lane for it."""
        if not self._connected:
            return None
        loads: dict[int, int] = {}
        for entry in self.book.under_way():
            if entry.is_away:
                loads[entry.lane] = loads.get(entry.lane, 0) + 1
        for entry in self.book.waiting():
            if not entry.ticket and (lane := self._fleet.lane_for(entry.side, loads)):
                return entry, lane
        return None

    async def _hand_over(self, entry: Trip, lane: int) -> None:
        ticket = entry.ticket = secrets.token_hex(8)
        entry.lane, entry.next_up, entry.seen = lane, True, time.monotonic()
        try:
            await self._speak().hand_over(Parcel(ticket=ticket, bot=self._bot, job=entry.job), lane)
        except BrokerError:
            if entry.ticket == ticket and not entry.run:
                self._take_back(entry)
            raise

    def _take_back(self, entry: Trip) -> None:
        """Have a job wait here again, before all others of its user's."""
        entry.ticket, entry.lane, entry.run, entry.next_up = "", 0, "", False

    def _stop(self, ticket: str) -> None:
        async def call_off() -> None:
            # Where it does not arrive, the next word of the run brings it up again.
            with suppress(BrokerError):
                await self._speak().call_off([ticket])

        if ticket and self._sender:
            self._beside(call_off())

    def _speak(self) -> Sender:
        if self._sender is None:
            msg = "not started"
            raise RuntimeError(msg)
        return self._sender

    # What has to be looked after.

    async def _settle(self) -> None:
        """Get to know the fleet, then be ready."""
        with suppress(BrokerError):
            await self._speak().ask()
        if self._ready and not self._ready.done():
            await asyncio.sleep(_SETTLING)
            if not self._ready.done():
                self._ready.set_result(None)
        self._changed.set()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            self._recount()
            self._remind()
            await self._tell()
            for entry in self.book.under_way():
                if entry.is_away and time.monotonic() - entry.seen > LOST:
                    await self._look_for(entry)

    def _recount(self) -> None:
        """Who is there, and what follows from it."""
        devices = sum(self._fleet.capacity().values())
        changed = devices != self.book.forecast.devices
        self.book.forecast.devices = devices
        for entry in self.book.waiting():
            changed |= self._attend(entry)
        if changed:
            self.book.announce()
            self._changed.set()

    def _attend(self, entry: Trip) -> bool:
        """Note whether anybody is there for a job; True where that has changed."""
        now = time.monotonic()
        if self._fleet.can_paint(entry.side):
            self._attended[entry.side] = now
        since = self._attended.setdefault(entry.side, now)
        before, entry.unattended = entry.unattended, now - since > self._patience
        return before != entry.unattended

    def _remind(self) -> None:
        now = time.monotonic()
        for entry in self.book.under_way():
            if entry.cancelled and now - entry.cancelled > _STOPPING:
                # Nobody stops it, so nobody is at it any more, or hears us.
                self._end(entry, Cancelled(job=entry.job.id, run=entry.run))
            elif not entry.claimed and now - entry.met > ORPHANED:
                self._stop(entry.ticket)
        self.book.drop(lambda entry: not entry.claimed and now - entry.met > FORGOTTEN)

    async def _tell(self) -> None:
        now = time.monotonic()
        if not self._connected or now - self._told < _BACKLOG:
            return
        self._told = now
        waiting, running = len(self.book.queue), sum(bool(e.run) for e in self.book.under_way())
        with suppress(BrokerError):
            await self._speak().tell(Backlog(bot=self._bot, waiting=waiting, running=running))

    async def _look_for(self, entry: Trip) -> None:
        """Hand a job over again where nobody has it any more."""
        ticket = entry.ticket
        entry.seen = time.monotonic()
        if self._fleet.who_has(ticket) or not self._connected:
            return
        try:
            waits = await self._speak().waiting(entry.lane)
        except BrokerError:
            return
        is_stuck = entry.lane not in self._fleet.capacity() and self._fleet.can_paint(entry.side)
        if entry.ticket != ticket or entry.journal.closed or (waits and not is_stuck):
            return
        _LOG.warning("job %s was lost on its way", entry.job.id)
        self._stop(ticket)
        if not entry.job.content:
            words = "The job was lost on its way."
            self._end(entry, Failed(job=entry.job.id, error=UnknownJob.__name__, message=words))
            return
        if self.book.place(entry) is None:
            self.book.line_up(entry)
        self._take_back(entry)
        self._changed.set()
