"""`Store`: what outlives the process.

No pictures are in it, only by which name Telegram gives them out again. Whatever the disk does, the
methods return: those that read, as if nothing had been kept; those that write, whether it was.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter

from bot.database import Database, Statement
from bot.inbox import Inbox
from bot.ledger import Ledger
from bot.orders import Order, Painting, Question
from bot.preferences import Preferences
from bot.record import OPEN, Record, State
from bot.schema import MIGRATIONS
from bot.session import Key, Session
from bot.style import Picture, Style

__all__ = [
    "KEPT_DAYS",
    "OWN_STYLES",
    "QUESTIONS",
    "SESSION_KEPT",
    "Store",
]

T = TypeVar("T")

logger = logging.getLogger(__name__)

KEPT_DAYS: Final = 30
"""How long it is known what the buttons under a painting are about."""

OWN_STYLES: Final = 9
"""Style pictures of a person's own that are remembered."""

QUESTIONS: Final = 500
"""Questions to one person that are remembered."""

SESSION_KEPT: Final = 60 * 60
"""Seconds that it is known what somebody has said so far."""

_DAY: Final = 24 * 60 * 60

_USE_STYLE: Final = """
    INSERT INTO styles (user, name, data, used)
    VALUES (?1, ?2, ?3, (SELECT coalesce(max(used), 0) + 1 FROM styles WHERE user = ?1))
    ON CONFLICT (user, name) DO UPDATE SET data = excluded.data, used = excluded.used
"""
_DROP_OLD_STYLES: Final = """
    DELETE FROM styles WHERE user = ?1 AND id NOT IN
    (SELECT id FROM styles WHERE user = ?1 ORDER BY used DESC LIMIT ?2)
"""
_DROP_OLD_QUESTIONS: Final = """
    DELETE FROM questions WHERE user = ?1 AND rowid NOT IN
    (SELECT rowid FROM questions WHERE user = ?1 ORDER BY made DESC LIMIT ?2)
"""
_RECORDS: Final = 'SELECT id, state, tries, "order", "then", result FROM jobs WHERE '
_SHOWN: Final = (State.PAINTED, State.DELIVERING, State.DELIVERED)


