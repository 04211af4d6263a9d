"""Where and with what something was measured."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import tensorflow as tf

from nst_core import devices

__all__ = ["describe", "load_average", "peak_tflops"]

_PACKAGES: Final = ("stylegram", "tensorflow", "keras", "numpy", "pillow")

# Dense peaks in TFLOP/s by what the product's name holds: (float32 convolutions, which TensorFlow
# runs in TF32 where the card has it; bfloat16). NVIDIA's data sheets; the first match counts.
_PEAKS: Final = (
    ("H200", (494.5, 989.4)),
    ("H100 PCIe", (378.0, 756.0)),
    ("H100", (494.5, 989.4)),
    ("A100", (156.0, 312.0)),
    ("L40S", (183.0, 362.0)),
    ("L4", (60.0, 121.0)),
    ("A10", (62.5, 125.0)),
    ("RTX 4090", (82.6, 165.2)),
    ("RTX 3090", (35.6, 71.0)),
    ("T4", (8.1, 8.1)),
    ("V100", (15.7, 15.7)),
)


def describe() -> dict[str, Any]:
    """The machine, its load, and the versions, as JSON-ready data."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "device": devices.describe(),
        "processor": _processor(),
        "cpus": len(os.sched_getaffinity(0)),
        "load_average": load_average(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in _PACKAGES},
        "tf32": tf.config.experimental.tensor_float_32_execution_enabled(),
    }


def load_average() -> list[float]:
    """Of the last 1, 5 and 15 minutes: more than the CPUs, and others were computing, too."""
    return [round(value, 2) for value in os.getloadavg()]


def peak_tflops(device: str, precision: str) -> float | None:
    """What the card can do at most, where it is known."""
    for name, (single, half) in _PEAKS:
        if name in device:
            return half if precision == "mixed" else single
    return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
