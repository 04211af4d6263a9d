"""`Easel`: the one job that a worker process has at hand."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol
from uuid import uuid4

from nst_core.cluster.wire import Letter, Parcel, Presence, Work
from nst_core.executor.base import Event, Finished
from nst_core.executor.forecast import Forecast, effort_of
from nst_core.executor.work import paint

if TYPE_CHECKING:
    from nst_core.engine import Engine

__all__ = ["Easel"]

_LOG = logging.getLogger(__name__)

HANGING: Final = 300.0
"""Seconds that a step may take, see `Easel.is_hung`."""

REMEMBERED: Final = 256
"""Hand-overs that were called off or are done, in case they come once more."""


class _Outbox(Protocol):
    def put(self, bot: str, letter: Letter) -> None: ...
    def announce(self) -> None: ...
    def flush(self, give_up: Callable[[], bool]) -> bool: ...


@dataclass(slots=True)
class _Hand:
    parcel: Parcel
    run: str = field(default_factory=lambda: uuid4().hex)
    stop: threading.Event = field(default_factory=threading.Event)
    stopped_at: float = math.inf
    is_painted: bool = False


class Easel:
    """Paints parcels one after the other, in whatever thread brings them.

    Args:
        engine: what paints.
        presence: what the worker says of itself while idle.
    """

    def __init__(self, engine: Engine, presence: Presence) -> None:
        self._engine = engine
        self._idle = presence
        self._begun = time.monotonic()
        self._hand: _Hand | None = None
        self._over: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        self._forecast = Forecast()
        self._done = 0
        self.leaving = threading.Event()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being painted."""
        return self._hand is None

    @property
    def is_hung(self) -> bool:
        """Whether a job goes on and on that was called off: only a new process can mend that."""
        hand = self._hand
        if hand is None or hand.is_painted:
            return False
        return time.monotonic() - hand.stopped_at > HANGING

    def presence(self) -> Presence:
        """What the worker says of itself now."""
        hand = self._hand
        known = replace(
            self._idle,
            done=self._done,
            pace=self._forecast.pace(),
            seconds=round(time.monotonic() - self._begun, 1),
        )
        if hand:
            parcel = hand.parcel
            known = replace(
                known,
                work=Work.PAINTING,
                bot=parcel.bot,
                job=parcel.job.id,
                ticket=parcel.ticket,
                run=hand.run,
            )
        return replace(known, work=Work.LEAVING) if self.leaving.is_set() else known

    def paint(self, parcel: Parcel, outbox: _Outbox, give_up: Callable[[], bool]) -> bool:
        """Paint a job; True once the broker has all that there is to tell of it.

        A hand-over that was called off, or was painted here before, is passed over.

        Args:
            parcel: the job.
            outbox: who tells.
            give_up: asked now and then whether to wait for the broker no longer.
        """
        if (hand := self._take(parcel)) is None:
            return True
        _LOG.info("job %s begins", parcel.job.id)
        outbox.announce()
        self._forecast.started(hand.run, effort_of(parcel.job))

        def emit(event: Event) -> None:
            if isinstance(event, Finished):
                self._done += 1
                self._forecast.finished(hand.run, sketched=event.sketched)
            letter = Letter(
                ticket=parcel.ticket, worker=self._idle.worker, lane=self._idle.lane, event=event
            )
            outbox.put(parcel.bot, letter)

        paint(self._engine, parcel.job, hand.run, emit, hand.stop.is_set)
        hand.is_painted = True
        self._forecast.ended(hand.run)
        is_told = outbox.flush(give_up)
        with self._lock:
            self._hand = None
            if is_told:
                self._remember([parcel.ticket])
        _LOG.info("job %s ends", parcel.job.id)
        outbox.announce()
        return is_told

    def call_off(self, tickets: Iterable[str]) -> None:
        """Stop these hand-overs: the one that is painted within a step, others when they come."""
        known = set(tickets)
        with self._lock:
            self._remember(known)
            if self._hand and self._hand.parcel.ticket in known:
                self._hand.stop.set()
                self._hand.stopped_at = min(self._hand.stopped_at, time.monotonic())

    def _take(self, parcel: Parcel) -> _Hand | None:
        with self._lock:
            if parcel.ticket in self._over:
                return None
            self._hand = _Hand(parcel)
            return self._hand

    def _remember(self, tickets: Iterable[str]) -> None:
        self._over.update(dict.fromkeys(tickets))
        while len(self._over) > REMEMBERED:
            self._over.popitem(last=False)