class Store:
    """Preferences, sessions, jobs, questions, own styles; in the same file, ledger and inbox.

    Args:
        folder: where the file lies; None keeps everything in memory.
        clock: seconds since the epoch.

    Raises:
        TooNew: the file is of a later version.
        sqlite3.Error: the file cannot be used.
        OSError: the folder cannot be made.
    """

    def __init__(self, folder: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self.is_lasting = folder is not None
        self._clock = clock
        self._converter = make_converter(omit_if_default=True)
        self._database = Database(folder, MIGRATIONS)
        self.ledger = Ledger(self._database, clock)
        self.inbox = Inbox(self._database, clock)
        self.clear_away()

    @property
    def is_well(self) -> bool:
        """Whether the last thing that was to be kept could be kept."""
        return self._database.is_well

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._database.close()

    # People

    def preferences(self, user: int) -> Preferences:
        """How the person likes things."""
        query = "SELECT preferences FROM people WHERE user = ?"
        return self._one(Preferences, query, user) or Preferences()

    def prefer(self, user: int, preferences: Preferences) -> bool:
        """Remember how the person likes things."""
        statement = _upsert("preferences"), (user, self._dumped(preferences))
        return self._write(statement, later=False)

    def last_style(self, user: int) -> Style | None:
        """The style that the person chose last."""
        kind = cast("type[Style]", Style)
        return self._one(kind, "SELECT last_style FROM people WHERE user = ?", user)

    def use_style(self, user: int, style: Style) -> bool:
        """Remember that the person chose the style."""
        last = _upsert("last_style"), (user, self._dumped(style, Style))
        return self._write(last, *self._own_style(user, style))

    def own_styles(self, user: int) -> list[tuple[int, Picture]]:
        """The person's own style pictures with their numbers, the one used last first."""
        query = "SELECT id, data FROM styles WHERE user = ? ORDER BY used DESC"
        rows = self._database.read(query, user)
        found = ((number, self._loaded(data, Picture)) for number, data in rows)
        return [(number, picture) for number, picture in found if picture]

    def own_style(self, user: int, number: int) -> Picture | None:
        """One of the person's own style pictures."""
        query = "SELECT data FROM styles WHERE user = ? AND id = ?"
        return self._one(Picture, query, user, number)

    def forget(self, user: int) -> bool:
        """Keep nothing of the person."""
        tables = ("people", "jobs", "questions", "styles", "sessions", "seen")
        is_forgotten = self._write(
            *((f"DELETE FROM {table} WHERE user = ?", (user,)) for table in tables),  # noqa: S608
            later=False,
        )
        self._database.erase()
        return is_forgotten

    # Sessions and questions

    def session(self, key: Key) -> Session | None:
        """What the person has said so far in the chat, not too long ago."""
        query = "SELECT data FROM sessions WHERE chat = ? AND user = ? AND made > ?"
        return self._one(Session, query, *key, self._clock() - SESSION_KEPT)

    def keep_session(self, key: Key, session: Session | None) -> bool:
        """Remember what the person has said so far in the chat; None forgets it."""
        if session is None:
            return self._write(("DELETE FROM sessions WHERE chat = ? AND user = ?", key))
        return self._write(
            (
                "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?)",
                (*key, self._clock(), self._dumped(session)),
            )
        )

    def question(self, chat: int, message: int) -> Question | None:
        """What that message of ours asks."""
        query = "SELECT data FROM questions WHERE chat = ? AND message = ? AND made > ?"
        return self._one(Question, query, chat, message, self._eldest)

    def keep_question(self, chat: int, message: int, question: Question) -> bool:
        """Remember what that message of ours asks."""
        return self._write(
            (
                "INSERT OR REPLACE INTO questions VALUES (?, ?, ?, ?, ?)",
                (chat, message, question.user, self._clock(), self._dumped(question)),
            ),
            (_DROP_OLD_QUESTIONS, (question.user, QUESTIONS)),
        )

    # Jobs

    def accept(self, job: str, order: Order, then: Sequence[Order] = ()) -> bool:
        """Write down a job, and what is to be painted after it, for what somebody said."""
        return self._write(self._new_job(job, order, then), *self.inbox.settling())

    def open_jobs(self) -> list[Record]:
        """What is not over yet, or is yet to be followed by something; the oldest first."""
        where = f"state IN ({_marks(OPEN)}) OR \"then\" != '[]' ORDER BY made, rowid"
        rows = self._database.read(_RECORDS + where, *OPEN)
        return [record for record in map(self._record, rows) if record]

    def record(self, job: str) -> Record | None:
        """All that is written down of a job."""
        rows = self._database.read(f"{_RECORDS} id = ?", job)
        return self._record(rows[0]) if rows else None

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
        return self._write(ended, *([self._new_job(*following)] if following else []))

    def drop_following(self, job: str) -> bool:
        """Nothing is to be painted after it any more."""
        return self._write(("UPDATE jobs SET \"then\" = '[]' WHERE id = ?", (job,)))

    def show(self, job: str, order: Order) -> bool:
        """Remember the order with the message that shows its progress."""
        return self._write(('UPDATE jobs SET "order" = ? WHERE id = ?', (self._dumped(order), job)))

    def move(self, old: int, new: int) -> bool:
        """A chat has got another id: dialogues and jobs under way go on there, in one.

        Questions and paintings stay: the messages that they are known by have not moved.
        """
        query = "SELECT user, data FROM sessions WHERE chat = ?"
        sessions = self._database.read(query, old)
        jobs = [record for record in self.open_jobs() if record.order.place.chat == old]
        return self._write(
            *(self._moved_session((old, user), new, data) for user, data in sessions),
            *(self._moved_job(record, new) for record in jobs),
        )

    def _moved_session(self, key: Key, new: int, data: str) -> Statement:
        chat, user = key
        session = self._loaded(data, Session) or Session()
        changes = "UPDATE OR REPLACE sessions SET chat = ?, user = ?, data = ?"
        values = new, new if user == chat else user, self._dumped(session.moved())
        return f"{changes} WHERE chat = ? AND user = ?", (*values, *key)

    def _moved_job(self, record: Record, new: int) -> Statement:
        order, then = record.order.moved(new), tuple(each.moved(new) for each in record.then)
        statement = 'UPDATE jobs SET user = ?, "order" = ?, "then" = ? WHERE id = ?'
        dumped = self._dumped(order), self._dumped(then, tuple[Order, ...])
        return statement, (order.user, *dumped, record.id)

    def painting(self, job: str) -> Painting | None:
        """What the painting of that job is; None where there is none (yet), or for too long."""
        shown = f"made > ? AND state IN ({_marks(_SHOWN)})"
        query = f'SELECT "order", file_id FROM jobs WHERE id = ? AND {shown}'  # noqa: S608
        for data, file_id in self._database.read(query, job, self._eldest, *_SHOWN):
            if order := self._loaded(data, Order):
                return Painting(order, file_id)
        return None

    @property
    def _eldest(self) -> float:
        return self._clock() - KEPT_DAYS * _DAY

    def _new_job(self, job: str, order: Order, then: Sequence[Order]) -> Statement:
        return (
            'INSERT INTO jobs (id, user, state, made, "order", "then") VALUES (?, ?, ?, ?, ?, ?)',
            (
                job,
                order.user,
                State.QUEUED.value,
                self._clock(),
                self._dumped(order),
                self._dumped(tuple(then), tuple[Order, ...]),
            ),
        )

    def _change(self, job: str, state: State, more: str = "", *values: object) -> bool:
        changes = ", ".join(filter(None, ("state = ?", more)))
        # What was stopped stays stopped, whatever the executor still tells of it.
        which = f"id = ? AND state != '{State.CANCELLED}'"
        statement = f"UPDATE jobs SET {changes} WHERE {which}"  # noqa: S608
        return self._write((statement, (state.value, *values, job)))

    def _record(self, row: tuple[Any, ...]) -> Record | None:
        job, state, tries, order, then, result = row
        known = self._loaded(order, Order)
        if known is None:
            return None
        return Record(
            id=job,
            state=State(state),
            tries=tries,
            order=known,
            then=self._loaded(then, tuple[Order, ...]) or (),
            result=json.loads(result) if result else None,
        )

    def _own_style(self, user: int, style: Style) -> Iterator[Statement]:
        if not isinstance(style, Picture):
            return
        # Its number stays, for the buttons of sheets that have been sent.
        name = style.unique or style.file_id
        yield _USE_STYLE, (user, name, self._dumped(style))
        yield _DROP_OLD_STYLES, (user, OWN_STYLES)

    def clear_away(self) -> None:
        """Let go of what is too old for its buttons to be pressed."""
        eldest, states = self._eldest, tuple(state.value for state in OPEN)
        self._database.write(
            (
                f"DELETE FROM jobs WHERE made < ? AND state NOT IN ({_marks(states)})",  # noqa: S608
                (eldest, *states),
            ),
            # A person without end of these would fill the disk; and no button asks for them.
            (
                "DELETE FROM jobs WHERE made < ? AND \"then\" = '[]' AND state IN (?, ?)",
                (self._clock() - _DAY, State.CANCELLED.value, State.FAILED.value),
            ),
            ("DELETE FROM questions WHERE made < ?", (eldest,)),
            ("DELETE FROM sessions WHERE made < ?", (self._clock() - SESSION_KEPT,)),
        )
        self.ledger.clear_away()
        self.inbox.clear_away()
        self._database.erase()

    def _write(self, *statements: Statement, later: bool = True) -> bool:
        return self._database.write(*statements, later=later)

    def _one(self, kind: type[T], query: str, *values: object) -> T | None:
        for (data,) in self._database.read(query, *values):
            return self._loaded(data, kind) if data else None
        return None

    def _dumped(self, value: object, kind: Any = None) -> str:
        return json.dumps(self._converter.unstructure(value, kind or type(value)))

    def _loaded(self, text: str, kind: type[T]) -> T | None:
        try:
            return self._converter.structure(json.loads(text), kind)
        except (BaseValidationError, ValueError):
            # As a version of tomorrow wrote it, or one of long ago.
            logger.warning("a record of another version was not understood")
            return None


def _upsert(column: str) -> str:
    return (
        f"INSERT INTO people (user, {column}) VALUES (?, ?)"  # noqa: S608 - names of our own
        f" ON CONFLICT (user) DO UPDATE SET {column} = excluded.{column}"
    )


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
