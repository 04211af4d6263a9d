"""`Register`: the jobs as they are written down, in the store's own file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from bot.codec import dumped, loaded
from bot.database import Database, Statement, marks
from bot.inbox import Inbox
from bot.orders import Order, Painting
from bot.record import OPEN, Record, State

__all__ = ["KEPT_DAYS", "Register"]

KEPT_DAYS: Final = 30
"""How long it is known what the buttons under a painting are about."""

_DAY: Final = 24 * 60 * 60
_RECORDS: Final = 'SELECT id, state, tries, "order", "then", result FROM jobs WHERE '
_SHOWN: Final = (State.PAINTED, State.DELIVERING, State.DELIVERED)


class Register:
    """Every job from its order to its end, and for a while beyond.

    As in the store, what cannot be read is as if it had never been written, and what writes tells
    whether it was.

    Args:
        database: the store's, its tables made.
        inbox: where a job is accepted, what asked for it is struck out.
        clock: seconds since the epoch.
    """

    def __init__(self, database: Database, inbox: Inbox, clock: Callable[[], float]) -> None:
        self._database = database
        self._inbox = inbox
        self._clock = clock

    def accept(self, job: str, order: Order, then: Sequence[Order] = ()) -> bool:
        """Write down a job, and what is to be painted after it, for what somebody said."""
        return self._database.write(self._new(job, order, then), *self._inbox.settling())

    def open_jobs(self) -> list[Record]:
        """What is not over yet, or is yet to be followed by something; the oldest first."""
        where = f"state IN ({marks(OPEN)}) OR \"then\" != '[]' ORDER BY made, rowid"
        rows = self._database.read(_RECORDS + where, *OPEN)
        return [record for record in map(_record_of, rows) if record]

    def record(self, job: str) -> Record | None:
        """All that is written down of a job."""
        rows = self._database.read(f"{_RECORDS} id = ?", job)
        return _record_of(rows[0]) if rows else None

    def jobs_of(self, user: int) -> list[str]:
        """The ids of all that is written down of a person's jobs."""
        return [job for (job,) in self._database.read("SELECT id FROM jobs WHERE user = ?", user)]

    def run(self, job: str) -> bool:
        """The executor is about to get it."""
        return self._change(job, State.RUNNING, "tries = tries + 1")

    def put_back(self, job: str) -> bool:
        """It was interrupted through no fault of its own."""
        return self._change(job, State.QUEUED, "tries = tries - 1")

    def paint(self, job: str, result: dict[str, Any]) -> bool:
        """The painting lies in the spool, and this is known of it."""
        return self._change(job, State.PAINTED, "result = ?", json.dumps(result))

    def cancel(self, job: str) -> bool:
        """Nobody wants it any more; what is to follow still may."""
        return self._change(job, State.CANCELLED)

    def deliver(self, job: str, state: State) -> bool:
        """The painting is about to be sent, or has surely not been taken."""
        return self._change(job, state)

    def arrive(self, job: str, file_id: str) -> bool:
        """The painting has arrived, and Telegram gives it out by that."""
        return self._change(job, State.DELIVERED, "file_id = ?", file_id)

    def end(
        self,
        job: str,
        state: State,
        following: tuple[str, Order, Sequence[Order]] | None = None,
    ) -> bool:
        """It is over, and what was to follow begins, in one.

        Args:
            job: which one.
            state: how it ended.
            following: the next job, its order, and what is to be painted after it.
        """
        ended: Statement = (
            "UPDATE jobs SET state = ?, \"then\" = '[]' WHERE id = ?",
            (state.value, job),
        )
        return self._database.write(ended, *([self._new(*following)] if following else []))

    def drop_following(self, job: str) -> bool:
        """Nothing is to be painted after it any more."""
        return self._database.write(("UPDATE jobs SET \"then\" = '[]' WHERE id = ?", (job,)))

    def show(self, job: str, order: Order) -> bool:
        """Remember the order with the message that shows its progress."""
        return self._database.write(
            ('UPDATE jobs SET "order" = ? WHERE id = ?', (dumped(order), job))
        )

    def painting(self, job: str) -> Painting | None:
        """What the painting of that job is; None where there is none (yet), or for too long."""
        shown = f"made > ? AND state IN ({marks(_SHOWN)})"
        query = f'SELECT "order", file_id FROM jobs WHERE id = ? AND {shown}'  # noqa: S608
        for data, file_id in self._database.read(query, job, self._eldest, *_SHOWN):
            if order := loaded(data, Order):
                return Painting(order, file_id)
        return None

    def moving(self, old: int, new: int) -> list[Statement]:
        """What writes down that a chat has got another id: jobs under way go on there."""
        jobs = [record for record in self.open_jobs() if record.order.place.chat == old]
        return [_moved(record, new) for record in jobs]

    def clear_away(self) -> bool:
        """Let go of what is too old for its buttons to be pressed."""
        states = tuple(state.value for state in OPEN)
        return self._database.write(
            (
                f"DELETE FROM jobs WHERE made < ? AND state NOT IN ({marks(states)})",  # noqa: S608
                (self._eldest, *states),
            ),
            # A person without end of these would fill the disk; and no button asks for them.
            (
                "DELETE FROM jobs WHERE made < ? AND \"then\" = '[]' AND state IN (?, ?)",
                (self._clock() - _DAY, State.CANCELLED.value, State.FAILED.value),
            ),
        )

    @property
    def _eldest(self) -> float:
        return self._clock() - KEPT_DAYS * _DAY

    def _new(self, job: str, order: Order, then: Sequence[Order]) -> Statement:
        return (
            'INSERT INTO jobs (id, user, state, made, "order", "then") VALUES (?, ?, ?, ?, ?, ?)',
            (
                job,
                order.user,
                State.QUEUED.value,
                self._clock(),
                dumped(order),
                dumped(tuple(then), tuple[Order, ...]),
            ),
        )

    def _change(self, job: str, state: State, more: str = "", *values: object) -> bool:
        changes = ", ".join(filter(None, ("state = ?", more)))
        # What was stopped stays stopped, whatever the executor still tells of it.
        which = f"id = ? AND state != '{State.CANCELLED}'"
        statement = f"UPDATE jobs SET {changes} WHERE {which}"  # noqa: S608
        return self._database.write((statement, (state.value, *values, job)))


def _moved(record: Record, new: int) -> Statement:
    order, then = record.order.moved(new), tuple(each.moved(new) for each in record.then)
    statement = 'UPDATE jobs SET user = ?, "order" = ?, "then" = ? WHERE id = ?'
    told = dumped(order), dumped(then, tuple[Order, ...])
    return statement, (order.user, *told, record.id)


def _record_of(row: tuple[Any, ...]) -> Record | None:
    job, state, tries, order, then, result = row
    known = loaded(order, Order)
    if known is None:
        return None
    return Record(
        id=job,
        state=State(state),
        tries=tries,
        order=known,
        then=loaded(then, tuple[Order, ...]) or (),
        result=json.loads(result) if result else None,
    )
