"""`Sender`: what a bot says to the broker, from a thread of its own and never for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from nst_core.cluster import link
from nst_core.cluster.app import events, lane, make_app
from nst_core.cluster.names import Names
from nst_core.cluster.wire import Backlog, Parcel, pack, to_plain
from nst_core.cluster.worker import CALL_OFF, TELL
from nst_core.errors import BrokerError, BrokerUnreachable

if TYPE_CHECKING:
    from kombu import Connection, Producer

__all__ = ["Sender"]

T = TypeVar("T")

_PATIENCE: Final = 2 * link.PATIENCE
_TRANSIENT: Final = 1


class Sender:
    """Speaks over one connection, made when it is needed and again when it broke.

    Every call may raise `BrokerError`, in some seconds at most.

    Args:
        url: the broker's address.
        names: of the version.
        bot: who speaks.
    """

    def __init__(self, url: str, names: Names, bot: str) -> None:
        self._url = url
        self._names = names
        self._bot = bot
        self._app = make_app(url, names)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="nst-sender")
        self._connection: Connection | None = None
        self._known: Producer | None = None

    async def hand_over(self, parcel: Parcel, side: int) -> None:
        """Give a job to a lane; when this returns the broker has it for good."""
        size = _size(parcel)
        work = partial(self._hand_over, parcel, side, link.PATIENCE + link.seconds_for(size))
        await self._do(work, _PATIENCE + 2 * link.seconds_for(size))

    async def call_off(self, tickets: Sequence[str]) -> None:
        """Have every worker stop these hand-overs."""
        await self._do(partial(self._order, CALL_OFF, {"tickets": list(tickets)}))

    async def ask(self) -> None:
        """Have every worker tell at once that it is there."""
        await self._do(partial(self._order, TELL, {}))

    async def tell(self, backlog: Backlog) -> None:
        """Tell whoever wants to know how much there is to do."""
        await self._do(partial(self._tell, backlog))

    async def waiting(self, side: int) -> int:
        """Jobs in a lane that no worker has taken."""
        return await self._do(partial(self._waiting, side))

    async def close(self) -> None:
        """Leave the broker, without waiting for it."""
        await asyncio.to_thread(self._thread.shutdown, wait=False, cancel_futures=True)
        self._drop()

    async def _do(self, work: Callable[[Producer], T], patience: float = _PATIENCE) -> T:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(patience):
                return await loop.run_in_executor(self._thread, self._try, work)
        except TimeoutError:
            msg = f"The broker at {link.place_of(self._url)} does not answer."
            raise BrokerUnreachable(msg) from None

    def _try(self, work: Callable[[Producer], T]) -> T:
        is_fresh = self._known is None
        try:
            return self._once(work)
        except BrokerUnreachable:
            if is_fresh:
                raise
        # What was connected a while ago may have broken since.
        return self._once(work)

    def _once(self, work: Callable[[Producer], T]) -> T:
        try:
            with link.plainly(self._url):
                return work(self._producer())
        except BrokerError:
            self._drop()
            raise

    def _producer(self) -> Producer:
        if self._known is None:
            self._connection = link.connect(self._url, heartbeat=0)
            self._connection.connect()
            self._known = self._connection.Producer(serializer="msgpack", auto_declare=False)
        return self._known

    def _drop(self) -> None:
        connection, self._connection, self._known = self._connection, None, None
        if connection:
            # Closing in good order would wait for a broker that is gone.
            connection.collect(0.1)

    def _hand_over(self, parcel: Parcel, side: int, patience: float, producer: Producer) -> None:
        self._app.send_task(
            self._names.task,
            args=[to_plain(parcel, self._names.version)],
            # Celery would have the pictures in a header, for people to read.
            argsrepr=f"job {parcel.job.id}",
            task_id=f"{parcel.job.id}.{parcel.ticket}",
            headers={"bot": self._bot},
            queue=lane(self._names, side, declared=False),
            exchange=self._names.jobs,
            routing_key=str(side),
            producer=producer,
            ignore_result=True,
            retry=False,
            timeout=patience,
        )

    def _order(self, command: str, arguments: dict[str, Any], producer: Producer) -> None:
        producer.publish(
            {"method": command, "arguments": arguments, "destination": None},
            exchange=self._names.orders,
            delivery_mode=_TRANSIENT,
            timeout=link.PATIENCE,
        )

    def _tell(self, backlog: Backlog, producer: Producer) -> None:
        producer.publish(
            pack(backlog, self._names.version),
            exchange=events(self._names).name,
            routing_key=self._names.fleet,
            content_type="application/octet-stream",
            content_encoding="binary",
            delivery_mode=_TRANSIENT,
            timeout=link.PATIENCE,
        )

    def _waiting(self, side: int, producer: Producer) -> int:
        name = self._names.lane(side)
        told = producer.channel.queue_declare(name, passive=True)
        return int(told.message_count)


def _size(parcel: Parcel) -> int:
    """About how many bytes it takes."""
    job = parcel.job
    return sum(map(len, (job.content, *job.styles, job.init or b"", job.mask or b"")))
