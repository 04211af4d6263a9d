"""`Record`: a job as it is written down, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bot.orders import Order

__all__ = ["OPEN", "Record", "State"]


class State(StrEnum):
    """How far a job is.

    Attributes:
        QUEUED: accepted.
        RUNNING: the executor has it.
        PAINTED: the painting lies in the spool.
        DELIVERING: it is on its way; if the process ends now, nobody can tell whether it arrived.
        DELIVERED: Telegram has it, or it is unknown and the person has been told so.
        FAILED: there will be no painting, and the person has been told why.
        CANCELLED: nobody wants it any more.
    """

    QUEUED = "queued"
    RUNNING = "running"
    PAINTED = "painted"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN: Final = (State.QUEUED, State.RUNNING, State.PAINTED, State.DELIVERING)
"""Where there is yet something to be done about the job itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A job as it is written down.

    Attributes:
        tries: how often the executor was given it.
        then: what is to be painted after it.
        result: what is known of the painting, beside its pixels.
    """

    id: str
    state: State
    tries: int
    order: Order
    then: tuple[Order, ...] = ()
    result: dict[str, Any] | None = None
