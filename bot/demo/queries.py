"""Pressed buttons: each is answered once, and in time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

from bot.demo.clock import Clock
from bot.demo.wire import bad

__all__ = ["LIFETIME", "Queries", "Query"]

LIFETIME: Final = 60.0
"""Seconds in which a query can be answered; Telegram gives no number, bots should take none."""

_TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, slots=True)
class Query:
    """Who pressed, where and when."""

    id: str
    user: int
    chat: int
    at: float


class Queries:
    """The queries that wait for an answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = itertools.count(4_300_000_000_000_000_001)
        self._open: dict[str, Query] = {}

    def ask(self, user: int, chat: int) -> Query:
        """A new one."""
        now = self._clock.now()
        self._open = {q.id: q for q in self._open.values() if now - q.at <= LIFETIME}
        query = Query(str(next(self._numbers)), user, chat, now)
        self._open[query.id] = query
        return query

    def answer(self, query_id: str) -> Query:
        """The query, which cannot be answered again.

        Raises:
            ApiError: unknown, answered before, or too old.
        """
        query = self._open.pop(query_id, None)
        if query is None or self._clock.now() - query.at > LIFETIME:
            raise bad(_TOO_OLD)
        return query
