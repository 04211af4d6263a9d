"""What several of the bot's test modules need."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.demo.server import serving
from bot.inbox import Inbox
from bot.store import Store
from tests.bot.bench import Bench
from tests.bot.street import Street


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """One that forgets everything with its process."""
    store = Store(None)
    yield store.inbox
    store.close()


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """What a program that runs in the test's own process decides of the log ends with the test."""
    loggers = [logging.getLogger(name) for name in (None, "bot", "nst_core")]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
async def street(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Street]:
    monkeypatch.setattr("bot.notice.PRIVATE_INTERVAL", 0.01)
    async with serving() as demo:
        yield Street(Bench(demo), demo.address, tmp_path)
