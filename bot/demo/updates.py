"""The updates that wait for the bot: numbered, kept until they are acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from bot.demo.clock import Clock
from bot.demo.presence import Presence
from bot.demo.wire import ApiError, Json, conflict

__all__ = ["Updates"]

LONGEST_POLL: Final = 50
_FIRST: Final = 100_000_001
_MOST: Final = 100
# Seconds for which an update is kept; a pressed button is forgotten soon.
_KEPT: Final = 86_400.0
_QUERY_KEPT: Final = 150.0
# What Telegram sends only to those who ask for it.
_ON_REQUEST: Final = {"chat_member", "message_reaction", "message_reaction_count"}

_OTHER_POLL: Final = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


class Updates:
    """A bot's queue.

    Args:
        clock: tells when an update is too old to be of use.
        presence: told whether the bot is asking.

    Attributes:
        arrived: set while an update waits; for the webhook.
    """

    def __init__(self, clock: Clock, presence: Presence) -> None:
        self._clock = clock
        self.arrived = asyncio.Event()
        self._next = _FIRST
        self._pending: dict[int, Json] = {}
        self._expiry: dict[int, float] = {}
        self._allowed: frozenset[str] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._presence = presence
        self._polls = 0

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def allowed(self) -> list[str] | None:
        """The kinds that the bot asked for; None for the usual ones."""
        return sorted(self._allowed) if self._allowed else None

    def push(self, kind: str, content: Json) -> int:
        """Add an update; its id, or 0 where the bot does not want to hear of such."""
        if not self._is_wanted(kind):
            return 0
        number = self._next
        self._next += 1
        self._pending[number] = {"update_id": number, kind: content}
        kept = _QUERY_KEPT if kind == "callback_query" else _KEPT
        self._expiry[number] = self._clock.now() + kept
        self.arrived.set()
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
        return number

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Set which kinds are wanted from now on; None leaves it as it is, empty: the usual."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """What getUpdates answers.

        Raises:
            ApiError: another poll has begun, or a webhook was set.
        """
        self.interrupt(conflict(_OTHER_POLL))
        self._acknowledge(offset)
        self._forget_old()
        self._polls += 1
        self._presence.come()
        try:
            if not self._pending and seconds > 0:
                await self._wait(min(seconds, LONGEST_POLL))
        finally:
            self._polls -= 1
            if not self._polls:
                self._presence.leave()
        return self.first(limit)

    def all(self) -> list[Json]:
        """The updates that wait, the oldest first."""
        return list(self._pending.values())

    def first(self, limit: int) -> list[Json]:
        """The oldest of them, 100 at most."""
        return self.all()[: min(max(limit, 1), _MOST)]

    def drop(self, number: int) -> None:
        """Forget one that was taken."""
        self._take_out([number])

    def clear(self) -> None:
        """Forget all that wait."""
        self._take_out(list(self._pending))

    def interrupt(self, error: ApiError) -> None:
        """End the poll that waits."""
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(error)

    async def _wait(self, seconds: float) -> None:
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(waiter, seconds)
        except TimeoutError:
            return

    def _acknowledge(self, offset: int) -> None:
        """All before the offset are done with; a negative one counts from the end."""
        numbers = sorted(self._pending)
        done = numbers[:offset] if offset < 0 else [n for n in numbers if n < offset]
        self._take_out(done)

    def _forget_old(self) -> None:
        now = self._clock.now()
        self._take_out([number for number, until in self._expiry.items() if until < now])

    def _take_out(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._pending.pop(number, None)
            self._expiry.pop(number, None)
        if not self._pending:
            self.arrived.clear()

    def _is_wanted(self, kind: str) -> bool:
        return kind in self._allowed if self._allowed else kind not in _ON_REQUEST
