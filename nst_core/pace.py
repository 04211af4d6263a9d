"""How fast a job goes, and so when it will be done."""

from __future__ import annotations

import time
from collections.abc import Sequence

__all__ = ["Pace"]


class Pace:
    """Seconds since the start and the pace in efforts a second, which foretells the rest.

    Args:
        steps: of each level.
        efforts: of one step at each level, in any unit.
    """

    def __init__(self, steps: Sequence[int], efforts: Sequence[float]) -> None:
        self._steps = list(steps)
        self._efforts = list(efforts)
        self._done = [0] * len(self._steps)
        self._begun = self._last = time.perf_counter()
        self._timed = 0.0
        self._timed_seconds = 0.0

    def seconds(self) -> float:
        """Since the job began."""
        return time.perf_counter() - self._begun

    def tick(self, level: int) -> None:
        """One step at this level, from 0, is done."""
        now = time.perf_counter()
        self._done[level] += 1
        # A level's first step compiles and computes targets: it says little about the others.
        if self._done[level] > 1:
            self._timed += self._efforts[level]
            self._timed_seconds += now - self._last
        self._last = now

    def again(self, level: int, efforts: Sequence[float]) -> None:
        """The steps at this level were in vain; from now on steps take these efforts."""
        self._done[level] = 0
        self._efforts = list(efforts)

    def share(self) -> float:
        """Of the work, done: 0 to 1. A step on a large canvas is more work than on a small one."""
        return self._work(self._done) / self._work(self._steps)

    def eta(self) -> float | None:
        """Expected seconds until the last step is done; None before the pace is known."""
        if self._done == self._steps:
            return 0.0
        left = self._work(self._steps) - self._work(self._done)
        return left * self._timed_seconds / self._timed if self._timed else None

    def _work(self, steps: Sequence[int]) -> float:
        return sum(n * effort for n, effort in zip(steps, self._efforts, strict=True))
