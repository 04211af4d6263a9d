"""What painting needs on this machine, tried once: a finding each."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from nst_core import cards, memory, sketch, weights
from nst_core.api import stylize
from nst_core.errors import StylizeError
from nst_core.finding import Finding, Trouble, find
from nst_core.images import decode, encode_png
from nst_core.loading import load_tensorflow
from nst_core.quiet import native_stderr_hidden
from nst_core.result import Progress, Result, versions
from nst_core.settings import Precision, Quality, Settings
from nst_core.styles import Gallery

__all__ = ["SIZE", "Checkup", "existing"]

SIZE: Final = 256
"""Long side in pixels of the picture that is painted for a try."""

_GB: Final = 10**9
# TensorFlow with a network takes this before the first step.
_RESIDENT: Final = 0.7 * _GB
# Of the weights' file, and as much again.
_DOWNLOAD: Final = 0.16 * _GB
_CPU_INFO: Final = Path("/proc/cpuinfo")
_X86: Final = frozenset({"x86_64", "AMD64"})


@dataclass(slots=True)
class Checkup:
    """Tries the engine; its findings come one after the other, each when it is asked for.

    It changes nothing, and may run beside an engine that is at work.

    Attributes:
        settings: how to paint the picture of the trial: its size counts, and what it is made of.
        result: of that picture, once it is painted; None where that failed.
    """

    settings: Settings
    result: Result | None = None

    def all(self) -> Iterator[Finding]:
        """Everything, from what is installed to a picture."""
        yield find("versions", _versions)
        yield (processor := find("processor", _processor))
        yield find("memory", partial(_memory, self.settings.size))
        yield find("disk", _disk)
        yield self.weights()
        if not processor.is_fine:
            # TensorFlow would not fail, but take this process with it.
            return
        yield (library := find("tensorflow", _tensorflow))
        if library.is_fine:
            yield self.device()
        yield self.picture()

    def weights(self) -> Finding:
        """Whether VGG19's weights are here and complete."""
        return find("weights", _weights)

    def device(self) -> Finding:
        """What computes; loads TensorFlow."""
        return find("device", _device)

    def picture(self) -> Finding:
        """A small picture from bytes to bytes: a sketch where there are no weights."""
        return find("picture", self._paint)

    @property
    def paints(self) -> bool:
        """Whether a painting came of it, no sketch."""
        return self.result is not None and not self.result.sketched

    def _paint(self) -> str:
        styles = list(Gallery.load())
        side = self.settings.size
        photo, style = (decode(s.read(), max_side=side) for s in (styles[0], styles[-1]))
        quality = Quality.DRAFT if _is_here() else Quality.SKETCH
        if quality is Quality.SKETCH and not sketch.available():
            msg = "neither a painting nor a sketch: see to the weights, or install stylegram anew"
            raise Trouble(msg)
        settings = replace(self.settings, quality=quality, steps=None)
        first: list[float] = []

        def note(event: Progress) -> None:
            if not first:
                first.append(event.seconds)

        with _quiet():
            self.result = stylize(photo, [style], settings, note)
        return _said_of(self.result, first)


def _said_of(result: Result, first: list[float]) -> str:
    height, width = decode(encode_png(result.picture), max_side=max(result.picture.shape)).shape[:2]
    what = "sketch" if result.sketched else str(result.settings.quality)
    said = f"a {what} of {width} × {height} px in {result.seconds:.1f} s"
    if not first:
        return said
    steps = len(result.losses)
    return f"{said}: {steps} steps, the first of them after {first[0]:.1f} s, in {result.precision}"


def _quiet() -> Any:
    # TensorFlow would drown the few lines that this is about.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return native_stderr_hidden()


def _versions() -> str:
    known = versions()
    return ", ".join(
        [*(f"{name} {version}" for name, version in known.items()), platform.platform(terse=True)]
    )


