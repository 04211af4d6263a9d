"""`FairQueue`: one waiting line for each user, served in turn."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, TypeVar

__all__ = ["FairQueue"]

Item = TypeVar("Item")


class FairQueue(Generic[Item]):
    """Round robin between users, first come first served within one.

    Who has a hundred pictures waiting delays nobody else by more than one.
    """

    def __init__(self) -> None:
        self._lines: OrderedDict[int, deque[Item]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._lines)

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def __iter__(self) -> Iterator[Item]:
        """The items in the order in which they would be served now."""
        longest = max(map(len, self._lines.values()), default=0)
        for turn in range(longest):
            for line in self._lines.values():
                if turn < len(line):
                    yield line[turn]

    def push(self, user: int, item: Item) -> None:
        """Put an item at the end of its user's line."""
        self._lines.setdefault(user, deque()).append(item)

    def pop(self) -> Item:
        """The next item; its user goes to the end of the round.

        Raises:
            LookupError: the queue is empty.
        """
        if not self._lines:
            msg = "the queue is empty"
            raise LookupError(msg)
        user, line = self._lines.popitem(last=False)
        item = line.popleft()
        if line:
            self._lines[user] = line
        return item

    def serve(self, user: int, item: Item) -> bool:
        """Take an item out as `pop` does: its user has had a turn. False if it is not waiting."""
        if not self.remove(user, item):
            return False
        if user in self._lines:
            self._lines.move_to_end(user)
        return True

    def remove(self, user: int, item: Item) -> bool:
        """Take an item out of its user's line; False if it is not waiting."""
        line = self._lines.get(user)
        if line is None or item not in line:
            return False
        line.remove(item)
        if not line:
            del self._lines[user]
        return True
