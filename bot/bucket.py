"""A rate that is not to be exceeded for long."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Bucket"]


class Bucket:
    """So many at once, and so many a second after that.

    Args:
        rate: what comes back, a second.
        burst: what there is at first, and at most.
        clock: seconds from anywhere.
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._left = float(burst)
        self._since = clock()

    def take(self) -> bool:
        """Take one; whether there was one left."""
        now = self._clock()
        self._left = min(self._left + self._rate * (now - self._since), self._burst)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
