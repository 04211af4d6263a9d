"""`serve`: a worker process, one for each GPU, taking jobs from the broker one by one."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
import types
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from nst_core.cluster import link
from nst_core.cluster.app import TASK_OPTIONS, lane, make_app
from nst_core.cluster.easel import Easel
from nst_core.cluster.names import NAMES, Names, lane_of
from nst_core.cluster.outbox import Outbox
from nst_core.cluster.wire import Parcel, Presence, Unreadable, from_plain
from nst_core.errors import BrokerError, BrokerRefused
from nst_core.executor.ready import default_engine, warm_up

if TYPE_CHECKING:
    from celery import Celery

    from nst_core.engine import Engine

__all__ = ["CALL_OFF", "TELL", "Bench", "serve"]

_LOG = logging.getLogger(__name__)

CALL_OFF: Final = "stylegram_call_off"
"""The order to stop hand-overs, by their tickets."""

TELL: Final = "stylegram_tell"
"""The order to tell at once who is there."""

_PAUSE: Final = 2.0
_SOFTWARE: Final = 70  # EX_SOFTWARE of sysexits.h


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a worker knows of where it works.

    Attributes:
        name: what to call it; its host's name where that is empty. Something unique is appended.
        device: what computes.
        memory: free bytes of it; None where that is not known.
        largest: long side in pixels that it can paint.
    """

    name: str = ""
    device: str
    memory: int | None = None
    largest: int

    def presence(self, release: str) -> Presence:
        """What the worker says of itself while idle."""
        unique = uuid4().hex[:6]
        return Presence(
            worker=f"{self.name or 'worker'}-{unique}@{socket.gethostname()}",
            release=release,
            device=self.device,
            memory=self.memory,
            largest=self.largest,
            lane=lane_of(self.largest),
        )


def serve(
    url: str,
    bench: Bench,
    engine: Engine | None = None,
    *,
    release: str = "",
    metrics_port: int | None = None,
    names: Names = NAMES,
) -> int:
    """Take jobs until told to leave by SIGTERM or SIGINT; the job at hand is painted first.

    Args:
        url: the broker's address.
        bench: where it works.
        engine: what paints; one over VGG19 where it is None.
        release: of the software, for whoever looks at the fleet.
        metrics_port: of `/metrics` and `/healthz`; None for none, 0 for any that is free.
        names: of the version.

    Returns:
        The exit code.

    Raises:
        BrokerRefused: the broker does not let us in.
        WeightsError: neither weights nor a sketch can be had.
        ExtraMissing: Celery is not installed.
    """
    link.require_extra()
    _wait_for_lane(url, names, lane_of(bench.largest))
    if engine is None:
        engine = default_engine()
        # Before the first job is taken: whoever could paint it at once should have it.
        warm_up(engine)
    worker = _Worker(url, Easel(engine, bench.presence(release)), names)
    with worker.monitored(metrics_port):
        return worker.run()


def _wait_for_lane(url: str, names: Names, side: int) -> None:
    """Wait for the broker, and for a bot to have made the queues there.

    Raises:
        BrokerRefused: the broker does not let us in.
    """
    while not _has(url, names.lane(side)):
        time.sleep(_PAUSE)


def _has(url: str, queue: str) -> bool:
    """Whether the queue is there; why not is in the log.

    Raises:
        BrokerRefused: the broker does not let us in.
    """
    from amqp.exceptions import NotFound

    try:
        with link.plainly(url), link.connect(url, heartbeat=0) as connection:
            try:
                connection.default_channel.queue_declare(queue, passive=True)
            except NotFound:
                _LOG.info("The broker has no queues for us yet: the bot will make them.")
                return False
    except BrokerRefused:
        raise
    except BrokerError as error:
        _LOG.warning("%s Trying again.", error)
        return False
    return True


