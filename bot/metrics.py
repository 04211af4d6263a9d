"""What is counted and measured: no ids, names, files or words of anybody, only how many."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from enum import StrEnum
from time import perf_counter
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from telegram import Message, Update
from telegram.error import TelegramError

from nst_core.executor.base import FleetState
from nst_core.memory import DeviceMemory
from nst_core.settings import Quality

__all__ = ["Edit", "Kind", "Laps", "Metrics", "Milestone", "Phase", "Turned"]

_FRACTIONS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_DURATIONS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000)

# A time beside every count, of which Prometheus makes nothing.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Kind(StrEnum):
    """What an update brings."""

    BUTTON = "button"
    COMMAND = "command"
    TEXT = "text"
    PHOTO = "photo"
    FILE = "file"
    STICKER = "sticker"
    OTHER = "other"


class Milestone(StrEnum):
    """What becomes of a job; after `ACCEPTED` comes one of the others, once."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    """It could not be done, for a reason that the person was told."""
    FAILED = "failed"
    """It could not be done, and that is our fault, or Telegram's."""
    SHUT_OUT = "shut_out"
    """The person has shut the bot out meanwhile."""
    INTERRUPTED = "interrupted"
    """The bot left before it was done."""


class Phase(StrEnum):
    """What a job spends its time on."""

    FETCH = "fetch"
    QUEUE = "queue"
    PAINT = "paint"
    DELIVER = "deliver"


class Edit(StrEnum):
    """What becomes of an edit of a progress message."""

    DONE = "done"
    LATE = "late"
    """Telegram asked for patience; a newer one takes its place."""
    DROPPED = "dropped"


class Turned(StrEnum):
    """Why a request was turned away from the webhook."""

    PATH = "path"
    METHOD = "method"
    SECRET = "secret"  # noqa: S105 - the name of a reason
    TYPE = "type"
    SIZE = "size"
    SLOW = "slow"
    RATE = "rate"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    """Taken, but of a kind that is not known here."""


