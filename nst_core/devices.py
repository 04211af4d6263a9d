"""The devices that TensorFlow computes on."""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path
from typing import Final

import tensorflow as tf

from nst_core import memory
from nst_core.settings import Precision

__all__ = ["compute_type", "describe", "free_memory", "held", "prepare"]

# Processors that multiply bfloat16 in hardware; the others are slower with it than without.
_FAST_BFLOAT16: Final = frozenset({"avx512_bf16", "amx_bf16"})
# NVIDIA's Ampere and later do so, too.
_AMPERE: Final = (8, 0)
_CPU_INFO: Final = Path("/proc/cpuinfo")


@cache
def prepare() -> None:
    """Let TensorFlow take GPU memory as it needs it, and keep float32 what is float32.

    Must run before the first computation. GPUs may otherwise round the factors of float32
    products to ten bits, of which matrix roots of feature statistics are left with nothing.
    """
    tf.config.experimental.enable_tensor_float_32_execution(enabled=False)
    for gpu in tf.config.list_physical_devices("GPU"):
        # A program that uses the GPU already has settled that for itself.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, enable=True)


def describe() -> str:
    """The device that computes: the GPU's product name, or ``CPU``."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return "CPU"
    details = tf.config.experimental.get_device_details(gpus[0])
    return str(details.get("device_name", "GPU"))


def compute_type(precision: Precision) -> str:
    """What the convolutions compute in: ``float32`` or ``bfloat16``."""
    mixed = precision is Precision.MIXED or (precision is Precision.AUTO and _mixed_is_faster())
    return "bfloat16" if mixed else "float32"


def free_memory() -> int:
    """Bytes that a computation may take: of the GPU where its size is known, else of the machine.

    TensorFlow does not tell a card's size.
    """
    if not tf.config.list_physical_devices("GPU") or (card := memory.of_card()) is None:
        return memory.available()
    # TensorFlow keeps what it once took, and the driver counts all of that as used.
    own = held()
    return card + own.peak - own.held if own else card


def held() -> memory.DeviceMemory | None:
    """What TensorFlow holds of the first GPU; None where there is none."""
    if not tf.config.list_physical_devices("GPU"):
        return None
    known = tf.config.experimental.get_memory_info("GPU:0")
    return memory.DeviceMemory(held=int(known["current"]), peak=int(known["peak"]))


@cache
def _mixed_is_faster() -> bool:
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return bool(details.get("compute_capability", (0, 0)) >= _AMPERE)
    try:
        flags = _CPU_INFO.read_text().split()
    except OSError:
        return False
    return not _FAST_BFLOAT16.isdisjoint(flags)