class _Worker:
    def __init__(self, url: str, easel: Easel, names: Names) -> None:
        self._easel = easel
        self._names = names
        self._node = easel.presence().worker
        self._outbox = Outbox(url, names, easel.presence)
        self._app = self._equip(make_app(url, names), easel.presence().lane)
        self._consumer: Any = None
        # Celery takes the place of `nohup` and restarts the process in the midst of a job.
        self._ignores_hangup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN

    def monitored(self, port: int | None) -> AbstractContextManager[None]:
        """Serve health and metrics at that port, if at any."""
        if port is None:
            return nullcontext()
        from nst_core.cluster.monitor import serving

        return serving(port, self._easel.presence, lambda: self._outbox.connected)

    def run(self) -> int:
        """Take jobs until told to leave; the exit code."""
        from celery import signals

        def ready(sender: Any, **_: Any) -> None:
            self._begin(sender)

        signals.setup_logging.connect(_leave_logging_alone)
        signals.worker_ready.connect(ready)
        worker = self._app.Worker(
            hostname=self._node,
            pool="threads",
            concurrency=1,
            queues=[self._names.lane(self._easel.presence().lane)],
            without_mingle=True,
            without_gossip=True,
            quiet=True,
        )
        worker.start()
        self._outbox.close()
        return int(worker.exitcode or 0)

    def _equip(self, app: Celery, side: int) -> Celery:
        from celery.exceptions import Reject
        from celery.worker.control import control_command

        app.conf.task_queues = [lane(self._names, side, declared=False)]
        app.conf.worker_consumer = "nst_core.cluster.consumer:Consumer"
        # The bot makes it: who may make an exchange may also delete it, and cut everybody off.
        app.control.mailbox.exchange.no_declare = True

        def paint(plain: dict[str, Any]) -> None:
            if self._easel.leaving.is_set() or not self._paint(plain):
                # For another worker.
                raise Reject(requeue=True)

        app.task(paint, name=self._names.task, **TASK_OPTIONS)

        def call_off(_: Any, tickets: list[str]) -> None:
            self._easel.call_off(tickets)

        def tell(_: Any) -> None:
            self._outbox.announce()

        control_command(name=CALL_OFF)(call_off)
        control_command(name=TELL)(tell)
        return app

    def _paint(self, plain: dict[str, Any]) -> bool:
        from celery.exceptions import Reject

        try:
            parcel = from_plain(plain, self._names.version)
        except Unreadable as error:
            _LOG.error("A job that cannot be read: %s", error)
            raise Reject(str(error), requeue=False) from error
        if not isinstance(parcel, Parcel):
            msg = "no job"
            raise Reject(msg, requeue=False)
        return self._easel.paint(parcel, self._outbox, self._gives_up)

    def _gives_up(self) -> bool:
        """Whether to leave without having told all: whoever takes the job next will tell."""
        return self._easel.leaving.is_set() and not self._outbox.connected

    def _begin(self, consumer: Any) -> None:
        """Celery is connected, for the first time or again."""
        if self._consumer is None:
            self._outbox.start()
            for work in (self._part, self._watch):
                threading.Thread(target=work, name=f"nst{work.__name__}", daemon=True).start()
            self._take_signals()
            _LOG.info("%s is ready for jobs.", self._node)
        self._consumer = consumer

    def _take_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked_to_leave)
        if self._ignores_hangup:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)

    def _asked_to_leave(self, _: int, __: types.FrameType | None) -> None:
        if self._easel.leaving.is_set():
            # Asked twice: the job at hand goes back, for another worker.
            os._exit(1)
        self._easel.leaving.set()

    def _watch(self) -> None:
        while not self._easel.is_hung:
            time.sleep(_PAUSE)
        _LOG.critical("The job at hand hangs, and only a new process can mend that: leaving.")
        os._exit(_SOFTWARE)

    def _part(self) -> None:
        """Take no more jobs, see the one at hand to its end, then stop Celery.

        Celery's own way to wait keeps its connection from giving signs of life, and a broker that
        hears none gives the job to another worker.
        """
        from celery.worker import state

        self._easel.leaving.wait()
        self._outbox.announce()
        _LOG.info("Leaving once the job at hand is done.")
        consumer = self._consumer
        consumer.call_soon(partial(_take_no_more, consumer))
        while not self._easel.is_idle:
            time.sleep(0.1)
        # The acknowledgement goes out from Celery's own loop.
        time.sleep(0.5)
        state.should_stop = 0


def _take_no_more(consumer: Any) -> None:
    if consumer.task_consumer:
        consumer.task_consumer.cancel()


def _leave_logging_alone(**_: Any) -> None:
    """Celery sets up no logging where somebody listens to this signal."""
