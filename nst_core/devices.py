"""The devices that TensorFlow computes on."""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path
from typing import Any, Final

from nst_core import cards, memory
from nst_core.loading import load_tensorflow
from nst_core.settings import Precision

__all__ = ["card", "compute_type", "describe", "free_memory", "held", "prepare"]

_LOG = logging.getLogger(__name__)

tf = load_tensorflow()

# CUDA then numbers cards as nvidia-smi does; it looks at this when TensorFlow first looks at them.
os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")

# Processors that multiply bfloat16 in hardware; the others are slower with it than without.
_FAST_BFLOAT16: Final = frozenset({"avx512_bf16", "amx_bf16"})
# NVIDIA's Ampere and later do so, too.
_AMPERE: Final = (8, 0)
_CPU_INFO: Final = Path("/proc/cpuinfo")


@cache
def prepare() -> None:
    """Take the device that the operator chose, its memory only as needed, and exact products.

    Must run before the first computation. The other GPUs are left alone: each may have a process
    of its own. GPUs may round the factors of float32 products to ten bits, of which matrix roots of
    feature statistics are left with nothing, unless they are told not to.

    Raises:
        InvalidSettings: ``NST_DEVICE`` names no device.
    """
    tf.config.experimental.enable_tensor_float_32_execution(enabled=False)
    gpus = tf.config.list_physical_devices("GPU")
    number = cards.wanted()
    chosen = [] if number is None else gpus[number : number + 1]
    try:
        tf.config.set_visible_devices(chosen, "GPU")
        for gpu in chosen:
            tf.config.experimental.set_memory_growth(gpu, enable=True)
    except RuntimeError:
        # A program that uses the GPU already has settled that for itself.
        return
    if number is not None and not chosen:
        _tell_why_not(gpus)


def card() -> int | None:
    """The number of the GPU that computes, of those that CUDA shows; None for the processor."""
    gpus = tf.config.get_visible_devices("GPU")
    return int(gpus[0].name.rpartition(":")[2]) if gpus else None


def describe() -> str:
    """The device that computes: the GPU's product name, or ``CPU``."""
    return str(_details().get("device_name", "GPU")) if card() is not None else "CPU"


def compute_type(precision: Precision) -> str:
    """What the convolutions compute in: ``float32`` or ``bfloat16``."""
    mixed = precision is Precision.MIXED or (precision is Precision.AUTO and _mixed_is_faster())
    return "bfloat16" if mixed else "float32"


def free_memory() -> int:
    """Bytes that a computation may take: of the GPU where its size is known, else of the machine.

    TensorFlow does not tell a card's size.
    """
    if (number := card()) is None or (free := memory.of_card(number)) is None:
        return memory.available()
    # TensorFlow keeps what it once took, and the driver counts all of that as used.
    own = held()
    return free + own.peak - own.held if own else free


def held() -> memory.DeviceMemory | None:
    """What TensorFlow holds of the GPU that computes; None where none does."""
    if card() is None:
        return None
    known = tf.config.experimental.get_memory_info("GPU:0")
    return memory.DeviceMemory(held=int(known["current"]), peak=int(known["peak"]))


@cache
def _mixed_is_faster() -> bool:
    if card() is not None:
        return bool(_details().get("compute_capability", (0, 0)) >= _AMPERE)
    try:
        flags = _CPU_INFO.read_text().split()
    except OSError:
        return False
    return not _FAST_BFLOAT16.isdisjoint(flags)


def _details() -> dict[str, Any]:
    (gpu, *_) = tf.config.get_visible_devices("GPU")
    return dict(tf.config.experimental.get_device_details(gpu))


def _tell_why_not(gpus: list[Any]) -> None:
    """Say that the processor paints where a card was to be expected."""
    if cards.is_named():
        _LOG.warning(
            "%s asks for a card, and TensorFlow sees %s: the processor paints instead. "
            "`nst doctor` says why.",
            cards.VARIABLE,
            f"only {len(gpus)}" if gpus else "none",
        )
    elif not cards.are_hidden() and cards.are_there():
        _LOG.warning(
            "There is an NVIDIA card, and TensorFlow cannot use it: the processor paints instead. "
            "`nst doctor` says why."
        )
