"""What several of the bot's test modules need."""

from __future__ import annotations

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