def _processor() -> str:
    """How many there are and what they can.

    Raises:
        Trouble: TensorFlow cannot run on them.
    """
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    said = f"{count} of {platform.machine()}"
    try:
        flags = set(_CPU_INFO.read_text().split())
    except OSError:
        return said
    if platform.machine() in _X86 and "avx" not in flags:
        msg = (
            f"{said}, without AVX, which TensorFlow's wheels need: they would end with “Illegal "
            "instruction”. In a virtual machine let it have the host's processor type"
        )
        raise Trouble(msg)
    best = next((name for name in ("avx512f", "avx2", "avx") if name in flags), "")
    return f"{said}{f', with {best}' if best else ''}"


def _memory(size: int) -> str:
    """What is free.

    Raises:
        Trouble: it is not enough for one step at this size.
    """
    free = memory.available()
    said = f"{free / _GB:.1f} GB free"
    needed = _RESIDENT + memory.step_bytes(size * 3 // 4, size, "float32")
    if free < needed:
        msg = (
            f"{said}, and painting at {size} px takes {needed / _GB:.1f} GB: larger pictures are "
            "painted in strips, which is slower, or smaller than asked for"
        )
        raise Trouble(msg)
    return said


def _disk() -> str:
    """Whether there is room for the weights where Keras keeps them.

    Raises:
        Trouble: there is none.
    """
    place = existing(weights.cache_file().parent)
    free = shutil.disk_usage(place).free
    said = f"{free / _GB:.1f} GB free at {place}"
    if _is_here():
        return said
    if free < _DOWNLOAD:
        msg = f"{said}, too little for the weights (80 MB): make room, or set KERAS_HOME"
        raise Trouble(msg)
    if not os.access(place, os.W_OK):
        msg = f"{place} cannot be written to, and the weights belong there: set KERAS_HOME"
        raise Trouble(msg)
    return said


def existing(folder: Path) -> Path:
    """The folder, or the one in which it would be made."""
    return next(place for place in (folder, *folder.absolute().parents) if place.exists())


def _weights() -> str:
    path = weights.find()
    if path is None:
        msg = (
            "VGG19's are not here: run `nst weights --fetch` while the machine is online (80 MB), "
            f"or set {weights.VARIABLE} to a copy; photos become sketches until then"
        )
        raise Trouble(msg)
    return f"{path}, complete"


def _is_here() -> bool:
    try:
        return weights.find() is not None
    except StylizeError:
        return False


def _tensorflow() -> str:
    """How long it takes to load, and what it was built for.

    Raises:
        Trouble: it does not load.
    """
    began = time.perf_counter()
    try:
        with _quiet():
            build = _build()
    except ImportError as error:
        msg = f"it cannot be loaded: {error}. Install it anew: `pip install --force-reinstall …`"
        raise Trouble(msg) from error
    said = f"loaded in {time.perf_counter() - began:.1f} s"
    if not build.get("is_cuda_build"):
        return f"{said}, built without CUDA"
    return f"{said}, built for CUDA {build['cuda_version']} and cuDNN {build['cudnn_version']}"


def _build() -> dict[str, Any]:
    return dict(load_tensorflow().sysconfig.get_build_info())


def _device() -> str:
    """What computes, and in what.

    Raises:
        Trouble: a card is there and is not used, or its memory is taken.
    """
    with _quiet():
        from nst_core import devices

        devices.prepare()
    computing = f"computing in {devices.compute_type(Precision.AUTO)}"
    if (number := devices.card()) is None:
        return _without_card(computing)
    free = devices.free_memory()
    said = f"{devices.describe()}, {computing}, {free / _GB:.1f} GB free"
    if drivers := cards.ask("driver_version", cards.name(number)):
        said += f", driver {drivers[0]}"
    if free < memory.step_bytes(SIZE, SIZE, "float32"):
        msg = f"{said}: other programs hold the rest; `nvidia-smi` shows which"
        raise Trouble(msg)
    return said


def _without_card(computing: str) -> str:
    said = f"CPU, {computing}"
    if cards.wanted() is None:
        return f"{said}, as {cards.VARIABLE} says"
    if cards.are_hidden():
        return f"{said}: {cards.HIDING} hides all cards"
    if cards.is_named() or cards.are_there():
        card = (
            "there is an NVIDIA card" if cards.are_there() else f"{cards.VARIABLE} asks for a card"
        )
        msg = f"{said}, though {card}: {cards.why_unused(_build())}"
        raise Trouble(msg)
    return said
