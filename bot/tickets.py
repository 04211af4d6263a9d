"""`Ticket`: a job under way."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Final

from bot.copies import STAGES
from bot.notice import Notice
from bot.orders import Order
from bot.style import Picture, loose
from nst_core.executor import base
from nst_core.timelapse import TimeLapse

__all__ = ["Ticket"]

# Seconds until a painting that are worth waiting for.
_MOMENT: Final = 1.5


@dataclass(slots=True, eq=False)
class Ticket:
    """A job under way.

    Attributes:
        then: what to paint after it, one by one.
        is_left_over: an earlier process has begun it, and it may be under way elsewhere.
        tries: how often it was begun by a process that has not lived to its end.
        painting: what an earlier process painted.
        cancelled: asked for by its owner; takes effect at once.
        delivering: the painting is on its way; ending this now would make us liars.
        unconfirmed: an earlier process has sent it, and did not live to hear whether it arrived.
        is_running: the executor is at it.
        eta: expected seconds until it is painted.
        looking_at: the picture that an error would be about.
    """

    order: Order
    then: tuple[Order, ...] = ()
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    is_left_over: bool = False
    tries: int = 0
    painting: base.Finished | None = None
    handle: base.JobHandle | None = None
    notice: Notice | None = None
    task: asyncio.Task[None] | None = None
    stages: TimeLapse = field(default_factory=lambda: TimeLapse(STAGES))
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    delivering: bool = False
    unconfirmed: bool = False
    is_running: bool = False
    eta: float | None = None
    looking_at: Picture = field(init=False)

    def __post_init__(self) -> None:
        self.looking_at = self.order.content

    def move(self, chat: int) -> None:
        """The chat where it was ordered has become another one."""
        is_content = self.looking_at == self.order.content
        self.order = self.order.moved(chat)
        self.then = tuple(order.moved(chat) for order in self.then)
        self.looking_at = self.order.content if is_content else loose(self.looking_at)
        if self.notice:
            self.notice.move(self.order)

    @property
    def is_nearly_done(self) -> bool:
        """Whether it is worth a moment's wait."""
        return self.delivering or (self.eta is not None and self.eta < _MOMENT)

    @property
    def occupies(self) -> bool:
        """Whether it takes up one of its owner's places: what is as good as over does not."""
        return not (self.cancelled.is_set() or self.delivering)
