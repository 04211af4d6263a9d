"""`Forecast`: when the jobs in line will start, by this machine's measured pace."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from statistics import median
from typing import Final

from nst_core import images
from nst_core.errors import ImageRejected
from nst_core.executor.base import Job
from nst_core.pyramid import planned, work_of
from nst_core.settings import Quality

__all__ = ["Forecast", "effort_of"]

KEPT: Final = 16
"""Finished jobs of a kind that are remembered."""

ALIKE: Final = 3
"""As many of them foretell another, by their median: one that was slow for once does not count."""

MOVED: Final = (2.0, 0.05)
"""Seconds and share by which an expected start has moved when it is worth another word."""


def effort_of(job: Job) -> int | None:
    """Pixels times steps that a job is going to take, from its settings and its photo's header.

    None for a sketch, whose canvas is about the same for every photo; 0 for what is no picture and
    will be refused at once.
    """
    if job.settings.quality is Quality.SKETCH:
        return None
    try:
        size = images.size_of(job.content)
    except ImageRejected:
        return 0
    width, height = images.fit(size, job.settings.size)
    return work_of(planned(job.settings, height, width))


class Forecast:
    """Foretells from finished jobs alone: a cancelled one says nothing of the pace.

    Told of every start, step and end; until the first `started` or `idle` it knows of nothing.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._paintings = _Past()
        self._sketches = _Past()
        # Without weights every painting comes back as a sketch, and is as quick.
        self._only_sketches = False
        self._effort: int | None = None
        self._begun = 0.0
        self._end: float | None = None
        self._said: float | None = None

    def started(self, effort: int | None) -> None:
        """A job of this effort, see `effort_of`, has begun."""
        self._effort = effort
        self._begun = self._clock()
        self._end = None
        self.progressed(self._seconds(effort))

    def progressed(self, eta: float | None) -> None:
        """The job that runs takes `eta` more seconds; None says nothing new."""
        if eta is not None:
            self._end = self._clock() + eta

    def finished(self, *, sketched: bool) -> None:
        """The job that ran has its picture: a painting, or a sketch whatever was asked for."""
        seconds = self._clock() - self._begun
        if self._effort is not None:
            self._only_sketches = sketched
        if self._effort is None or sketched:
            self._sketches.add(1, seconds)
        else:
            self._paintings.add(self._effort, seconds)

    def idle(self) -> None:
        """Nothing runs, and the next job can start at once."""
        self._end = -math.inf

    def starts(self, efforts: Sequence[int | None]) -> list[float | None]:
        """Expected seconds until each job starts, of these efforts and in this order."""
        ahead = self._said = self._left()
        etas = []
        for effort in efforts:
            etas.append(ahead)
            seconds = self._seconds(effort)
            ahead = None if ahead is None or seconds is None else ahead + seconds
        return etas

    def moved(self) -> bool:
        """Whether what `starts` said last is off by much, if only for the time since then."""
        said, left = self._said, self._left()
        if said is None or left is None:
            return said is not left
        seconds, share = MOVED
        return abs(left - said) >= max(seconds, share * said)

    def _left(self) -> float | None:
        return None if self._end is None else max(0.0, self._end - self._clock())

    def _seconds(self, effort: int | None) -> float | None:
        if effort is None or self._only_sketches:
            return self._sketches.seconds(1)
        return self._paintings.seconds(effort)


class _Past:
    """Efforts and seconds of the jobs finished last, the newest first."""

    def __init__(self) -> None:
        self._jobs: deque[tuple[int, float]] = deque(maxlen=KEPT)

    def add(self, effort: int, seconds: float) -> None:
        self._jobs.appendleft((effort, seconds))

    def seconds(self, effort: int) -> float | None:
        # The pace is not the same for all sizes: small canvases leave a processor idle, and large
        # ones are computed in strips. So those of about this effort tell the most.
        alike = sorted(self._jobs, key=lambda job: abs(job[0] - effort))[:ALIKE]
        paces = [seconds / known for known, seconds in alike]
        return effort * median(paces) if paces else None
