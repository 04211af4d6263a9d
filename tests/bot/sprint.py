"""`python -m tests.bot.sprint`: the bot with an engine that paints in no time; counts its lag.

With SPRINT_ENGINE it paints with the true one. When it stops, its last line on stderr is JSON with
the delays of its event loop.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import nullcontext
from time import perf_counter

from bot import logs
from bot.config import load
from bot.service import serve
from nst_core.errors import UnknownJob
from nst_core.executor.base import Event, Finished, Job, Progressed, Queued, Started

TICK = 0.01
# Seconds that a step takes.
PACE = float(os.environ.get("SPRINT_PACE", "0"))
STEPS = 5
DEVICE = asyncio.Lock()


class Sprint:
    """A job whose painting is its photo."""

    def __init__(self, job: Job) -> None:
        self._job = job

    @property
    def id(self) -> str:
        return self._job.id

    async def events(self) -> AsyncIterator[Event]:
        yield Queued(job=self.id, position=1)
        # One at a time, as on a machine with one device; in no time it makes no difference.
        async with DEVICE if PACE else nullcontext():
            async for event in self._work():
                yield event

    async def _work(self) -> AsyncIterator[Event]:
        job, run = self.id, "run"
        yield Started(job=job, run=run)
        if os.environ.get("SPRINT_HANGS"):
            await asyncio.Event().wait()
        if words := os.environ.get("SPRINT_WORDS"):
            # An engine that repeats what it was given.
            raise ValueError(words)
        for step in range(1, STEPS + 1):
            await asyncio.sleep(PACE)
            yield Progressed(
                job=job,
                run=run,
                step=step,
                total=STEPS,
                level=1,
                levels=1,
                share=step / STEPS,
                seconds=0.0,
                eta=0.0,
                losses={},
            )
        yield Finished(
            job=job, run=run, image=self._job.content, width=90, height=60, seconds=0.0, report={}
        )

    async def cancel(self) -> None:
        """Over before anybody could."""

    async def position(self) -> int | None:
        return None


class Sprinter:
    """An executor without an engine."""

    async def start(self) -> None:
        """Always ready."""

    async def submit(self, job: Job) -> Sprint:
        if words := os.environ.get("SPRINT_REFUSES"):
            raise RuntimeError(words)
        return Sprint(job)

    async def attach(self, job_id: str, user: int = 0) -> Sprint:  # noqa: ARG002
        raise UnknownJob(job_id)

    async def forget(self, user: int) -> None:
        """It knows nothing of anybody."""

    async def close(self) -> None:
        """Nothing to free."""


async def main() -> list[float]:
    config = load(os.environ)
    # Silent unless a test wants to read it: the lag is to be the bot's, not the log's.
    level = config.log_level if "STYLEGRAM_LOG_LEVEL" in os.environ else "WARNING"
    logs.set_up(level, config.token, config.log_format)
    lags: list[float] = []
    watch = asyncio.create_task(_watch(lags))
    code = await serve(config, None if os.environ.get("SPRINT_ENGINE") else Sprinter())
    if code:
        sys.exit(code)
    watch.cancel()
    return lags


async def _watch(lags: list[float]) -> None:
    while True:
        before = perf_counter()
        await asyncio.sleep(TICK)
        lags.append(perf_counter() - before - TICK)


if __name__ == "__main__":
    sys.stderr.write(json.dumps(asyncio.run(main())) + "\n")