class Metrics:
    """One registry and everything in it.

    A part that is given none counts in one of its own, which nobody reads.

    Attributes:
        registry: to be shown.
        waiting: jobs in the queue of the executor.
        running: jobs that are being painted.
        pending: updates that Telegram holds back for the webhook.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.waiting = self._gauge("jobs_waiting", "Jobs in the queue.")
        self.running = self._gauge("jobs_running", "Jobs being painted.")
        self.pending = self._gauge(
            "webhook_pending_updates",
            "Updates that Telegram has not delivered yet, as it said last.",
        )
        self._updates = self._counter("updates", "Updates heard, by what they bring.", kind=Kind)
        self._jobs = self._counter(
            "jobs", "Jobs that came so far.", state=Milestone, quality=Quality
        )
        self._edits = self._counter("progress_edits", "Edits of progress messages.", outcome=Edit)
        self._turned = self._counter(
            "webhook_refusals", "Requests that the webhook turned away.", reason=Turned
        )
        self._errors = self._open_counter(
            "telegram_errors", "Requests that Telegram did not grant, by kind of error.", "kind"
        )
        self._refusals = self._open_counter(
            "telegram_refusals",
            "Requests that were too many for Telegram (429), by method.",
            "method",
        )
        self._seconds = self._phases()
        self._lags = Histogram(
            "stylegram_loop_lag_seconds",
            "By how much the event loop was late, every tenth of a second.",
            registry=self.registry,
            buckets=_FRACTIONS,
        )
        self._lag = self._gauge(
            "loop_lag_latest_seconds", "By how much the event loop was late just now."
        )
        self._ready = self._gauge("ready", "Whether the bot is ready, as /healthz says.")

    def watch(
        self,
        ready: Callable[[], bool],
        memory: Callable[[], DeviceMemory | None],
        fleet: Callable[[], FleetState | None] = lambda: None,
    ) -> None:
        """Ask for these whenever the metrics are read.

        Args:
            ready: whether the bot is.
            memory: what the engine holds of its device.
            fleet: who paints elsewhere; None where this machine does.
        """
        self._ready.set_function(lambda: float(ready()))
        self.registry.register(_GpuMemory(memory))
        self.registry.register(_Fleet(fleet))

    def heard(self, update: Update) -> None:
        """An update has arrived."""
        self._updates.labels(_kind_of(update)).inc()

    def job(self, state: Milestone, quality: Quality) -> None:
        """A job has come that far."""
        self._jobs.labels(state, quality).inc()

    def took(self, phase: Phase, seconds: float) -> None:
        """A job is done with a phase."""
        self._seconds.labels(phase).observe(seconds)

    def laps(self) -> Laps:
        """A stopwatch for phases, started now."""
        return Laps(self)

    def edited(self, outcome: Edit) -> None:
        """A progress message was to be edited."""
        self._edits.labels(outcome).inc()

    def failed(self, error: TelegramError) -> None:
        """Telegram did not grant a request, or did not answer."""
        self._errors.labels(type(error).__name__).inc()

    def refused(self, method: str) -> None:
        """A request was one too many."""
        self._refusals.labels(method).inc()

    def turned_away(self, reason: Turned) -> None:
        """The webhook did not take a request."""
        self._turned.labels(reason).inc()

    def lagged(self, seconds: float) -> None:
        """The event loop was late by that."""
        self._lags.observe(seconds)
        self._lag.set(seconds)

    def _counter(self, name: str, help_: str, **labels: type[StrEnum]) -> Counter:
        """A counter that begins with 0 for every combination, so that no first count is missed."""
        counter = Counter(f"stylegram_{name}", help_, [*labels], registry=self.registry)
        for values in itertools.product(*labels.values()):
            counter.labels(*values)
        return counter

    def _open_counter(self, name: str, help_: str, label: str) -> Counter:
        """A counter whose label takes values that nobody knows beforehand."""
        return Counter(f"stylegram_{name}", help_, [label], registry=self.registry)

    def _gauge(self, name: str, help_: str) -> Gauge:
        return Gauge(f"stylegram_{name}", help_, registry=self.registry)

    def _phases(self) -> Histogram:
        seconds = Histogram(
            "stylegram_phase_seconds",
            "Seconds that a job spent in a phase.",
            ["phase"],
            registry=self.registry,
            buckets=_DURATIONS,
        )
        for phase in Phase:
            seconds.labels(phase)
        return seconds


class Laps:
    """A stopwatch: the end of one phase is the start of the next."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._since = perf_counter()

    def end(self, phase: Phase) -> None:
        """What has passed since the last end belongs to that phase."""
        self._metrics.took(phase, self.skip())

    def skip(self) -> float:
        """Leave out what has passed; the seconds."""
        since, self._since = self._since, perf_counter()
        return self._since - since


class _GpuMemory(Collector):
    def __init__(self, memory: Callable[[], DeviceMemory | None]) -> None:
        self._memory = memory

    def describe(self) -> list[GaugeMetricFamily]:
        return [self._family()]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = self._family()
        if memory := self._memory():
            family.add_metric(["held"], memory.held)
            family.add_metric(["peak"], memory.peak)
        yield family

    @staticmethod
    def _family() -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "stylegram_gpu_memory_bytes",
            "Memory of the GPU that the engine holds now, and held at most.",
            labels=["kind"],
        )


class _Fleet(Collector):
    def __init__(self, fleet: Callable[[], FleetState | None]) -> None:
        self._fleet = fleet

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if fleet := self._fleet():
            yield GaugeMetricFamily(
                "stylegram_workers", "Workers on other machines that take jobs.", fleet.workers
            )
            yield GaugeMetricFamily(
                "stylegram_broker_connected", "Whether the way to them is open.", fleet.connected
            )


def _kind_of(update: Update) -> Kind:
    if update.callback_query:
        return Kind.BUTTON
    return _kind_of_message(update.message) if update.message else Kind.OTHER


def _kind_of_message(message: Message) -> Kind:
    if message.text:
        return Kind.COMMAND if message.text.startswith("/") else Kind.TEXT
    if message.photo:
        return Kind.PHOTO
    if message.sticker:
        return Kind.STICKER
    return Kind.FILE if message.document else Kind.OTHER
