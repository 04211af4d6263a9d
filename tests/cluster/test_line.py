"""Lines between the machines that break, or carry little."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nst_core import images
from nst_core.cluster.executor import CeleryExecutor
from nst_core.cluster.fleet import GONE, QUIET, Fleet
from nst_core.cluster.wire import Presence
from nst_core.executor import Finished
from tests.acceptance import Pictures, terminal
from tests.cluster.broker import Broker
from tests.cluster.crew import Crew
from tests.cluster.line import Line, line_to
from tests.cluster.test_faults import running, true, workers


@pytest.fixture
async def line(broker: Broker) -> AsyncIterator[Line]:
    async with line_to(broker) as line:
        yield line


@pytest.fixture
def remote(line: Line, crew: Crew, tmp_path: Path) -> Crew:
    """Workers at the other end of the line; dismissed with the others."""
    return Crew(line.broker, crew.host, tmp_path, crew.workers)


@pytest.mark.cluster
async def test_a_worker_that_is_cut_off_again_and_again_is_not_taken_for_dead(
    executor: CeleryExecutor,
    remote: Crew,
    line: Line,
    pictures: Pictures,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The broker counts every cut as a start that came to nothing, and gives up after three."""
    remote.hire(step=0.1)
    await workers(executor, 1)
    handle = await executor.submit(pictures.job("one", steps=160))
    await running(handle)
    for times in (2, 3):
        line.cut()
        # It comes again to the worker that is at it still.
        await received(remote, times)
    line.cut()
    await true(lambda: "given up by the broker" in caplog.text)
    assert isinstance(await terminal(handle), Finished)
    assert len(remote.notes("start")) == 1


async def received(crew: Crew, times: int) -> None:
    await true(lambda: crew.said().count(" received") == times)


@pytest.mark.cluster
async def test_a_line_that_is_full_is_not_given_up(
    executor: CeleryExecutor, remote: Crew, line: Line, pictures: Pictures
) -> None:
    """Nothing gets through for seconds while a painting is on its way; it is sent only once."""
    remote.hire("--largest", "2048")
    await workers(executor, 1)
    noise = np.random.default_rng(0).random((1200, 1200, 3), np.float32)
    job = pictures.job("large")
    job = replace(
        job,
        content=images.encode_jpeg(noise, 50),
        settings=replace(job.settings, size=1200, steps=50),
    )
    handle = await executor.submit(job)
    await running(handle)
    known, line.jams = line.taken, True
    await true(lambda: not line.flows.is_set())
    await asyncio.sleep(3)
    line.jams = False
    line.flows.set()
    assert isinstance(await terminal(handle), Finished)
    assert line.taken == known


def test_who_has_much_to_send_may_be_silent_for_longer() -> None:
    now = 0.0
    fleet = Fleet(lambda: now)
    usual = Presence(worker="a", release="", device="", memory=None, largest=512, lane=512)
    fleet.heard(usual)
    fleet.heard(replace(usual, worker="b", quiet=50.0))
    fleet.heard(replace(usual, worker="c", quiet=1e9))
    for at, names in ((GONE - 1, "abc"), (GONE + 1, "bc"), (GONE + 51, "c"), (GONE + QUIET, "")):
        now = at
        assert "".join(worker.worker for worker in fleet.workers()) == names
