"""What several of the bot's test modules need."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.inbox import Inbox
from bot.store import Store


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
