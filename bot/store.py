"""`Store`: what outlives the process.

No pictures are in it, only by which name Telegram gives them out again. Whatever the disk does, the
methods return: those that read, as if nothing had been kept; those that write, whether it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar, cast

from bot.codec import dumped, loaded
from bot.database import Database, Statement
from bot.inbox import Inbox
from bot.ledger import Ledger
from bot.orders import Question
from bot.preferences import Preferences
from bot.register import KEPT_DAYS, Register
from bot.schema import MIGRATIONS
from bot.session import Key, Session
from bot.style import Picture, Style

__all__ = ["OWN_STYLES", "QUESTIONS", "SESSION_KEPT", "Store"]

T = TypeVar("T")

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


class Store:
    """Preferences, sessions, questions, own styles; in the same file, register, ledger and inbox.

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
        self._database = Database(folder, MIGRATIONS)
        self.ledger = Ledger(self._database, clock)
        self.inbox = Inbox(self._database, clock)
        self.register = Register(self._database, self.inbox, clock)
        self.clear_away()

    @property
    def is_well(self) -> bool:
        """Whether the last thing that was to be kept could be kept."""
        return self._database.is_well

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._database.close()

    def preferences(self, user: int) -> Preferences:
        """How the person likes things."""
        query = "SELECT preferences FROM people WHERE user = ?"
        return self._one(Preferences, query, user) or Preferences()

    def prefer(self, user: int, preferences: Preferences) -> bool:
        """Remember how the person likes things."""
        statement = _upsert("preferences"), (user, dumped(preferences))
        return self._database.write(statement, later=False)

    def last_style(self, user: int) -> Style | None:
        """The style that the person chose last."""
        kind = cast("type[Style]", Style)
        return self._one(kind, "SELECT last_style FROM people WHERE user = ?", user)

    def use_style(self, user: int, style: Style) -> bool:
        """Remember that the person chose the style."""
        last = _upsert("last_style"), (user, dumped(style, Style))
        return self._database.write(last, *self._own_style(user, style))

    def own_styles(self, user: int) -> list[tuple[int, Picture]]:
        """The person's own style pictures with their numbers, the one used last first."""
        query = "SELECT id, data FROM styles WHERE user = ? ORDER BY used DESC"
        rows = self._database.read(query, user)
        found = ((number, loaded(data, Picture)) for number, data in rows)
        return [(number, picture) for number, picture in found if picture]

    def own_style(self, user: int, number: int) -> Picture | None:
        """One of the person's own style pictures."""
        query = "SELECT data FROM styles WHERE user = ? AND id = ?"
        return self._one(Picture, query, user, number)

    def forget(self, user: int) -> bool:
        """Keep nothing of the person."""
        tables = ("people", "jobs", "questions", "styles", "sessions", "seen")
        is_forgotten = self._database.write(
            *((f"DELETE FROM {table} WHERE user = ?", (user,)) for table in tables),  # noqa: S608
            later=False,
        )
        self._database.erase()
        return is_forgotten

    def session(self, key: Key) -> Session | None:
        """What the person has said so far in the chat, not too long ago."""
        query = "SELECT data FROM sessions WHERE chat = ? AND user = ? AND made > ?"
        return self._one(Session, query, *key, self._clock() - SESSION_KEPT)

    def keep_session(self, key: Key, session: Session | None) -> bool:
        """Remember what the person has said so far in the chat; None forgets it."""
        if session is None:
            return self._database.write(("DELETE FROM sessions WHERE chat = ? AND user = ?", key))
        return self._database.write(
            (
                "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?)",
                (*key, self._clock(), dumped(session)),
            )
        )

    def question(self, chat: int, message: int) -> Question | None:
        """What that message of ours asks."""
        query = "SELECT data FROM questions WHERE chat = ? AND message = ? AND made > ?"
        return self._one(Question, query, chat, message, self._eldest)

    def keep_question(self, chat: int, message: int, question: Question) -> bool:
        """Remember what that message of ours asks."""
        return self._database.write(
            (
                "INSERT OR REPLACE INTO questions VALUES (?, ?, ?, ?, ?)",
                (chat, message, question.user, self._clock(), dumped(question)),
            ),
            (_DROP_OLD_QUESTIONS, (question.user, QUESTIONS)),
        )

    def move(self, old: int, new: int) -> bool:
        """A chat has got another id: dialogues and jobs under way go on there, in one.

        Questions and paintings stay: the messages that they are known by have not moved.
        """
        query = "SELECT user, data FROM sessions WHERE chat = ?"
        sessions = self._database.read(query, old)
        return self._database.write(
            *(self._moved_session((old, user), new, data) for user, data in sessions),
            *self.register.moving(old, new),
        )

    def _moved_session(self, key: Key, new: int, data: str) -> Statement:
        chat, user = key
        session = loaded(data, Session) or Session()
        changes = "UPDATE OR REPLACE sessions SET chat = ?, user = ?, data = ?"
        values = new, new if user == chat else user, dumped(session.moved())
        return f"{changes} WHERE chat = ? AND user = ?", (*values, *key)

    @property
    def _eldest(self) -> float:
        return self._clock() - KEPT_DAYS * _DAY

    def _own_style(self, user: int, style: Style) -> Iterator[Statement]:
        if not isinstance(style, Picture):
            return
        # Its number stays, for the buttons of sheets that have been sent.
        name = style.unique or style.file_id
        yield _USE_STYLE, (user, name, dumped(style))
        yield _DROP_OLD_STYLES, (user, OWN_STYLES)

    def clear_away(self) -> None:
        """Let go of what is too old for its buttons to be pressed."""
        self._database.write(
            ("DELETE FROM questions WHERE made < ?", (self._eldest,)),
            ("DELETE FROM sessions WHERE made < ?", (self._clock() - SESSION_KEPT,)),
        )
        self.register.clear_away()
        self.ledger.clear_away()
        self.inbox.clear_away()
        self._database.erase()

    def _one(self, kind: type[T], query: str, *values: object) -> T | None:
        for (data,) in self._database.read(query, *values):
            return loaded(data, kind) if data else None
        return None


def _upsert(column: str) -> str:
    return (
        f"INSERT INTO people (user, {column}) VALUES (?, ?)"  # noqa: S608 - names of our own
        f" ON CONFLICT (user) DO UPDATE SET {column} = excluded.{column}"
    )
