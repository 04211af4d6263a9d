"""`Outbox`: what a worker tells, sent by a thread of its own, so that painting never waits."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nst_core.cluster import link
from nst_core.cluster.app import events
from nst_core.cluster.names import Names
from nst_core.cluster.wire import Letter, Presence, pack
from nst_core.errors import BrokerError, BrokerRefused, BrokerUnreachable
from nst_core.executor.base import Failed, Finished, Previewed, Progressed

if TYPE_CHECKING:
    from kombu import Connection, Producer

__all__ = ["ANNOUNCED", "Outbox"]

_LOG = logging.getLogger(__name__)

ANNOUNCED: Final = 2.0
"""Seconds between two words of a worker about itself."""

SPACED: Final = {Progressed: 0.2, Previewed: 0.5}
"""Seconds between two events of a kind of which only the newest matters."""

_PAUSE: Final = 1.0
_TRANSIENT, _PERSISTENT = 1, 2


@dataclass(frozen=True, slots=True)
class _Post:
    bot: str
    letter: Letter

    @property
    def spacing(self) -> float:
        return SPACED.get(type(self.letter.event), 0.0)


class Outbox:
    """Sends in order; of what is superseded before it is sent, only the newest.

    While the broker is away everything else is kept, and sent when it is back.

    Args:
        url: the broker's address.
        names: of the version.
        presence: what the worker says of itself.
    """

    def __init__(self, url: str, names: Names, presence: Callable[[], Presence]) -> None:
        self._url = url
        self._names = names
        self._presence = presence
        self._posts: deque[_Post] = deque()
        self._changed = threading.Condition()
        self._announce_at = 0.0
        self._closing = False
        self._sent: dict[type, float] = {}
        self._thread = threading.Thread(target=self._run, name="nst-outbox", daemon=True)
        self.connected = False

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def put(self, bot: str, letter: Letter) -> None:
        """Send a letter to a bot soon. Returns at once."""
        with self._changed:
            kind = type(letter.event)
            if kind in SPACED:
                for old in [p for p in self._posts if type(p.letter.event) is kind]:
                    self._posts.remove(old)
            self._posts.append(_Post(bot, letter))
            self._changed.notify_all()

    def announce(self) -> None:
        """Tell soon that the worker is there."""
        with self._changed:
            self._announce_at = 0.0
            self._changed.notify_all()

    def flush(self, give_up: Callable[[], bool]) -> bool:
        """Wait until the broker has confirmed everything; whether it has.

        Args:
            give_up: asked now and then whether to wait no longer.
        """
        with self._changed:
            while self._posts:
                if give_up():
                    return False
                self._changed.wait(0.2)
        return True

    def close(self) -> None:
        """Say a last word, and stop sending."""
        with self._changed:
            self._closing = True
            self._announce_at = 0.0
            self._changed.notify_all()
        self._thread.join(link.PATIENCE)

    def _run(self) -> None:
        while True:
            try:
                with link.plainly(self._url), link.connect(self._url) as connection:
                    self._serve(connection)
            except BrokerError as error:
                self.connected = False
                if not isinstance(error, BrokerUnreachable | BrokerRefused):
                    self._replace(error)
                elif not self._closing:
                    _LOG.warning("%s Trying again.", error)
            except Exception:  # noqa: BLE001
                # A thread that ends would leave everybody waiting for ever.
                self.connected = False
                _LOG.exception("Telling went wrong. Trying again.")
            if self._closing:
                return
            time.sleep(_PAUSE)

    def _replace(self, error: BrokerError) -> None:
        """Tell of the failure instead of what the broker will never take."""
        with self._changed:
            if not self._posts:
                return
            post = self._posts.popleft()
            event = post.letter.event
            _LOG.error("job %s: its %s cannot be told. %s", event.job, event.kind, error)
            if isinstance(event, Finished):
                letter = replace(post.letter, event=_lost(event, error))
                self._posts.appendleft(_Post(post.bot, letter))

    def _serve(self, connection: Connection) -> None:
        producer = connection.Producer(exchange=events(self._names), auto_declare=False)
        self.connected = True
        while True:
            post, closing = self._next()
            if post:
                self._send(producer, post)
            elif self._announces():
                self._send_presence(producer)
            if closing and not post:
                return
            connection.heartbeat_check()

    def _next(self) -> tuple[_Post | None, bool]:
        """What is due, after a while at most; and whether that was the last."""
        with self._changed:
            now = time.monotonic()
            wait = self._announce_at - now
            if post := self._first():
                wait = min(wait, self._due(post) - now)
            if wait > 0 and not self._closing:
                self._changed.wait(min(wait, 1.0))
            post = self._first()
            is_due = post and self._due(post) <= time.monotonic()
            return (post if is_due else None), self._closing

    def _first(self) -> _Post | None:
        return min(self._posts, key=self._due, default=None)

    def _due(self, post: _Post) -> float:
        if not all(other.spacing for other in self._posts):
            # Something that should not wait, and not overtake what came before it.
            return 0.0
        return self._sent.get(type(post.letter.event), 0.0) + post.spacing

    def _send(self, producer: Producer, post: _Post) -> None:
        event = post.letter.event
        lasting = event.terminal
        key = self._names.results(post.bot) if lasting else self._names.live(post.bot)
        data = pack(post.letter, self._names.version)
        if (quiet := link.seconds_for(len(data))) > ANNOUNCED:
            # On a slow line nothing else is heard of us meanwhile.
            self._send_presence(producer, quiet)
        self._publish(producer, data, key, lasting=lasting)
        self._sent[type(event)] = time.monotonic()
        with self._changed:
            if post in self._posts:
                self._posts.remove(post)
            self._changed.notify_all()

    def _announces(self) -> bool:
        return time.monotonic() >= self._announce_at

    def _send_presence(self, producer: Producer, quiet: float = 0.0) -> None:
        self._announce_at = time.monotonic() + ANNOUNCED
        data = pack(replace(self._presence(), quiet=quiet), self._names.version)
        self._publish(producer, data, self._names.fleet, lasting=False)

    @staticmethod
    def _publish(producer: Producer, data: bytes, key: str, *, lasting: bool) -> None:
        producer.publish(
            data,
            routing_key=key,
            content_type="application/octet-stream",
            content_encoding="binary",
            delivery_mode=_PERSISTENT if lasting else _TRANSIENT,
            timeout=link.PATIENCE + link.seconds_for(len(data)),
        )


def _lost(event: Finished, error: BrokerError) -> Failed:
    words = "The painting could not be sent from where it was painted."
    return Failed(job=event.job, run=event.run, error=type(error).__name__, message=words)
