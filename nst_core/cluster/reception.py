"""`Reception`: takes in what workers and the broker tell of jobs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from typing import Final

from nst_core.cluster.background import Background
from nst_core.cluster.dispatcher import Dispatcher
from nst_core.cluster.fleet import Fleet
from nst_core.cluster.outbox import ANNOUNCED
from nst_core.cluster.trip import Trip
from nst_core.cluster.watch import Watch
from nst_core.cluster.wire import Letter, Message, Presence
from nst_core.errors import BrokerError, BrokerRefused, WorkersLost
from nst_core.executor.base import Cancelled, Failed, Job, Started
from nst_core.executor.book import Book

__all__ = ["STRANGERS", "Reception"]

_LOG = logging.getLogger(__name__)

STRANGERS: Final = 256
"""Jobs known at a time that nobody asked for. More were never ours: somebody makes them up."""

_SETTLING: Final = 0.5
_MOURNING: Final = 3 * ANNOUNCED


class Reception:
    """What comes in; `nst_core.cluster.listener.Ears`, on the event loop.

    Args:
        bot: whose jobs they are.
        place: where the broker is, for people to read.
        book: the jobs.
        fleet: who is there.
        dispatcher: what answers.
        watch: looks after what follows from who is there.
        background: where the fleet is met.

    Attributes:
        ready: done once everything is known; failed where the broker does not let us in. None
            before the start.
    """

    def __init__(
        self,
        bot: str,
        place: str,
        *,
        book: Book[Trip],
        fleet: Fleet,
        dispatcher: Dispatcher,
        watch: Watch,
        background: Background,
    ) -> None:
        self._bot = bot
        self._place = place
        self._book = book
        self._fleet = fleet
        self._dispatcher = dispatcher
        self._watch = watch
        self._background = background
        self._strangers: deque[str] = deque()
        self.ready: asyncio.Future[None] | None = None

    def caught_up(self) -> None:
        """All results that waited for this process have been heard."""
        _LOG.info("Connected to the broker at %s.", self._place)
        self._dispatcher.connected = True
        self._background.start(self._settle())

    def cut_off(self, error: BrokerError) -> None:
        """There is no way to the broker."""
        if self._dispatcher.connected or (self.ready and not self.ready.done()):
            _LOG.warning("%s Jobs wait for it.", error)
        self._dispatcher.connected = False
        if isinstance(error, BrokerRefused) and self.ready and not self.ready.done():
            self.ready.set_exception(error)

    def heard(self, message: Message) -> None:
        """Somebody tells something."""
        match message:
            case _ if self._book.closed:
                # For whoever takes this one's place.
                pass
            case Letter():
                self._receive(message)
            case Presence():
                self._meet(message)

    def given_up(self, job: str, ticket: str) -> None:
        """The broker has given up a job: every worker that took it was lost."""
        entry = self._book.get(job)
        if entry is None:
            entry = self._adopt(job)
        if entry.journal.closed or entry.ticket not in {"", ticket}:
            return
        if self._fleet.who_has(ticket):
            self._background.start(self._mourn(entry, ticket))
        else:
            self._bury(entry)

    async def _mourn(self, entry: Trip, ticket: str) -> None:
        """Give a job up, unless its worker was only cut off and is at it still."""
        since = time.monotonic()
        await asyncio.sleep(_MOURNING)
        if entry.journal.closed or entry.ticket != ticket:
            return
        # Last words may come after the news of a death.
        if entry.seen > since + ANNOUNCED:
            _LOG.warning("job %s: given up by the broker, and not by its worker", entry.job.id)
        else:
            self._bury(entry)

    def _bury(self, entry: Trip) -> None:
        words = "Every worker that took this job was lost over it, so it was given up."
        error = WorkersLost.__name__
        self._dispatcher.end(
            entry, Failed(job=entry.job.id, run=entry.run, error=error, message=words)
        )

    async def _settle(self) -> None:
        """Get to know the fleet, then be ready."""
        with suppress(BrokerError):
            await self._dispatcher.speak().ask()
        if self.ready and not self.ready.done():
            await asyncio.sleep(_SETTLING)
            if not self.ready.done():
                self.ready.set_result(None)
        self._dispatcher.wake()

    def _meet(self, presence: Presence) -> None:
        before = self._fleet.capacity()
        self._fleet.heard(presence)
        if self._fleet.capacity() != before:
            self._watch.recount()
        if presence.bot != self._bot or not presence.ticket:
            return
        entry = self._book.get(presence.job) or self._adopt(presence.job)
        self._see(entry, presence.ticket, presence.lane, presence.run)

    def _receive(self, letter: Letter) -> None:
        event = letter.event
        entry = self._book.get(event.job) or self._adopt(event.job)
        if entry.journal.closed:
            if not event.terminal:
                # A second run of what is over.
                self._dispatcher.stop(letter.ticket)
        elif event.terminal:
            self._conclude(entry, letter)
        elif isinstance(event, Started):
            self._see(entry, letter.ticket, letter.lane, event.run, is_new=True)
        elif self._see(entry, letter.ticket, letter.lane, event.run):
            self._book.publish(entry, event)

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
            self._dispatcher.stop(ticket)
            return False
        if entry.cancelled:
            self._dispatcher.stop(ticket)
        if ticket != entry.ticket and entry.ticket:
            self._dispatcher.stop(entry.ticket)
        entry.ticket, entry.lane, entry.seen = ticket, lane, time.monotonic()
        if entry.run == run:
            return True
        if entry.run and not is_new:
            return False
        if entry.run:
            self._book.forecast.ended(entry.run)
        entry.run = run
        self._book.serve(entry)
        self._book.publish(entry, Started(job=entry.job.id, run=run))
        self._dispatcher.wake()
        return True

    def _conclude(self, entry: Trip, letter: Letter) -> None:
        """The first end counts, but for one that somebody else was to come to."""
        event = letter.event
        is_ours = letter.ticket == entry.ticket or not entry.claimed
        if isinstance(event, Cancelled) and not (is_ours or entry.cancelled):
            return
        if entry.ticket and letter.ticket != entry.ticket:
            self._dispatcher.stop(entry.ticket)
        self._dispatcher.end(entry, event)

    def _adopt(self, job_id: str) -> Trip:
        """Know of a job that an earlier process handed over, until somebody asks for it."""
        entry = self._book.add(Job(id=job_id, user=0, content=b"", styles=()))
        entry.claimed = False
        entry.seen = time.monotonic()
        # By their ids: what the book forgets must not be kept here, and its painting with it.
        self._strangers.append(job_id)
        if len(self._strangers) > STRANGERS:
            oldest = self._strangers.popleft()
            self._book.drop(lambda entry: entry.job.id == oldest and not entry.claimed)
        return entry
