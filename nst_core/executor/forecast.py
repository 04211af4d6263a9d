"""`Forecast`: when the jobs in line will start, by the measured pace of what paints them."""

from __future__ import annotations

import heapq
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from nst_core import images
from nst_core.errors import ImageRejected
from nst_core.executor.base import Job
from nst_core.pyramid import planned, work_of
from nst_core.settings import Quality

__all__ = ["Forecast", "canvas_of", "effort_of"]

KEPT: Final = 16
"""Finished jobs of a kind that are remembered."""

ALIKE: Final = 3
"""As many of them foretell another, by their median: one that was slow for once does not count."""

MOVED: Final = (2.0, 0.05)
"""Seconds and share by which an expected start has moved when it is worth another word."""


def canvas_of(job: Job) -> tuple[int, int] | None:
    """Width and height in pixels of what a job will paint, from its photo's header.

    None for what is no picture and will be refused at once.
    """
    try:
        return images.fit(images.size_of(job.content), job.settings.size)
    except ImageRejected:
        return None


def effort_of(job: Job) -> int | None:
    """Pixels times steps that a job is going to take, from its settings and its photo's header.

    None for a sketch, whose canvas is about the same for every photo; 0 for what is no picture and
    will be refused at once.
    """
    if job.settings.quality is Quality.SKETCH:
        return None
    if (canvas := canvas_of(job)) is None:
        return 0
    width, height = canvas
    return work_of(planned(job.settings, height, width))


@dataclass(slots=True)
class _Run:
    effort: int | None
    begun: float
    end: float = math.inf


class Forecast:
    """Foretells from finished jobs alone: a cancelled one says nothing of the pace.

    Told of every start, step and end, each under the name of its run; until it knows how many jobs
    can run at once it foretells nothing.

    Args:
        clock: monotonic seconds.

    Attributes:
        devices: how many jobs can run at once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._paintings = _Past()
        self._sketches = _Past()
        # Without weights every painting comes back as a sketch, and is as quick.
        self._only_sketches = False
        self._runs: dict[str, _Run] = {}
        self._said = math.inf
        self.devices = 0

    def started(self, run: str, effort: int | None) -> None:
        """A job of this effort, see `effort_of`, has begun."""
        self._runs[run] = _Run(effort, self._clock())
        self.progressed(run, self._seconds(effort))

    def progressed(self, run: str, eta: float | None) -> None:
        """The run takes `eta` more seconds; None says nothing new."""
        if eta is not None and run in self._runs:
            self._runs[run].end = self._clock() + eta

    def finished(self, run: str, *, sketched: bool) -> None:
        """The run has brought a picture: a painting, or a sketch whatever was asked for."""
        known = self._runs.pop(run, None)
        if known is None or known.effort == 0:
            # Somebody else handed it over, so how much work it was is not known here.
            return
        seconds = self._clock() - known.begun
        if known.effort is not None:
            self._only_sketches = sketched
        if known.effort is None or sketched:
            self._sketches.add(1, seconds)
        else:
            self._paintings.add(known.effort, seconds)

    def ended(self, run: str) -> None:
        """The run is over, whatever it has brought."""
        self._runs.pop(run, None)

    def starts(self, efforts: Sequence[int | None]) -> list[float | None]:
        """Expected seconds until each job starts, of these efforts and in this order."""
        free = self._free()
        self._said = free[0]
        etas = []
        for effort in efforts:
            ahead = heapq.heappop(free)
            etas.append(None if ahead == math.inf else ahead)
            seconds = self._seconds(effort)
            heapq.heappush(free, math.inf if seconds is None else ahead + seconds)
        return etas

    def moved(self) -> bool:
        """Whether what `starts` said last is off by much, if only for the time since then."""
        said, left = self._said, self._free()[0]
        if math.inf in (said, left):
            return said != left
        seconds, share = MOVED
        return abs(left - said) >= max(seconds, share * said)

    def pace(self) -> float | None:
        """Pixels times steps that one device paints in a second; None before any is done."""
        seconds = self._paintings.seconds(1)
        return 1 / seconds if seconds else None

    def _free(self) -> list[float]:
        """Seconds until each device is free, the first to be so first; infinite if unknown."""
        now = self._clock()
        left = sorted(max(0.0, run.end - now) for run in self._runs.values())
        idle = [0.0] * (self.devices - len(left))
        return idle + left or [math.inf]

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
