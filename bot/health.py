"""Whether the bot can work, and whether a restart would help."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from bot.metrics import Metrics
from nst_core.executor.base import FleetState

__all__ = ["HANGING", "Engine", "Health", "Reason", "watch_loop"]

# Polls come back every ten seconds, and after trouble with Telegram every half minute.
_SILENCE: Final = 90.0
# Longer than compiling takes, and than one step of a large painting does on a small machine.
HANGING: Final = 300.0
# Longer than fetching VGG19's weights takes on a slow line.
_LOADING: Final = 1800.0
_LATE: Final = 1.0
_TICK: Final = 0.1
# Ten seconds of them.
_TICKS: Final = 100


class Engine(StrEnum):
    """How far the engine is."""

    STARTING = "starting"
    READY = "ready"
    BROKEN = "broken"


class Reason(StrEnum):
    """Why the bot is not ready."""

    TELEGRAM = "telegram"
    """Nothing has come from Telegram, for too long or not at all yet."""
    ENGINE = "engine"
    """It is not ready yet, or broke down."""
    COMPUTE = "compute"
    """A job runs, and nothing is heard of it."""
    BROKER = "broker"
    """Workers on other machines are to paint, and the way to them is cut off."""
    WORKERS = "workers"
    """They are to paint, and none is there."""
    LOOP = "loop"
    """The event loop was busy with one thing for too long."""
    STOPPING = "stopping"


class Health:
    """What is known of the bot's parts.

    Args:
        clock: seconds, from any beginning.
        patience: seconds of silence after which a job that runs is given up for hung.

    Attributes:
        stopping: whether the bot is about to leave.
        fleet: tells who paints elsewhere; None where this machine does.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, patience: float = 2 * HANGING
    ) -> None:
        self._patience = patience
        self.stopping = False
        self.fleet: Callable[[], FleetState | None] = lambda: None
        self._clock = clock
        # Nobody has started it yet: that may wait for Telegram for as long as it likes.
        self._engine, self._turned = Engine.STARTING, math.inf
        self._heard: float | None = None
        self._beats: dict[str, float] = {}
        self._lags: deque[float] = deque(maxlen=_TICKS)

    @property
    def engine(self) -> Engine:
        """How far the engine is."""
        return self._engine

    @engine.setter
    def engine(self, engine: Engine) -> None:
        self._engine, self._turned = engine, self._clock()

    @property
    def live(self) -> bool:
        """Whether going on makes sense; only a restart frees a thread that hangs."""
        return self._silence() <= HANGING and not self._loads_for_ever()

    @property
    def hopeless(self) -> bool:
        """Whether the compute thread hangs, which only a new process can mend."""
        return self._silence() > self._patience or self._loads_for_ever()

    @property
    def ready(self) -> bool:
        """Whether photos become paintings."""
        return not self.reasons()

    def heard(self) -> None:
        """Telegram has answered."""
        self._heard = self._clock()

    def beat(self, job: str) -> None:
        """The job runs, and has just shown that it does."""
        self._beats[job] = self._clock()

    def rest(self, job: str) -> None:
        """The job does not run any more."""
        self._beats.pop(job, None)

    def lagged(self, seconds: float) -> None:
        """The event loop was late by that."""
        self._lags.append(seconds)

    def reasons(self) -> dict[Reason, str]:
        """Why it is not ready, a sentence for each reason; empty where it is."""
        known = {
            Reason.TELEGRAM: self._of_telegram(),
            Reason.ENGINE: self._of_engine(),
            Reason.COMPUTE: self._of_compute(),
            Reason.BROKER: self._of_broker(),
            Reason.WORKERS: self._of_workers(),
            Reason.LOOP: self._of_loop(),
            Reason.STOPPING: "The bot is leaving." if self.stopping else "",
        }
        return {reason: words for reason, words in known.items() if words}

    def _of_telegram(self) -> str:
        if self._heard is None:
            return "Nothing has been heard from Telegram yet."
        silence = self._clock() - self._heard
        return f"Telegram has been silent for {silence:.0f} s." if silence > _SILENCE else ""

    def _of_engine(self) -> str:
        if self.engine is Engine.READY:
            return ""
        return (
            "The engine is starting."
            if self.engine is Engine.STARTING
            else "The engine broke down."
        )

    def _loads_for_ever(self) -> bool:
        return self._engine is Engine.STARTING and self._clock() - self._turned > _LOADING

    def _of_compute(self) -> str:
        silence = self._silence()
        return f"A running job has been silent for {silence:.0f} s." if silence > HANGING else ""

    def _of_broker(self) -> str:
        fleet = self.fleet()
        return "The broker cannot be reached." if fleet and not fleet.connected else ""

    def _of_workers(self) -> str:
        fleet = self.fleet()
        is_empty = fleet and fleet.connected and not fleet.workers
        return "No worker is connected." if is_empty else ""

    def _of_loop(self) -> str:
        worst = max(self._lags, default=0.0)
        return f"The event loop was late by {worst:.1f} s." if worst > _LATE else ""

    def _silence(self) -> float:
        """Seconds since the running job was heard of that has been silent longest."""
        return self._clock() - min(self._beats.values(), default=self._clock())


async def watch_loop(health: Health, metrics: Metrics) -> None:
    """Measure by how much the event loop is late, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _TICK
        await asyncio.sleep(_TICK)
        late = max(loop.time() - due, 0.0)
        health.lagged(late)
        metrics.lagged(late)
