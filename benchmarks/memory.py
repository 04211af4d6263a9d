"""What a process takes in memory, from the kernel and from TensorFlow."""

from __future__ import annotations

import contextlib
from pathlib import Path

import tensorflow as tf

__all__ = ["gpu_peak", "peak", "reset", "resident"]

_STATUS = Path("/proc/self/status")
_FORGET = Path("/proc/self/clear_refs")


def resident() -> float:
    """MiB of main memory that this process holds now."""
    return _field("VmRSS")


def peak() -> float:
    """MiB that it has held at most since the start or the last `reset`."""
    return _field("VmHWM")


def gpu_peak() -> float | None:
    """MiB of the first GPU's memory in use at most; None without a GPU."""
    if not tf.config.list_physical_devices("GPU"):
        return None
    return float(tf.config.experimental.get_memory_info("GPU:0")["peak"]) / 2**20


def reset() -> None:
    """Begin anew with both peaks."""
    with contextlib.suppress(OSError):  # a container may forbid it; the peak is an older one then
        _FORGET.write_text("5")  # proc(5): resets VmHWM
    if tf.config.list_physical_devices("GPU"):
        tf.config.experimental.reset_memory_stats("GPU:0")


def _field(name: str) -> float:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return float("nan")
