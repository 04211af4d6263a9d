"""`Tally`: what comes of the jobs, and what that tells of the engine."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from bot.ledger import Ledger
from bot.metrics import Milestone
from nst_core.executor.base import Event, Failed, Finished, Progressed, Queued

__all__ = ["Outcome", "Sign", "Tally"]

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What comes of a job; a restart is no end of one."""

    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


_OUTCOMES: Final[Mapping[Milestone, Outcome]] = MappingProxyType(
    {
        Milestone.DELIVERED: Outcome.DELIVERED,
        Milestone.CANCELLED: Outcome.CANCELLED,
        Milestone.SHUT_OUT: Outcome.CANCELLED,
        Milestone.REFUSED: Outcome.FAILED,
        Milestone.FAILED: Outcome.FAILED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """The last sign of life of the engine.

    Attributes:
        ago: seconds since then.
        device: what painted; empty where it failed.
        error: the kind of failure; empty where it painted.
    """

    ago: float
    device: str = ""
    error: str = ""


class Tally:
    """Hears of all the jobs, and keeps nothing of the people.

    Args:
        ledger: where the outcomes are counted.
        clock: monotonic seconds.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._clock = clock
        self._free_at = 0.0
        self._last: tuple[float, Finished | Failed] | None = None

    def hear(self, event: Event) -> None:
        """Note what happened to a job."""
        match event:
            # Where the next one starts, the running one has ended; so both foretell the same.
            case Queued(position=1, eta=eta) | Progressed(eta=eta) if eta is not None:
                self._free_at = self._clock() + eta
            case Finished() | Failed():
                self._last = self._clock(), event

    def count(self, milestone: Milestone) -> None:
        """Count it, if it is the end of a job."""
        outcome = _OUTCOMES.get(milestone)
        if outcome and not self._ledger.count(outcome.value):
            logger.warning("a job was not counted")

    def next_place(self) -> float | None:
        """Expected seconds until a job ends; None where nothing tells."""
        left = self._free_at - self._clock()
        return left if left > 0 else None

    def last(self) -> Sign | None:
        """How the engine has ended a job last; None where it has not."""
        if self._last is None:
            return None
        at, event = self._last
        ago = self._clock() - at
        if isinstance(event, Failed):
            return Sign(ago=ago, error=event.error)
        return Sign(ago=ago, device=str(event.report.get("device", "")))

    def today(self) -> dict[Outcome, int]:
        """How many jobs have come to what since midnight, UTC."""
        counts = self._ledger.outcomes()
        return {outcome: counts.get(outcome.value, 0) for outcome in Outcome}
