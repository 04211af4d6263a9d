"""Whose questions are whose: what a button says of its owner can be forged, this cannot."""

from __future__ import annotations

from collections import OrderedDict

__all__ = ["Questions"]


class Questions:
    """Who was asked by which of our messages; the oldest are forgotten."""

    def __init__(self, *, limit: int = 10_000) -> None:
        self._limit = limit
        self._asked: OrderedDict[tuple[int, int], int] = OrderedDict()

    def put(self, chat: int, message: int, asked: int) -> None:
        """Remember who was asked."""
        self._asked[chat, message] = asked
        if len(self._asked) > self._limit:
            self._asked.popitem(last=False)

    def asked_by(self, chat: int, message: int) -> int | None:
        """Who was asked; None if that is not known (any more)."""
        return self._asked.get((chat, message))
