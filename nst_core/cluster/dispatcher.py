"""`Dispatcher`: hands jobs to the broker, no more than the workers are at, and takes them back."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from nst_core.cluster.background import Background
from nst_core.cluster.fleet import Fleet
from nst_core.cluster.trip import Trip
from nst_core.cluster.wire import Parcel
from nst_core.errors import BrokerError, BrokerRefused, BrokerUnreachable
from nst_core.executor.base import Event
from nst_core.executor.book import Book
from nst_core.executor.work import failed

if TYPE_CHECKING:
    from nst_core.cluster.sender import Sender

__all__ = ["Dispatcher"]

_LOG = logging.getLogger(__name__)

_PAUSE: Final = 1.0


class Dispatcher:
    """What goes out: jobs, and the word that one is to stop.

    Args:
        book: the jobs.
        fleet: who is there.
        bot: whose jobs they are.
        background: where that is said which nobody waits for.

    Attributes:
        connected: whether the broker is there.
        sender: speaks to it; None before the start.
    """

    def __init__(self, book: Book[Trip], fleet: Fleet, bot: str, background: Background) -> None:
        self._book = book
        self._fleet = fleet
        self._bot = bot
        self._background = background
        self._changed = asyncio.Event()
        self.connected = False
        self.sender: Sender | None = None

    async def run(self) -> None:
        """Hand jobs over, for ever."""
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
                    self.end(choice[0], failed(choice[0].job, "", error))

    def wake(self) -> None:
        """Look again whether a job can be handed over."""
        self._changed.set()

    def stop(self, ticket: str) -> None:
        """Have whoever is at this hand-over stop; soon."""

        async def call_off() -> None:
            # Where it does not arrive, the next word of the run brings it up again.
            with suppress(BrokerError):
                await self.speak().call_off([ticket])

        if ticket and self.sender:
            self._background.start(call_off())

    def take_back(self, entry: Trip) -> None:
        """Have a job wait here again, before all others of its user's."""
        self._book.forecast.ended(entry.run)
        entry.ticket, entry.lane, entry.run, entry.next_up = "", 0, "", False

    def end(self, entry: Trip, event: Event) -> None:
        """Note that a job is over, and make room for the next."""
        self._book.leave(entry)
        if entry.run and entry.run != event.run:
            self._book.forecast.ended(entry.run)
        entry.seen = time.monotonic()
        self._book.publish(entry, event)
        self._book.announce()
        self._changed.set()

    def speak(self) -> Sender:
        """What speaks to the broker.

        Raises:
            RuntimeError: the executor was not started.
        """
        if self.sender is None:
            msg = "not started"
            raise RuntimeError(msg)
        return self.sender

    def _next(self) -> tuple[Trip, int] | None:
        """The job that is to be handed over now, and the lane for it."""
        if not self.connected:
            return None
        loads: dict[int, int] = {}
        for entry in self._book.under_way():
            if entry.is_away:
                loads[entry.lane] = loads.get(entry.lane, 0) + 1
        for entry in self._book.waiting():
            if not entry.ticket and (lane := self._fleet.lane_for(entry.side, loads)):
                return entry, lane
        return None

    async def _hand_over(self, entry: Trip, lane: int) -> None:
        ticket = entry.ticket = secrets.token_hex(8)
        entry.lane, entry.next_up, entry.seen = lane, True, time.monotonic()
        try:
            await self.speak().hand_over(Parcel(ticket=ticket, bot=self._bot, job=entry.job), lane)
        except BrokerError:
            if entry.ticket == ticket and not entry.run:
                self.take_back(entry)
            raise
