"""`Ledger`: what is written down of people beside their pictures, in the store's own file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.database import Database

__all__ = ["Blocked", "Ledger"]


@dataclass(frozen=True, slots=True)
class Blocked:
    """A person or a chat that is not answered, and what the admin said about it."""

    id: int
    reason: str


class Ledger:
    """Who is not answered.

    As in the store, what cannot be read is as if it had never been written, and what writes tells
    whether it was.

    Args:
        database: the store's, its tables made.
        clock: seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

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
            )
        )

    def unblock(self, number: int) -> bool:
        """Strike that out."""
        return self._database.write(("DELETE FROM blocked WHERE id = ?", (number,)))
