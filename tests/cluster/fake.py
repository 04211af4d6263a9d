"""A worker process with an engine that only waits: `python -m tests.cluster.fake URL OPTIONS`.

Its steps take a fixed time, so that a machine with two cores can play a fleet. Everything else is
the true worker. Each start of a job is a line in the file of `--trace`.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from nst_core.cluster import easel
from nst_core.cluster.names import Names
from nst_core.cluster.worker import Bench, serve
from nst_core.errors import Cancelled
from nst_core.images import Picture
from nst_core.result import Losses, Progress, Result
from nst_core.settings import Settings

if TYPE_CHECKING:
    from nst_core.engine import Engine

POISON = 4242
"""The seed of a job that takes its worker down."""


class Waiting:
    """An engine that takes its time and paints nothing; the total loss of a step is the time."""

    def __init__(self, step: float, trace: Path, *, deadly: bool = False) -> None:
        self._step = step
        self._trace = trace
        self._deadly = deadly

    def stylize(
        self,
        content: Picture,
        _: Sequence[Picture],
        settings: Settings,
        on_event: Callable[[Progress], None],
        should_stop: Callable[[], bool],
        **__: object,
    ) -> Result:
        self._note("start")
        if self._deadly or settings.seed == POISON:
            os.kill(os.getpid(), signal.SIGKILL)
        total = settings.steps or 2
        begun = time.perf_counter()
        for step in range(1, total + 1):
            if should_stop():
                self._note("stop")
                raise Cancelled
            time.sleep(self._step)
            seconds = time.perf_counter() - begun
            on_event(self._progress(content, settings, step, total, seconds))
        self._note("end")
        return Result(
            picture=content,
            losses=(Losses(1.0, 0.5, 0.5, 0.0),) * total,
            levels=(),
            level_seconds=(),
            seconds=time.perf_counter() - begun,
            settings=settings,
            device="fake",
        )

    def _progress(
        self, content: Picture, settings: Settings, step: int, total: int, seconds: float
    ) -> Progress:
        shown = settings.preview_every and step % settings.preview_every == 0
        return Progress(
            step=step,
            total=total,
            level=1,
            levels=1,
            share=step / total,
            losses=Losses(time.monotonic(), 0.5, 0.5, 0.0),
            seconds=seconds,
            eta=(total - step) * seconds / step,
            picture=content * np.float32(step / total) if shown else None,
        )

    def _note(self, what: str) -> None:
        with self._trace.open("a") as file:
            file.write(f"{what} {os.getpid()}\n")


def work(words: Sequence[str], output: str) -> None:
    """Be a worker in this process; what it says goes to the file `output`."""
    with Path(output).open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    sys.exit(main(words))


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--step", type=float, default=0.02)
    parser.add_argument("--trace", type=Path, required=True)
    parser.add_argument("--largest", type=int, default=1024)
    parser.add_argument("--deadly", action="store_true", help="no job is survived")
    parser.add_argument("--hanging", type=float, default=easel.HANGING)
    parser.add_argument("--version", type=int, default=Names().version)
    options = parser.parse_args(words)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    easel.HANGING = options.hanging  # type: ignore[misc]
    engine = cast("Engine", Waiting(options.step, options.trace, deadly=options.deadly))
    bench = Bench(name="fake", device="waiting", memory=2**30, largest=options.largest)
    return serve(options.url, bench, engine, release="test", names=Names(options.version))


if __name__ == "__main__":
    sys.exit(main())
