"""How much memory there is, and how much a step takes: known before the first one.

A step keeps every feature map for the way back, so it takes memory by the pixel. What does not fit
is computed in strips of rows (`nst_core.strips`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nst_core import cards

__all__ = ["DeviceMemory", "available", "of_card", "step_bytes", "strip_rows"]

MIB: Final = 2**20

PIXEL_BYTES: Final = {"float32": 6500, "bfloat16": 4600}
"""Bytes that one step takes for each pixel, by what it computes in: measured, docs/engine.md."""

_GROUPS: Final = (
    # A container's limit and use, and the cache in it, of cgroups version 2 and 1.
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current", "inactive_file"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
        "total_inactive_file",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMemory:
    """Memory of a GPU that this process has taken, in bytes.

    Attributes:
        held: now.
        peak: at most so far.
    """

    held: int
    peak: int


def available() -> int:
    """Bytes of memory that this process may still take, from its machine or its container."""
    left = [_machine()]
    for limit, used, inactive in _GROUPS:
        if (most := _number(limit)) is not None:
            left.append(max(0, most - (_number(used) or 0) + _given_back(used, inactive)))
    return min(left)


def of_card(number: int = 0) -> int | None:
    """Free bytes of an NVIDIA GPU; None where `nvidia-smi` is not there to tell.

    Args:
        number: of those that CUDA shows.
    """
    try:
        return int(cards.ask("memory.free", cards.name(number))[0]) * MIB
    except (ValueError, IndexError):
        return None


def step_bytes(rows: int, width: int, dtype: str) -> int:
    """What a step on a canvas of `rows` by `width` pixels takes, roughly."""
    return rows * width * PIXEL_BYTES[dtype]


def strip_rows(
    height: int, width: int, dtype: str, budget: int, *, halo: int, stride: int
) -> int | None:
    """Rows of a strip that fits into `budget` bytes; None where the whole canvas does.

    Args:
        height: of the canvas in pixels.
        width: of the canvas in pixels.
        dtype: what the network computes in.
        budget: in bytes; at least one stride of rows is taken whatever it says.
        halo: rows that a strip needs on both sides beside its own.
        stride: rows come in multiples of this.
    """
    if step_bytes(height, width, dtype) <= budget:
        return None
    rows = budget // step_bytes(1, width, dtype) - 2 * halo
    return max(stride, rows // stride * stride)


def _machine() -> int:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(row.split()[1]) for row in lines if row.startswith("MemAvailable")) * 1024
    except (OSError, StopIteration, ValueError):
        # No Linux: half of what is built in, which every system tells.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def _given_back(used: str, name: str) -> int:
    """Bytes of file cache that count as used and are given back when they are needed."""
    try:
        lines = Path(used).with_name("memory.stat").read_text().splitlines()
        return next(int(row.split()[1]) for row in lines if row.split()[0] == name)
    except (OSError, StopIteration, ValueError, IndexError):
        return 0


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):
        return None
