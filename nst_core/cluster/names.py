"""What everything at the broker is called. The version is part of every name.

Who speaks another version has other queues, so a worker never meets a job that it does not
understand, and old and new fleets can share a broker while one takes over from the other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

__all__ = ["LANES", "NAMES", "VERSION", "Names", "lane_of", "lanes_for"]

VERSION: Final = 1
"""Of what is sent, see `nst_core.cluster.wire`, and of how the queues are declared."""

LANES: Final = (512, 1024, 2048, 4096)
"""Size classes, by the long side in pixels. A worker serves one of them, the jobs of which it can
all paint; a job may go to its own or to any larger one."""


def lane_of(largest: int) -> int:
    """The lane of a worker that can paint `largest` pixels; the first for what fits into none."""
    return LANES[max(0, bisect_right(LANES, largest) - 1)]


def lanes_for(side: int) -> tuple[int, ...]:
    """Lanes whose workers can paint `side` pixels, the smallest first."""
    return LANES[bisect_left(LANES, side) :] or LANES[-1:]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one version."""

    version: int = VERSION

    @property
    def root(self) -> str:
        """What every name begins with."""
        return f"stylegram.v{self.version}"

    @property
    def task(self) -> str:
        """The one task that workers know."""
        return f"{self.root}.paint"

    @property
    def jobs(self) -> str:
        """The exchange that jobs are handed to, by lane."""
        return f"{self.root}.jobs"

    @property
    def events(self) -> str:
        """The exchange of everything that workers tell, and bots of themselves."""
        return f"{self.root}.events"

    @property
    def dead(self) -> str:
        """The exchange of jobs that were given up, by bot."""
        return f"{self.root}.dead"

    @property
    def control(self) -> str:
        """What Celery calls the namespace of its remote control."""
        return self.root

    @property
    def orders(self) -> str:
        """The exchange of orders to all workers; Celery's remote control."""
        return f"{self.control}.pidbox"

    @property
    def watch(self) -> str:
        """The exchange of Celery's own events, for Flower."""
        return f"{self.root}.watch"

    def lane(self, lane: int) -> str:
        """The queue of jobs for workers that can paint so many pixels."""
        return f"{self.jobs}.{lane}"

    def results(self, bot: str) -> str:
        """The queue, and the routing key, of how a bot's jobs ended; it outlives the bot."""
        return f"{self.root}.bot.{bot}"

    def live(self, bot: str) -> str:
        """The routing key of what happens to a bot's jobs meanwhile."""
        return f"{self.root}.live.{bot}"

    @property
    def fleet(self) -> str:
        """The routing key of what workers and bots tell of themselves."""
        return f"{self.root}.fleet"


NAMES: Final = Names()
