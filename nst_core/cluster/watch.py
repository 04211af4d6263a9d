"""`Watch`: looks after jobs and workers of which nothing is heard."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import Final

from nst_core.cluster.dispatcher import Dispatcher
from nst_core.cluster.fleet import Fleet
from nst_core.cluster.trip import Trip
from nst_core.cluster.wire import Backlog
from nst_core.errors import BrokerError, UnknownJob
from nst_core.executor.base import Cancelled, Failed
from nst_core.executor.book import Book

__all__ = ["PATIENCE", "Watch"]

_LOG = logging.getLogger(__name__)

PATIENCE: Final = 10.0
"""Seconds without a worker after which those who wait are told."""

LOST: Final = 30.0
"""Seconds without a sign of a job that was handed over, after which it is looked for."""

ORPHANED: Final = 60.0
"""Seconds that a job from before the start goes on without anybody asking for it."""

FORGOTTEN: Final = 300.0
"""Seconds that the result of such a job is kept: who goes on after a start asks at once."""

_TICK: Final = 0.5
_BACKLOG: Final = 2.0
_STOPPING: Final = 10.0


class Watch:
    """Goes its round twice a second.

    Args:
        bot: whose jobs they are.
        book: the jobs.
        fleet: who is there.
        dispatcher: what hands jobs over again, and stops them.
        patience: seconds without a worker after which those who wait are told.
    """

    def __init__(
        self,
        bot: str,
        *,
        book: Book[Trip],
        fleet: Fleet,
        dispatcher: Dispatcher,
        patience: float = PATIENCE,
    ) -> None:
        self._bot = bot
        self._book = book
        self._fleet = fleet
        self._dispatcher = dispatcher
        self._patience = patience
        self._attended: dict[int, float] = {}
        self._told = 0.0

    async def run(self) -> None:
        """Look after everything, for ever."""
        while True:
            await asyncio.sleep(_TICK)
            self.recount()
            self._remind()
            await self._tell()
            for entry in self._book.under_way():
                if entry.is_away and time.monotonic() - entry.seen > LOST:
                    await self._look_for(entry)

    def recount(self) -> None:
        """Who is there, and what follows from it."""
        devices = sum(self._fleet.capacity().values())
        changed = devices != self._book.forecast.devices
        self._book.forecast.devices = devices
        for entry in self._book.waiting():
            changed |= self.attend(entry)
        if changed:
            self._book.announce()
            self._dispatcher.wake()

    def attend(self, entry: Trip) -> bool:
        """Note whether anybody is there for a job; True where that has changed."""
        now = time.monotonic()
        if self._fleet.can_paint(entry.side):
            self._attended[entry.side] = now
        since = self._attended.setdefault(entry.side, now)
        before, entry.unattended = entry.unattended, now - since > self._patience
        return before != entry.unattended

    def _remind(self) -> None:
        now = time.monotonic()
        for entry in self._book.under_way():
            if entry.cancelled and now - entry.cancelled > _STOPPING:
                # Nobody stops it, so nobody is at it any more, or hears us.
                self._dispatcher.end(entry, Cancelled(job=entry.job.id, run=entry.run))
            elif not entry.claimed and now - entry.met > ORPHANED:
                self._dispatcher.stop(entry.ticket)
        self._book.drop(lambda entry: not entry.claimed and now - entry.met > FORGOTTEN)

    async def _tell(self) -> None:
        now = time.monotonic()
        if not self._dispatcher.connected or now - self._told < _BACKLOG:
            return
        self._told = now
        waiting, running = len(self._book.queue), sum(bool(e.run) for e in self._book.under_way())
        with suppress(BrokerError):
            await self._dispatcher.speak().tell(
                Backlog(bot=self._bot, waiting=waiting, running=running)
            )

    async def _look_for(self, entry: Trip) -> None:
        """Hand a job over again where nobody has it any more."""
        ticket = entry.ticket
        entry.seen = time.monotonic()
        if self._fleet.who_has(ticket) or not self._dispatcher.connected:
            return
        try:
            waits = await self._dispatcher.speak().waiting(entry.lane)
        except BrokerError:
            return
        is_stuck = entry.lane not in self._fleet.capacity() and self._fleet.can_paint(entry.side)
        if entry.ticket != ticket or entry.journal.closed or (waits and not is_stuck):
            return
        _LOG.warning("job %s was lost on its way", entry.job.id)
        self._dispatcher.stop(ticket)
        if not entry.job.content:
            self._lose(entry)
            return
        if self._book.place(entry) is None:
            self._book.line_up(entry)
        self._dispatcher.take_back(entry)
        self._dispatcher.wake()

    def _lose(self, entry: Trip) -> None:
        """Tell whoever asked for it, and forget it: they may have it still, and submit it again."""
        words = "The job was lost on its way."
        failed = Failed(job=entry.job.id, error=UnknownJob.__name__, message=words)
        self._dispatcher.end(entry, failed)
        self._book.drop(lambda other: other is entry)
