"""`Tally`: when one of the places in the queue is likely to be free."""

from __future__ import annotations

import time
from collections.abc import Callable

from nst_core.executor.base import Event, Progressed, Queued

__all__ = ["Tally"]


class Tally:
    """What the executor's events tell of all the jobs together.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free_at = 0.0

    def hear(self, event: Event) -> None:
        """Note what happened to a job."""
        match event:
            # Where the next one starts, the running one has ended; so both foretell the same.
            case Queued(position=1, eta=eta) | Progressed(eta=eta) if eta is not None:
                self._free_at = self._clock() + eta

    def next_place(self) -> float | None:
        """Expected seconds until a job ends; None where nothing tells."""
        left = self._free_at - self._clock()
        return left if left > 0 else None
