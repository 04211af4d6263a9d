"""`Crew`: worker processes of a test's own."""

from __future__ import annotations

import asyncio
import multiprocessing
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from tests.cluster import fake
from tests.cluster.broker import Broker

__all__ = ["Crew", "Worker"]

# Most of a worker's start is loading Celery: one process does that, and the others are forked.
_FORGE: Final = multiprocessing.get_context("forkserver")
_FORGE.set_forkserver_preload(
    [
        "celery.apps.worker",
        "celery.concurrency.thread",
        "celery.worker.control",
        "cattrs.preconf.msgpack",
        "kombu.transport.pyamqp",
        "nst_core.cluster.consumer",
        "tests.cluster.fake",
    ]
)


class Worker:
    """One process."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    def terminate(self) -> None:
        """Ask it to leave."""
        self._process.terminate()

    def kill(self) -> None:
        """End it as a loss of power would."""
        self._process.kill()

    async def ends(self) -> int:
        """Wait for its end; the exit code."""
        return await asyncio.to_thread(self.wait)

    def wait(self) -> int:
        self._process.join()
        assert self._process.exitcode is not None
        return self._process.exitcode


@dataclass
class Crew:
    """Worker processes of one virtual host."""

    broker: Broker
    host: str
    place: Path
    workers: list[Worker] = field(default_factory=list)

    @property
    def trace(self) -> Path:
        return self.place / "trace"

    def notes(self, what: str) -> list[int]:
        """Process numbers of workers by what they noted, in that order."""
        lines = self.trace.read_text().split("\n") if self.trace.exists() else []
        return [int(line.split()[1]) for line in lines if line.startswith(f"{what} ")]

    def hire(self, *options: str, step: float = 0.02) -> Worker:
        url = self.broker.url(self.host, "gpu")
        words = [url, "--trace", str(self.trace), "--step", str(step), *options]
        output = str(self.place / f"worker{len(self.workers)}")
        process = _FORGE.Process(target=fake.work, args=(words, output), daemon=True)
        self.workers.append(Worker(process))
        return self.workers[-1]

    def said(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.place.glob("worker*")))

    def dismiss(self) -> None:
        for worker in self.workers:
            worker.kill()
        for worker in self.workers:
            worker.wait()
