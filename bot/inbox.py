"""`Inbox`: what people say, from when Telegram may forget it until something has come of it.

Telegram takes an update for heard once a later one is asked for, or a webhook answers. Whoever
is killed a moment later would have heard it for nothing, so it is written down first, and struck
out when it has been dealt with: in the same transaction as the job that comes of it, if one does.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from telegram import Bot, Update

from bot.database import Database, Statement, marks

__all__ = ["Inbox", "Receipt", "hold", "leave"]

logger = logging.getLogger(__name__)

# So long Telegram keeps what it believes unheard, and then some.
_KEPT: Final = 2 * 24 * 60 * 60.0
# So many updates back a repeated one is known for what it is, whatever the disk says.
_KNOWN: Final = 1000
# An update whose handling was begun so often, and no process has lived to its end, kills them.
_TRIES: Final = 3

_TAKE: Final = "INSERT OR IGNORE INTO updates (id, made, data) VALUES (?, ?, ?)"


@dataclass(slots=True, eq=False)
class Receipt:
    """The updates that something is to come of.

    Attributes:
        numbers: their numbers.
        is_held: whether they are dealt with beyond the turn of their handler.
        closing: set when the process is about to end.
    """

    numbers: set[int] = field(default_factory=set)
    is_held: bool = False
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def absorb(self, other: Receipt) -> None:
        """Answer for the updates of another one, too."""
        self.numbers |= other.numbers
        other.numbers.clear()


_RECEIPT: ContextVar[Receipt | None] = ContextVar("receipt", default=None)


def hold() -> Receipt:
    """Whoever calls this in a handler settles its update, later; see `Inbox.settle`."""
    receipt = _RECEIPT.get() or Receipt()
    receipt.is_held = True
    return receipt


def leave() -> bool:
    """Leave what is being dealt with to the next process, if this one ends; whether it is left."""
    receipt = _RECEIPT.get()
    if receipt is None or not receipt.closing.is_set() or not receipt.numbers:
        return False
    receipt.numbers.clear()
    return True


class Inbox:
    """The queue of updates, and its copy on the disk.

    As in the store, what cannot be written down is not, and lives as long as the process.

    Args:
        database: the store's, its tables made.
        clock: seconds since the epoch.

    Attributes:
        queue: what the application takes its updates from.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self.queue: asyncio.Queue[object] = asyncio.Queue()
        self._database = database
        self._clock = clock
        self._recent: deque[int] = deque(maxlen=_KNOWN)
        self._left: set[int] = set()
        self._closing = asyncio.Event()

    def take(self, updates: Sequence[Update]) -> list[Update]:
        """Write down and queue what has not been heard before; that."""
        if not updates:
            return []
        numbers = [update.update_id for update in updates]
        known = self._known(numbers)
        fresh = [update for update in updates if update.update_id not in known]
        now = self._clock()
        self._database.write(*((_TAKE, (u.update_id, now, u.to_json())) for u in fresh))
        self._recent.extend(update.update_id for update in fresh)
        for update in fresh:
            self.queue.put_nowait(update)
        return fresh

    def resume(self, bot: Bot) -> None:
        """Queue what an earlier process has heard, and nothing has come of."""
        query = "SELECT id, data, tries FROM updates WHERE data IS NOT NULL ORDER BY id"
        for number, data, tries in self._database.read(query):
            self._recent.append(number)
            if tries >= _TRIES - 1:
                logger.error("An update that ended several processes is left alone.")
                self._strike_out({number})
                continue
            if (update := _read(data, bot)) is None:
                self._strike_out({number})
                continue
            self._left.add(number)
            self.queue.put_nowait(update)

    @contextmanager
    def handling(self, update: object) -> Iterator[None]:
        """Deal with an update in the block; settled at its end, unless somebody holds it.

        It is not where the block is cancelled: the next process will deal with it.
        """
        if not isinstance(update, Update):
            yield
            return
        receipt = self._begin(update.update_id)
        token = _RECEIPT.set(receipt)
        try:
            yield
        except Exception:
            self._end(receipt)
            raise
        else:
            self._end(receipt)
        finally:
            _RECEIPT.reset(token)

    def settle(self, receipt: Receipt) -> None:
        """Something has come of its updates."""
        if receipt.numbers:
            self._strike_out(receipt.numbers)
            receipt.numbers.clear()

    def drop(self, numbers: Iterable[int]) -> None:
        """Nothing is to come of these updates."""
        if dropped := {*numbers}:
            self._strike_out(dropped)

    def settling(self) -> list[Statement]:
        """What settles the updates that are being dealt with, in a transaction of the caller's."""
        receipt = _RECEIPT.get()
        return _struck_out(receipt.numbers) if receipt else []

    def close(self) -> None:
        """The process is about to end, and not by force: no update is what ends it.

        What fails from now on may be left to the next process; see `leave`.
        """
        self._closing.set()
        self._database.write(("UPDATE updates SET tries = 0 WHERE tries > 0", ()))

    def clear_away(self) -> bool:
        """Let go of what Telegram will not repeat any more."""
        old = "DELETE FROM updates WHERE made < ? AND data IS NULL"
        return self._database.write((old, (self._clock() - _KEPT,)))

    def _known(self, numbers: Sequence[int]) -> set[int]:
        query = f"SELECT id FROM updates WHERE id IN ({marks(numbers)})"  # noqa: S608
        return {*self._recent, *(number for (number,) in self._database.read(query, *numbers))}

    def _begin(self, number: int) -> Receipt:
        if number in self._left:
            self._left.discard(number)
            again = "UPDATE updates SET tries = tries + 1 WHERE id = ?"
            self._database.write((again, (number,)))
        return Receipt({number}, closing=self._closing)

    def _end(self, receipt: Receipt) -> None:
        if not receipt.is_held:
            self.settle(receipt)

    def _strike_out(self, numbers: set[int]) -> None:
        self._database.write(*_struck_out(numbers))


def _read(data: str, bot: Bot) -> Update | None:
    """What was written down; None where this version does not understand it."""
    try:
        return Update.de_json(json.loads(data), bot)
    except Exception as error:  # noqa: BLE001 - whatever another version made of it
        logger.error("An update could not be read: %s", type(error).__name__)  # noqa: TRY400
        return None


def _struck_out(numbers: set[int]) -> list[Statement]:
    # The number stays, lest Telegram repeat it; what was said does not.
    strike = "UPDATE updates SET data = NULL WHERE id = ?"
    return [(strike, (number,)) for number in sorted(numbers)]
