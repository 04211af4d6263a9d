"""One broker for all tests, a virtual host and workers for each."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nst_core import images
from nst_core.cluster.executor import CeleryExecutor
from tests.acceptance import Pictures
from tests.cluster.broker import HOSTS, ROOT, Broker, program

Paint = Callable[[int, int], images.Picture]


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    if program() is None:
        pytest.skip("RabbitMQ is not installed: apt-get install rabbitmq-server")
    broker = Broker(tmp_path_factory.mktemp("rabbit"))
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


@pytest.fixture(scope="session")
def hosts() -> list[str]:
    return [*HOSTS]


@pytest.fixture
def host(broker: Broker, hosts: list[str]) -> str:
    """A virtual host that no other test has."""
    assert broker.port
    return hosts.pop(0)


@dataclass
class Crew:
    """Worker processes of one virtual host."""

    broker: Broker
    host: str
    place: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def trace(self) -> Path:
        return self.place / "trace"

    def notes(self, what: str) -> list[int]:
        """Process numbers of workers by what they noted, in that order."""
        lines = self.trace.read_text().split("\n") if self.trace.exists() else []
        return [int(line.split()[1]) for line in lines if line.startswith(f"{what} ")]

    def hire(self, *options: str, step: float = 0.02) -> subprocess.Popen[bytes]:
        url = self.broker.url(self.host, "gpu")
        command = [sys.executable, "-m", "tests.cluster.fake", url, "--trace", str(self.trace)]
        with (self.place / f"worker{len(self.processes)}").open("wb") as output:
            process = subprocess.Popen(
                [*command, "--step", str(step), *options],
                cwd=ROOT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def said(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.place.glob("worker*")))

    def dismiss(self) -> None:
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def crew(broker: Broker, host: str, tmp_path: Path) -> Iterator[Crew]:
    crew = Crew(broker, host, tmp_path)
    yield crew
    crew.dismiss()


@pytest.fixture
async def executor(broker: Broker, host: str) -> AsyncIterator[CeleryExecutor]:
    executor = CeleryExecutor(broker.url(host))
    await executor.start()
    yield executor
    await executor.close()


@pytest.fixture
def pictures(gradient: Paint) -> Pictures:
    return Pictures(images.encode_png(gradient(32, 48)), images.encode_jpeg(gradient(50, 40)))
