"""`bench`: what this machine can paint."""

from __future__ import annotations

from nst_core import devices, memory
from nst_core.cluster.names import LANES
from nst_core.cluster.worker import Bench
from nst_core.settings import Precision

__all__ = ["bench", "largest_for"]


def bench(name: str = "", largest: int | None = None) -> Bench:
    """Where a worker of this process works.

    Args:
        name: what to call it.
        largest: long side in pixels that it is to take; by the free memory where it is None.
    """
    devices.prepare()
    free = devices.free_memory()
    dtype = devices.compute_type(Precision.AUTO)
    return Bench(
        name=name,
        device=devices.describe(),
        memory=free,
        largest=largest or largest_for(free, dtype),
    )


def largest_for(free: int, dtype: str) -> int:
    """The largest lane whose pictures a step paints in few strips, in so many free bytes.

    Anything can be painted in strips, but every strip computes its margins anew: where it takes
    more than a few, another machine had better do it.
    """
    fitting = [side for side in LANES if memory.step_bytes(side * 3 // 4, side, dtype) <= 2 * free]
    return max(fitting, default=LANES[0])
