"""What our engine costs: seconds and memory against size, and memory against jobs in a row.

Every size has a process of its own, since memory that was once taken is seldom given back.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final

import numpy as np

from benchmarks import machine, memory
from benchmarks.engines import Options, settings
from benchmarks.errors import BadInput
from benchmarks.tables import table
from nst_core import devices, images, stylize
from nst_core.images import Picture
from nst_core.settings import VGG19_LAYERS

__all__ = ["JobsCost", "SizeCost", "jobs", "markdown", "probe", "size_cost", "step_flops"]

_CHANNELS: Final = (64, 128, 256, 512, 512)
_SETTLED: Final = 5  # jobs until everything that is kept warm is there


@dataclass(frozen=True, slots=True)
class SizeCost:
    """What a painting of some size costs.

    Attributes:
        size: long side asked for.
        width: of the painting in pixels.
        height: likewise.
        step_seconds: median of the steps at the full size.
        steps: how many were timed.
        memory: MiB of main memory at the peak of the process.
        gpu_memory: likewise of the GPU's; None without one.
        tflops: achieved, in TFLOP/s, convolutions alone.
        peak_tflops: what the card can do, where it is known.
    """

    size: int
    width: int
    height: int
    step_seconds: float
    steps: int
    memory: float
    gpu_memory: float | None
    tflops: float
    peak_tflops: float | None


@dataclass(frozen=True, slots=True)
class JobsCost:
    """Memory against jobs.

    Attributes:
        resident: MiB after each job.
        growth: MiB a job, the slope after the first few.
        seconds: of each job.
    """

    resident: list[float]
    growth: float
    seconds: list[float]


def size_cost(photo: Picture, style: Picture, options: Options, steps: int) -> SizeCost:
    """Time the steps of a short job, those at its full size."""
    events: list[tuple[int, int, float]] = []
    work = settings(options, steps=steps)
    stylize(photo, [style], work, lambda e: events.append((e.level, e.levels, e.seconds)))
    times = _step_times(events)
    height, width = images.fit((photo.shape[0], photo.shape[1]), options.size)
    layers = [*work.content_layers, *work.style_layers]
    return SizeCost(
        size=options.size,
        width=width,
        height=height,
        step_seconds=median(times),
        steps=len(times),
        memory=memory.peak(),
        gpu_memory=memory.gpu_peak(),
        tflops=step_flops(height, width, layers) / median(times) / 1e12,
        peak_tflops=machine.peak_tflops(devices.describe(), options.precision),
    )


def _step_times(events: Sequence[tuple[int, int, float]]) -> list[float]:
    """Seconds between events of the last level, the first two left out where there are more.

    The first step of a level compiles, and the second may still wait for it.
    """
    last = [seconds for level, levels, seconds in events if level == levels]
    times = [float(value) for value in np.diff(last)]
    if not times:
        msg = "too few steps: none at the full size was timed; take more --steps"
        raise BadInput(msg)
    return times[1:] or times


def step_flops(height: int, width: int, layers: Sequence[str]) -> float:
    """Floating point operations of one step's convolutions, forward and back to the picture.

    Two for a multiplication and an addition; the way back costs as much as the way forward, for
    kernels get no gradient. Statistics are left out.
    """
    total, incoming = 0.0, 3
    for name in VGG19_LAYERS[: max(map(VGG19_LAYERS.index, layers)) + 1]:
        block = int(name[len("block")]) - 1
        rows, columns = (-(-side // 2**block) for side in (height, width))
        total += 2.0 * rows * columns * 9 * incoming * _CHANNELS[block]
        incoming = _CHANNELS[block]
    return 2 * total


def jobs(photo: Picture, style: Picture, options: Options, count: int, steps: int) -> JobsCost:
    """Paint the same small job many times and watch the memory."""
    resident, seconds = [], []
    for number in range(count):
        look = np.roll(style, number, axis=1)  # each job its own style, as people send them
        seconds.append(stylize(photo, [look], settings(options, steps=steps)).seconds)
        resident.append(memory.resident())
    settled = resident[min(_SETTLED, count - 2) :]
    growth = float(np.polyfit(range(len(settled)), settled, 1)[0])
    return JobsCost(resident, growth, seconds)


def probe(arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Run one measurement in a process of its own; see ``benchmarks.__main__``.

    Raises:
        BadInput: it failed; its last line says why.
    """
    command = [sys.executable, "-m", "benchmarks", "probe", *arguments]
    done = subprocess.run(  # noqa: S603 - our own module with our own words
        command, capture_output=True, text=True, check=False, env=dict(environment)
    )
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["killed, perhaps for its memory"])[-1]
        msg = f"{' '.join(arguments)}: {why}"
        raise BadInput(msg)
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def markdown(sizes: Sequence[Mapping[str, Any]], many: Mapping[str, Any] | None) -> str:
    """Both as text."""
    head = ["size", "pixels", "seconds a step", "µs a pixel", "MiB", "GPU MiB", "TFLOP/s", "peak"]
    rows = [_row(point) for point in sizes]
    parts = [table(head, rows)] if rows else []
    if many:
        first, last = many["resident"][0], many["resident"][-1]
        parts.append(
            f"{len(many['resident'])} jobs in a row: {first:.0f} MiB after the first, "
            f"{last:.0f} MiB after the last, {many['growth']:+.2f} MiB a job once settled; "
            f"{median(many['seconds']):.2f} s a job."
        )
    return "\n\n".join(parts) + "\n"


def _row(point: Mapping[str, Any]) -> list[str]:
    pixels = point["width"] * point["height"]
    gpu, peak = point["gpu_memory"], point["peak_tflops"]
    return [
        str(point["size"]),
        f"{point['width']}x{point['height']}",
        f"{point['step_seconds']:.3f}",
        f"{1e6 * point['step_seconds'] / pixels:.2f}",
        f"{point['memory']:.0f}",
        "" if gpu is None else f"{gpu:.0f}",
        f"{point['tflops']:.3f}",
        "" if peak is None else f"{100 * point['tflops'] / peak:.0f} % of {peak:.0f}",
    ]


def enlarged(photo: Picture, size: int) -> Picture:
    """The photo with that long side, enlarged where it must be: content matters little here."""
    scale = size / max(photo.shape[:2])
    height, width = (max(1, round(side * scale)) for side in photo.shape[:2])
    return images.resize(photo, height, width)


def to_json(cost: SizeCost | JobsCost, write: Callable[[str], Any]) -> None:
    """One line of JSON, for the process that asked."""
    write(json.dumps(asdict(cost)) + "\n")
