"""`CeleryExecutor`: the executor of many machines, over Celery and RabbitMQ.

The fair queue stays in this process, so that places are exact and a waiting job ends at once. The
broker has no more jobs than the workers are at, and one for each lane beside: the rest would only
wait there. It keeps them, and how they ended, also while this process is gone.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final

from nst_core.cluster import link
from nst_core.cluster.background import Background
from nst_core.cluster.dispatcher import Dispatcher
from nst_core.cluster.fleet import Fleet
from nst_core.cluster.names import NAMES, Names
from nst_core.cluster.reception import Reception
from nst_core.cluster.trip import Trip
from nst_core.cluster.watch import PATIENCE, Watch
from nst_core.errors import BrokerRefused
from nst_core.executor.base import Cancelled, FleetState, Job, JobHandle
from nst_core.executor.book import Book, Handle

if TYPE_CHECKING:
    from nst_core.cluster.listener import Listener

__all__ = ["CeleryExecutor"]

_LOG = logging.getLogger(__name__)

_CONNECTING: Final = 5.0


class CeleryExecutor:
    """Hands jobs to workers on other machines, round robin between users.

    Args:
        url: the broker's address, ``amqp://name:password@host/virtual-host``.
        bot: a name that stays the same over restarts; no other process may have it.
        patience: seconds without a worker after which those who wait are told.
        names: of everything at the broker; those of this version unless a test brings others.

    Attributes:
        book: the jobs: who waits, in which order, and what became of each.

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
        self.book: Book[Trip] = Book(Trip)
        self._fleet = Fleet()
        self._background = Background()
        self._dispatcher = Dispatcher(self.book, self._fleet, bot, self._background)
        self._watch = Watch(
            bot,
            book=self.book,
            fleet=self._fleet,
            dispatcher=self._dispatcher,
            patience=patience,
        )
        self._reception = Reception(
            bot,
            self._place,
            book=self.book,
            fleet=self._fleet,
            dispatcher=self._dispatcher,
            watch=self._watch,
            background=self._background,
        )
        self._listener: Listener | None = None

    async def start(self) -> None:
        """Connect, and hear what happened meanwhile. Idempotent.

        A broker that cannot be reached now is waited for in the background, and so are the jobs.

        Raises:
            BrokerRefused: the broker does not let us in.
            ExecutorClosed: `close` was called before.
        """
        self.book.check_open()
        if self._reception.ready is None:
            self._reception.ready = asyncio.get_running_loop().create_future()
            self._listen()
        try:
            async with asyncio.timeout(_CONNECTING):
                await asyncio.shield(self._reception.ready)
        except TimeoutError:
            _LOG.warning("Starting without the broker at %s, which does not answer.", self._place)
        except BrokerRefused:
            self._reception.ready = None
            await self._hang_up()
            raise

    async def submit(self, job: Job) -> JobHandle:
        """See `Executor.submit`. Jobs may be submitted before `start`; they wait."""
        known = self.book.get(job.id)
        if known and not known.claimed:
            self.book.check_open()
            if not known.journal.closed:
                known.take(job)
            self.book.claim(known, job.user)
            return Handle(self, known)
        entry = self.book.enter(job)
        self._watch.attend(entry)
        self._dispatcher.wake()
        return Handle(self, entry)

    async def attach(self, job_id: str, user: int = 0) -> JobHandle:
        """See `Executor.attach`.

        Known is also what an earlier process handed over, as far as it was begun.
        """
        entry = self.book.find(job_id)
        if not entry.claimed:
            self.book.claim(entry, user)
        return Handle(self, entry)

    async def forget(self, user: int) -> None:
        """See `Executor.forget`."""
        self.book.forget(user)

    async def close(self) -> None:
        """End what is known here, and leave the broker.

        What workers are at goes on, for whoever takes this one's place.
        """
        self.book.closed = True
        for entry in self.book.under_way():
            self.book.leave(entry)
            self.book.publish(entry, Cancelled(job=entry.job.id, run=entry.run))
        await self._hang_up()

    async def cancel(self, entry: Trip) -> None:
        """End a waiting job now, or have the worker stop at its next step."""
        if entry.journal.closed:
            return
        entry.cancelled = time.monotonic()
        if self.book.leave(entry):
            self.book.publish(entry, Cancelled(job=entry.job.id))
            self.book.announce()
            self._dispatcher.wake()
        if entry.ticket:
            self._dispatcher.stop(entry.ticket)

    def fleet(self) -> FleetState:
        """See `TellsFleet.fleet`."""
        return FleetState(
            connected=self._dispatcher.connected, workers=sum(self._fleet.capacity().values())
        )

    def _listen(self) -> None:
        from nst_core.cluster.listener import Listener, Relay
        from nst_core.cluster.sender import Sender

        ears = Relay(asyncio.get_running_loop(), self._reception)
        self._listener = Listener(self._url, self._names, self._bot, ears)
        self._dispatcher.sender = Sender(self._url, self._names, self._bot)
        self._listener.start()
        self._background.start(self._dispatcher.run())
        self._background.start(self._watch.run())

    async def _hang_up(self) -> None:
        await self._background.close()
        if self._listener:
            await asyncio.to_thread(self._listener.close)
        if self._dispatcher.sender:
            await self._dispatcher.sender.close()
            self._dispatcher.sender = None
