"""The server's time, which a test may advance."""

from __future__ import annotations

import time

__all__ = ["Clock"]


class Clock:
    """Seconds since the epoch."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """The time that everything here goes by."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            ValueError: it would run backwards.
        """
        if not seconds >= 0:
            msg = "time does not run backwards"
            raise ValueError(msg)
        self._ahead += seconds
