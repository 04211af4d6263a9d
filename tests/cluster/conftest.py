"""One broker for all tests, a virtual host and workers for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from nst_core import images
from nst_core.cluster import reception
from nst_core.cluster.executor import CeleryExecutor
from tests.acceptance import Pictures
from tests.cluster.broker import HOSTS, Broker, program
from tests.cluster.crew import Crew

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


@pytest.fixture
def crew(broker: Broker, host: str, tmp_path: Path) -> Iterator[Crew]:
    crew = Crew(broker, host, tmp_path)
    yield crew
    crew.dismiss()


@pytest.fixture
async def executor(
    broker: Broker, host: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[CeleryExecutor]:
    # Nothing is there that an earlier process has left.
    monkeypatch.setattr(reception, "_SETTLING", 0.0)
    executor = CeleryExecutor(broker.url(host))
    await executor.start()
    yield executor
    await executor.close()


@pytest.fixture
def pictures(gradient: Paint) -> Pictures:
    return Pictures(images.encode_png(gradient(32, 48)), images.encode_jpeg(gradient(50, 40)))
