"""How fast a job goes, and so when it will be done."""

from __future__ import annotations

import time

from nst_core.pyramid import Level

__all__ = ["Pace"]


class Pace:
    """Seconds since the start and the pace in pixel-steps a second, which foretells the rest.

    Args:
        work: pixel-steps of the whole job.
    """

    def __init__(self, work: int) -> None:
        self._work = work
        self._begun = self._last = time.perf_counter()
        self._done = 0
        self._timed = 0
        self._timed_seconds = 0.0

    def seconds(self) -> float:
        """Since the job began."""
        return time.perf_counter() - self._begun

    def tick(self, level: Level, *, first: bool) -> None:
        """One step at `level` is done; `first` if it was the level's first."""
        now = time.perf_counter()
        pixels = level.height * level.width
        self._done += pixels
        # A level's first step compiles and computes targets: it says little about the others.
        if not first:
            self._timed += pixels
            self._timed_seconds += now - self._last
        self._last = now

    def rewind(self, level: Level, steps: int) -> None:
        """The last `steps` at `level` were in vain and are to be done again."""
        self._done -= level.height * level.width * steps

    def share(self) -> float:
        """Of the work, done: 0 to 1. A step on a large canvas is more work than on a small one."""
        return self._done / self._work

    def eta(self) -> float | None:
        """Expected seconds until the last step is done; None before the pace is known."""
        left = self._work - self._done
        if not left:
            return 0.0
        return left * self._timed_seconds / self._timed if self._timed else None
