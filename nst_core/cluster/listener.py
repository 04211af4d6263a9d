"""`Listener`: what comes from the broker, taken by a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import uuid4

from nst_core.cluster import link
from nst_core.cluster.app import dead, events, jobs, lanes, live, orders, results
from nst_core.cluster.frames import forgiving
from nst_core.cluster.names import Names
from nst_core.cluster.wire import Message, Unreadable, unpack
from nst_core.errors import BrokerError

if TYPE_CHECKING:
    from amqp import Message as Delivery
    from kombu import Connection, Queue

__all__ = ["HOLD", "Ears", "Listener", "Relay"]

_LOG = logging.getLogger(__name__)

HOLD: Final = 30.0
"""Seconds for which the broker keeps a result that was heard of: if the bot is killed before it
has it on disk, it hears of it once more."""

_PAUSE: Final = 1.0
_TICK: Final = 0.1


class Ears(Protocol):
    """Who is told, in the listener's thread."""

    def heard(self, message: Message) -> None:
        """Somebody tells something."""

    def given_up(self, job: str, ticket: str) -> None:
        """The broker has given up a job: every worker that took it was lost."""

    def caught_up(self) -> None:
        """All that came while nobody listened has been told."""

    def cut_off(self, error: BrokerError) -> None:
        """There is no way to the broker now."""


class Listener:
    """Makes what a bot needs at the broker, and listens until closed.

    Args:
        url: the broker's address.
        names: of the version.
        bot: whose jobs to hear of; empty for nobody's, only of the fleet, and nothing is made.
        ears: who is told.
    """

    def __init__(self, url: str, names: Names, bot: str, ears: Ears) -> None:
        self._url = url
        self._names = names
        self._bot = bot
        self._ears = ears
        self._closing = threading.Event()
        self._held: deque[tuple[float, int]] = deque()
        self._behind = 0
        self._thread = threading.Thread(target=self._run, name="nst-listener", daemon=True)

    def start(self) -> None:
        """Begin to listen, and again whenever the broker was away."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening; in a moment."""
        self._closing.set()
        self._thread.join(link.PATIENCE)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                connect = link.connect(self._url, frame_handler=forgiving)
                with link.plainly(self._url), connect as connection:
                    self._listen(connection)
            except BrokerError as error:
                if not self._closing.is_set():
                    self._ears.cut_off(error)
            except Exception:  # noqa: BLE001
                # A thread that ends would leave everybody waiting for ever.
                _LOG.exception("Listening went wrong. Trying again.")
            self._closing.wait(_PAUSE)

    def _listen(self, connection: Connection) -> None:
        self._held.clear()
        self._behind = 0
        channel = connection.channel()
        # Bytes are wanted, whatever encoding the sender says that they are in.
        channel.auto_decode = False
        if self._bot:
            self._declare(channel)
        self._consume(channel, live(self._names, self._bot, uuid4().hex[:8]), self._take_live)
        if self._bot:
            self._consume(channel, results(self._names, self._bot), self._take_result)
        if not self._behind:
            self._ears.caught_up()
        self._serve(connection, channel)

    def _consume(self, channel: Any, queue: Queue, take: Callable[[Delivery], None]) -> None:
        """Have what comes in a queue taken; by nobody else, for no two may have one name.

        Not by Kombu's consumer: it unpacks what is said to be compressed, however large it gets.
        """
        queue = queue(channel)
        queue.declare()
        if not queue.exclusive:
            self._behind = queue.queue_declare(passive=True).message_count
        channel.basic_consume(queue.name, exclusive=True, callback=take)

    def _declare(self, channel: Any) -> None:
        for exchange in (dead, events, jobs, orders):
            exchange(self._names)(channel).declare()
        for queue in lanes(self._names):
            queue(channel).declare()

    def _serve(self, connection: Connection, channel: Any) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                connection.drain_events(timeout=_TICK)
            connection.heartbeat_check()
            now = time.monotonic()
            while self._held and self._held[0][0] <= now:
                channel.basic_ack(self._held.popleft()[1])

    def _take_live(self, delivery: Delivery) -> None:
        self._hear(delivery)
        delivery.channel.basic_ack(delivery.delivery_tag)

    def _take_result(self, delivery: Delivery) -> None:
        # Where it came by is told by the broker, and workers may not write there.
        if delivery.delivery_info["exchange"] == self._names.dead:
            job, _, ticket = str((delivery.headers or {}).get("id", "")).rpartition(".")
            self._ears.given_up(job, ticket)
        else:
            self._hear(delivery)
        self._held.append((time.monotonic() + HOLD, delivery.delivery_tag))
        if self._behind:
            self._behind -= 1
            if not self._behind:
                self._ears.caught_up()

    def _hear(self, delivery: Delivery) -> None:
        try:
            # Of no length it is no bytes.
            told = unpack(delivery.body or b"", self._names.version)
        except Unreadable as error:
            # Acknowledged all the same: it will be no clearer the next time.
            _LOG.warning("The broker brought %s.", error)
        else:
            self._ears.heard(told)


class Relay:
    """Brings what the listener's thread hears to an event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ears: Ears) -> None:
        self._loop = loop
        self._ears = ears

    def heard(self, message: Message) -> None:
        """See `Ears.heard`."""
        self._pass_on(self._ears.heard, message)

    def given_up(self, job: str, ticket: str) -> None:
        """See `Ears.given_up`."""
        self._pass_on(self._ears.given_up, job, ticket)

    def caught_up(self) -> None:
        """See `Ears.caught_up`."""
        self._pass_on(self._ears.caught_up)

    def cut_off(self, error: BrokerError) -> None:
        """See `Ears.cut_off`."""
        self._pass_on(self._ears.cut_off, error)

    def _pass_on(self, take: Callable[..., None], *what: object) -> None:
        # The loop may have ended before this thread.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(take, *what)
