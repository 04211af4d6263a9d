"""What each of our paintings was made from: a button has no room for it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from bot.session import Picture, Style

__all__ = ["Made", "Results"]


@dataclass(frozen=True, slots=True)
class Made:
    """A photo, the style that it was painted in, and for whom."""

    content: Picture
    style: Style
    user: int


class Results:
    """Paintings by the message that brought them; the oldest are forgotten."""

    def __init__(self, *, limit: int = 10_000) -> None:
        self._limit = limit
        self._made: OrderedDict[tuple[int, int], Made] = OrderedDict()

    def put(self, chat: int, message: int, made: Made) -> None:
        """Remember what a message shows."""
        self._made[chat, message] = made
        if len(self._made) > self._limit:
            self._made.popitem(last=False)

    def get(self, chat: int, message: int) -> Made | None:
        """What the message shows; None if that is not known (any more)."""
        return self._made.get((chat, message))
