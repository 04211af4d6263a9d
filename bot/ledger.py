"""`Ledger`: what is written down of people beside their pictures, in the store's own file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.database import Database, Statement

__all__ = ["ORDERS_KEPT", "SEEN_DAYS", "Blocked", "Ledger", "Ordered"]

ORDERS_KEPT: Final = 24 * 60 * 60
"""Seconds that an order counts, and is written down."""

SEEN_DAYS: Final = 365
"""How long it is known that somebody has been here."""

_DAY: Final = 24 * 60 * 60
# Outcomes name nobody; they are kept for as long as somebody may still look back at them.
_OUTCOME_DAYS: Final = 90
# Somebody who is here is written down once an hour, not at every word.
_GLANCE: Final = 3600

_SEE: Final = """
    INSERT INTO seen (user, last) VALUES (?1, ?2)
    ON CONFLICT (user) DO UPDATE SET last = excluded.last WHERE last < ?3
"""
_COUNT: Final = """
    INSERT INTO outcomes (day, outcome, count) VALUES (?, ?, 1)
    ON CONFLICT (day, outcome) DO UPDATE SET count = count + 1
"""
_GIVE_BACK: Final = """
    UPDATE orders SET pictures = max(0, pictures - ?)
    WHERE id = (SELECT max(id) FROM orders WHERE user = ? AND pictures > 0)
"""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A person or a chat that is not answered, and what the admin said about it."""

    id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order that counts.

    Attributes:
        at: when it was accepted, in seconds since the epoch.
        pictures: how many of them count: not those that failed.
    """

    at: float
    pictures: int


class Ledger:
    """Who was here, who is not answered, who has ordered how much, and what came of the jobs.

    As in the store, what cannot be read is as if it had never been written, and what writes tells
    whether it was.

    Args:
        database: the store's, its tables made.
        clock: seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def see(self, user: int) -> bool:
        """Write down that the person is here."""
        now = self._clock()
        return self._database.write((_SEE, (user, now, now - _GLANCE)))

    def seen(self) -> list[int]:
        """Who has been here, those who came last first."""
        rows = self._database.read("SELECT user FROM seen ORDER BY last DESC")
        return [user for (user,) in rows]

    def seen_lately(self) -> int:
        """How many have been here within a day."""
        since = self._clock() - _DAY
        return len(self._database.read("SELECT user FROM seen WHERE last > ?", since))

    def forget(self, user: int) -> bool:
        """Strike out that somebody was here. Orders count on until their time is over."""
        return self._database.write(("DELETE FROM seen WHERE user = ?", (user,)))

    def count(self, outcome: str) -> bool:
        """Count what came of a job today."""
        return self._database.write((_COUNT, (self._today(), outcome)))

    def outcomes(self) -> dict[str, int]:
        """How many jobs came to what today, by UTC."""
        query = "SELECT outcome, count FROM outcomes WHERE day = ?"
        return dict(self._database.read(query, self._today()))

    def blocked(self) -> list[Blocked]:
        """Whom the admins have blocked, the first one first."""
        rows = self._database.read("SELECT id, reason FROM blocked ORDER BY at, id")
        return [Blocked(number, reason) for number, reason in rows]

    def block(self, number: int, reason: str, by: int) -> bool:
        """Write down that an admin has blocked a person or a chat."""
        return self._database.write(
            (
                "INSERT OR REPLACE INTO blocked (id, at, by, reason) VALUES (?, ?, ?, ?)",
                (number, self._clock(), by, reason),
            ),
            later=False,
        )

    def unblock(self, number: int) -> bool:
        """Strike that out."""
        statement = "DELETE FROM blocked WHERE id = ?", (number,)
        return self._database.write(statement, later=False)

    def orders(self, user: int) -> list[Ordered]:
        """The person's orders that count, the first one first."""
        rows = self._database.read(
            "SELECT at, pictures FROM orders WHERE user = ? AND at > ? ORDER BY at, id",
            *(user, self._clock() - ORDERS_KEPT),
        )
        return [Ordered(at, pictures) for at, pictures in rows]

    def order(self, user: int, pictures: int) -> bool:
        """Write down an order, and strike out those that count no more."""
        now = self._clock()
        return self._database.write(
            ("INSERT INTO orders (user, at, pictures) VALUES (?, ?, ?)", (user, now, pictures)),
            _without_old_orders(now),
        )

    def give_back(self, user: int, pictures: int) -> bool:
        """Let so many pictures of the person's last order count no more."""
        return self._database.write((_GIVE_BACK, (pictures, user)))

    def clear_away(self) -> bool:
        """Strike out what counts no more, and what is too long ago."""
        now = self._clock()
        return self._database.write(
            _without_old_orders(now),
            ("DELETE FROM seen WHERE last < ?", (now - SEEN_DAYS * _DAY,)),
            ("DELETE FROM outcomes WHERE day < ?", (self._today() - _OUTCOME_DAYS,)),
        )

    def _today(self) -> int:
        """Days since the epoch, UTC."""
        return int(self._clock() // _DAY)


def _without_old_orders(now: float) -> Statement:
    return "DELETE FROM orders WHERE at <= ?", (now - ORDERS_KEPT,)
