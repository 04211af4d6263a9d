"""`look`: who is there, and how much there is to do."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Final

from nst_core.cluster import link
from nst_core.cluster.listener import Listener
from nst_core.cluster.names import LANES, NAMES, Names
from nst_core.cluster.sender import Sender
from nst_core.cluster.wire import Backlog, Message, Presence
from nst_core.errors import BrokerError

__all__ = ["Status", "look"]

_SECONDS: Final = 2.5
"""Bots tell of themselves every two."""


@dataclass(slots=True)
class Status:
    """What was heard.

    Attributes:
        workers: by name.
        bots: by name.
        lanes: jobs that no worker has taken yet, by the largest size that their workers can paint.
    """

    workers: dict[str, Presence] = field(default_factory=dict)
    bots: dict[str, Backlog] = field(default_factory=dict)
    lanes: dict[int, int] = field(default_factory=dict)


async def look(url: str, *, seconds: float = _SECONDS, names: Names = NAMES) -> Status:
    """Listen for a while.

    Args:
        url: the broker's address.
        seconds: how long.
        names: of the version.

    Raises:
        BrokerError: there is no way to the broker.
        ExtraMissing: Celery is not installed.
    """
    link.require_extra()
    ears = _Ears()
    listener, sender = Listener(url, names, "", ears), Sender(url, names, "")
    listener.start()
    try:
        await asyncio.to_thread(ears.wait)
        await sender.ask()
        for lane in LANES:
            ears.status.lanes[lane] = await sender.waiting(lane)
        await asyncio.sleep(seconds)
    finally:
        await asyncio.to_thread(listener.close)
        await sender.close()
    return ears.status


class _Ears:
    def __init__(self) -> None:
        self.status = Status()
        self._error: BrokerError | None = None
        self._known = threading.Event()

    def wait(self) -> None:
        """Wait until connected.

        Raises:
            BrokerError: it cannot be done.
        """
        self._known.wait()
        if self._error:
            raise self._error

    def heard(self, message: Message) -> None:
        match message:
            case Presence():
                self.status.workers[message.worker] = message
            case Backlog():
                self.status.bots[message.bot] = message

    def given_up(self, job: str, ticket: str) -> None:
        """Nobody's jobs are heard of here."""

    def caught_up(self) -> None:
        self._known.set()

    def cut_off(self, error: BrokerError) -> None:
        self._error = error
        self._known.set()
