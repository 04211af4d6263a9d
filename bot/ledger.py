"""`Ledger`: what is known of our messages. A button has no room for it, or could be forged."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

__all__ = ["Ledger"]

Fact = TypeVar("Fact")


class Ledger(Generic[Fact]):
    """A fact a message, such as who was asked by it; the oldest are forgotten."""

    def __init__(self, *, limit: int = 10_000) -> None:
        self._limit = limit
        self._facts: OrderedDict[tuple[int, int], Fact] = OrderedDict()

    def put(self, chat: int, message: int, fact: Fact) -> None:
        """Remember it."""
        self._facts[chat, message] = fact
        if len(self._facts) > self._limit:
            self._facts.popitem(last=False)

    def get(self, chat: int, message: int) -> Fact | None:
        """The fact; None if it is not known (any more)."""
        return self._facts.get((chat, message))
