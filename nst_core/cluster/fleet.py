"""`Fleet`: which workers are there, and which of them can paint what."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from nst_core.cluster.names import lanes_for
from nst_core.cluster.outbox import ANNOUNCED
from nst_core.cluster.wire import Presence, Work

__all__ = ["GONE", "Fleet"]

GONE: Final = 5 * ANNOUNCED
"""Seconds of silence after which a worker counts as gone."""

QUIET: Final = 600.0
"""Seconds beyond that which a worker may ask for, while it sends much over a slow line."""


class Fleet:
    """Known by what the workers say of themselves.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, Presence]] = {}
        self._capacity: Mapping[int, int] = {}
        self._counted_until = -math.inf

    def heard(self, presence: Presence) -> None:
        """A worker tells that it is there."""
        _, before = self._known.get(presence.worker, (0.0, None))
        self._known[presence.worker] = (self._clock(), presence)
        if before is None or _takes(before) != _takes(presence):
            self._counted_until = -math.inf

    def workers(self) -> list[Presence]:
        """Who is there, by name."""
        now = self._clock()
        self._known = {
            name: (heard, presence)
            for name, (heard, presence) in self._known.items()
            if now - heard < GONE + min(presence.quiet, QUIET)
        }
        return [self._known[name][1] for name in sorted(self._known)]

    def capacity(self) -> Mapping[int, int]:
        """How many workers take jobs from each lane."""
        # Asked for every job that waits, and the same until somebody comes or may have gone.
        if self._clock() >= self._counted_until:
            self._capacity = Counter(worker.lane for worker in self.workers() if _takes(worker))
            heard = [heard for heard, _ in self._known.values()]
            self._counted_until = min(heard, default=-math.inf) + GONE
        return self._capacity

    def lane_for(self, side: int, loads: Mapping[int, int]) -> int | None:
        """The lane to hand a job to now; None where no worker of any has room.

        Where a worker is idle the job goes there; else it may wait behind the one at hand, so that
        the next begins without delay. Small jobs leave large workers to large ones where they can.

        Args:
            side: the job's long side in pixels.
            loads: jobs that were handed to each lane and have not ended.
        """
        capacity = self.capacity()
        fitting = [lane for lane in lanes_for(side) if lane in capacity]
        for extra in (0, 1):
            for lane in fitting:
                if loads.get(lane, 0) < capacity[lane] + extra:
                    return lane
        return None

    def can_paint(self, side: int) -> bool:
        """Whether anybody is there who could."""
        return not self.capacity().keys().isdisjoint(lanes_for(side))

    def who_has(self, ticket: str) -> Presence | None:
        """The worker that is at this hand-over, if one says so."""
        return next((worker for worker in self.workers() if worker.ticket == ticket), None)


def _takes(worker: Presence) -> int:
    """The lane that it takes jobs from; 0 for none."""
    return 0 if worker.work is Work.LEAVING else worker.lane
