"""`Trip`: a job of the bot's, and where it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from nst_core.cluster.names import LANES
from nst_core.executor.base import Job
from nst_core.executor.book import Entry
from nst_core.executor.forecast import canvas_of
from nst_core.settings import Quality

__all__ = ["Trip"]


@dataclass(eq=False)
class Trip(Entry):
    """A job, and where it is.

    Attributes:
        side: long side of what it paints, in pixels.
        ticket: of the hand-over; empty while it is only here.
        lane: that it was handed to.
        run: that is at work on it, as far as is known.
        seen: when something was last heard of it, by the monotonic clock.
        cancelled: since when its end was asked for.
        met: when it became known here.
    """

    side: int = 0
    ticket: str = ""
    lane: int = 0
    run: str = ""
    seen: float = 0.0
    cancelled: float | None = None
    met: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.take(self.job)

    def take(self, job: Job) -> None:
        """Have this for the job."""
        self.job = job
        is_sketch = job.settings.quality is Quality.SKETCH
        canvas = None if is_sketch or not job.content else canvas_of(job)
        # What anybody can paint, or refuse at once, goes to whoever is there.
        self.side = max(canvas) if canvas else LANES[0]

    @property
    def is_away(self) -> bool:
        """Whether the broker or a worker has it."""
        return bool(self.ticket) and not self.journal.closed
