"""NVIDIA cards as the system tells of them, without TensorFlow: which to take, and what ails it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from nst_core.errors import InvalidSettings

__all__ = [
    "HIDING",
    "VARIABLE",
    "are_hidden",
    "are_there",
    "ask",
    "is_named",
    "name",
    "wanted",
    "why_unused",
]

VARIABLE: Final = "NST_DEVICE"
"""Names the device: ``auto``, ``cpu``, ``gpu``, or ``gpu:1`` for the second card."""
HIDING: Final = "CUDA_VISIBLE_DEVICES"
"""CUDA's own: numbers or ids of the cards that a process may see, with commas."""

_INSTALL: Final = "`pip install 'stylegram[gpu]'`"
_GPUS: Final = Path("/proc/driver/nvidia/gpus")
_DRIVER: Final = "libcuda.so.1"


def wanted() -> int | None:
    """The number of the card to compute on, of those that CUDA shows; None for the processor.

    Raises:
        InvalidSettings: `VARIABLE` names no device.
    """
    said = _said(VARIABLE) or "auto"
    found = re.fullmatch(r"auto|cpu|gpu(?::(\d{1,3}))?", said)
    if found is None:
        msg = f"{VARIABLE} must be auto, cpu, gpu, or gpu:1 for the second card, not {said!r}."
        raise InvalidSettings(msg)
    return None if said == "cpu" else int(found[1] or 0)


def is_named() -> bool:
    """Whether the operator asks for a card, and does not only allow for one."""
    return _said(VARIABLE).startswith("gpu")


def are_hidden() -> bool:
    """Whether CUDA was told to show none."""
    return HIDING in os.environ and _said(HIDING).split(",")[0] in {"", "-1", "nodevfiles", "void"}


def are_there() -> bool:
    """Whether this machine has a card, as far as its driver or its tools tell."""
    return (_GPUS.is_dir() and any(_GPUS.iterdir())) or bool(ask("name"))


def name(number: int) -> str:
    """What `nvidia-smi` calls a card that CUDA shows under this number."""
    shown = [part.strip() for part in os.environ.get(HIDING, "").split(",") if part.strip()]
    return shown[number] if number < len(shown) else str(number)


def ask(what: str, card: str = "") -> list[str]:
    """What `nvidia-smi` tells of one card, or of all; nothing where it is not there to tell.

    Args:
        what: of its fields, such as ``memory.free``, in MiB.
        card: a number or an id; empty for all.
    """
    if (program := shutil.which("nvidia-smi")) is None:
        return []
    query = [program, f"--query-gpu={what}", "--format=csv,noheader,nounits"]
    query += [f"--id={card}"] if card else []
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in done.stdout.splitlines()]


def why_unused(build: Mapping[str, Any]) -> str:
    """Why TensorFlow does not see a card that is there, and what to do.

    Args:
        build: what `tf.sysconfig.get_build_info` tells.
    """
    if not build.get("is_cuda_build"):
        return (
            "this TensorFlow was built without CUDA; on Linux, and on Windows in WSL2, install the "
            f"package tensorflow, not tensorflow-cpu: {_INSTALL}"
        )
    cuda, cudnn = str(build["cuda_version"]), str(build["cudnn_version"])
    if lacking := list(_lacking(cuda, cudnn)):
        return f"TensorFlow does not find {', '.join(lacking)}: {_INSTALL} brings what it needs"
    if (newest := _newest_cuda()) is None:
        return (
            f"the driver's {_DRIVER} cannot be loaded: install NVIDIA's driver; for containers "
            "also NVIDIA's container toolkit, and start them with --gpus all"
        )
    if newest < int(cuda.split(".", maxsplit=1)[0]):
        return f"the driver knows CUDA {newest} and TensorFlow needs {cuda}: update the driver"
    return (
        "TensorFlow does not say why; it says more with "
        "`python -c 'import tensorflow as tf; tf.config.list_physical_devices()'`"
    )


def _said(variable: str) -> str:
    return os.environ.get(variable, "").strip().lower()


def _lacking(cuda: str, cudnn: str) -> Iterable[str]:
    major = cuda.split(".", maxsplit=1)[0]
    for library in (f"libcudart.so.{major}", f"libcublas.so.{major}", f"libcudnn.so.{cudnn}"):
        if not _is_installed(library) and _loaded(library) is None:
            yield library


def _is_installed(library: str) -> bool:
    """Whether one of NVIDIA's Python packages brings it."""
    spec = importlib.util.find_spec("nvidia")
    places = spec.submodule_search_locations if spec else None
    return any(any(Path(place).glob(f"*/lib/{library}")) for place in places or ())


def _loaded(library: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(library)
    except OSError:
        return None


def _newest_cuda() -> int | None:
    """The major version of CUDA that the driver knows; None where there is no driver to ask."""
    if (driver := _loaded(_DRIVER)) is None:
        return None
    version = ctypes.c_int()
    driver.cuDriverGetVersion(ctypes.byref(version))
    return version.value // 1000
