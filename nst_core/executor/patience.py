"""`Patience`: VGG19 for an engine that serves many jobs, also where its weights cannot be had."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from nst_core import vgg, weights
from nst_core.errors import WeightsError

__all__ = ["PAUSE", "Patience"]

PAUSE: Final = 300.0
"""Seconds between attempts at a download: a dead line may take minutes to be found dead."""


class Patience:
    """A network source that remembers for a while that a download failed.

    Meanwhile it fails at once, so that no sketch waits for it; but weights that somebody puts in
    place are found by the next job.

    Args:
        fetch: gets the weights file.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        fetch: Callable[[], Path] = weights.fetch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._again = -math.inf
        self._message = ""

    def __call__(self, layers: Sequence[str], dtype: str) -> vgg.Network:
        """The network for these layers and what it computes in.

        Raises:
            WeightsError: the weights cannot be had, or could not a short while ago.
        """
        return vgg.build(weights.find() or self._downloaded(), layers, dtype)

    def _downloaded(self) -> Path:
        if self._clock() < self._again:
            raise WeightsError(self._message)
        try:
            return self._fetch()
        except WeightsError as error:
            self._again = self._clock() + PAUSE
            self._message = str(error)
            raise
