"""What every executor must do, by another process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count

import pytest

from nst_core.cluster import reception
from nst_core.cluster.executor import CeleryExecutor
from nst_core.executor import Executor
from tests import acceptance
from tests.acceptance import Pictures
from tests.cluster.broker import Broker
from tests.cluster.crew import Crew

_NUMBERS = count()

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def worker(
    broker: Broker, hosts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crew]:
    """One for all of them, as it would be for several bots."""
    crew = Crew(broker, hosts.pop(0), tmp_path_factory.mktemp("worker"))
    crew.hire()
    yield crew
    crew.dismiss()


@pytest.fixture
async def executor(worker: Crew, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CeleryExecutor]:
    monkeypatch.setattr(reception, "_SETTLING", 0.0)
    bot = f"bot{next(_NUMBERS)}"
    executor = CeleryExecutor(worker.broker.url(worker.host), bot)
    await executor.start()
    yield executor
    await executor.close()


@pytest.mark.parametrize("check", acceptance.EVERYTHING)
async def test_acceptance(
    executor: CeleryExecutor,
    pictures: Pictures,
    check: Callable[[Executor, Pictures], Awaitable[None]],
) -> None:
    await check(executor, pictures)
