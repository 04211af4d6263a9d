"""`Access`: who may use the bot."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final

from bot.ledger import Blocked, Ledger

__all__ = ["Access", "Verdict"]

logger = logging.getLogger(__name__)

# Seconds until somebody who is not let in hears so again.
_SILENCE: Final = 3600.0


class Verdict(Enum):
    """What to make of somebody."""

    WELCOME = "welcome"
    STRANGER = "stranger"
    """Not on the operator's list: told so, politely and seldom."""
    BLOCKED = "blocked"
    """Never answered."""


class Access:
    """Whom the operator and the admins let in, by the ids of people and chats.

    It decides from memory alone: a disk that fails on the way opens no door.

    Args:
        ledger: where it stands whom the admins have blocked.
        allow: who may use the bot; empty lets everybody in.
        block: who is never answered.
        admins: who may always use it, and run it.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        allow: Iterable[int] = (),
        block: Iterable[int] = (),
        admins: Iterable[int] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.admins = frozenset(admins)
        self._ledger = ledger
        self._allowed = frozenset(allow)
        self._fixed = frozenset(block)
        self._blocked = {blocked.id: blocked for blocked in ledger.blocked()}
        self._clock = clock
        self._told: dict[int, float] = {}

    def verdict(self, *ids: int) -> Verdict:
        """What to make of somebody who speaks somewhere, given the ids of both."""
        if not self.admins.isdisjoint(ids):
            return Verdict.WELCOME
        if not self._fixed.isdisjoint(ids) or not self._blocked.keys().isdisjoint(ids):
            return Verdict.BLOCKED
        is_known = not self._allowed or not self._allowed.isdisjoint(ids)
        return Verdict.WELCOME if is_known else Verdict.STRANGER

    def may_tell(self, stranger: int) -> bool:
        """Whether it is time to tell the stranger; if so, the time is taken as used."""
        now = self._clock()
        # The eldest come first: whoever is told again goes to the end.
        while self._told and now - next(iter(self._told.values())) >= _SILENCE:
            del self._told[next(iter(self._told))]
        if stranger in self._told:
            return False
        self._told[stranger] = now
        return True

    def blocked(self) -> list[Blocked]:
        """Whom the admins have blocked, the first one first."""
        return list(self._blocked.values())

    def block(self, number: int, reason: str, by: int) -> bool:
        """Answer that person or chat no more; whether that holds after a restart, too."""
        self._blocked.pop(number, None)
        self._blocked[number] = Blocked(number, reason)
        return self._ledger.block(number, reason, by)

    def unblock(self, number: int) -> bool:
        """Answer again; whether that holds after a restart, too."""
        self._blocked.pop(number, None)
        return self._ledger.unblock(number)

    def move(self, old: int, new: int) -> None:
        """A group has got another id: what was decided about it goes for that one, too."""
        if self.verdict(old) is Verdict.BLOCKED and self.verdict(new) is not Verdict.BLOCKED:
            known = self._blocked.get(old)
            self.block(new, known.reason if known else "", by=old)
        if old in self._allowed and new not in self._allowed:
            self._allowed |= {new}
            # Until the next start, for which the operator has to know.
            logger.warning("The allowed group %d has become %d: please allow that one.", old, new)

    def is_fixed(self, number: int) -> bool:
        """Whether the operator's settings block it, whatever the admins say."""
        return number in self._fixed
