"""`Store`: what outlives the process.

No pictures are in it, only by which name Telegram gives them out again. Whatever the disk does, the
methods return: those that read, as if nothing had been kept; those that write, whether it was.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter

from bot.database import Database, Statement
from bot.orders import Painting, Question
from bot.preferences import Preferences
from bot.session import Key, Picture, Session, Style

__all__ = ["KEPT_DAYS", "OWN_STYLES", "Store"]

T = TypeVar("T")

logger = logging.getLogger(__name__)

KEPT_DAYS: Final = 30
"""How long it is known what the buttons under a painting are about."""

OWN_STYLES: Final = 9
"""Style pictures of a person's own that are remembered."""

_HOUR: Final = 60 * 60
_DAY: Final = 24 * _HOUR
_SESSION: Final = _HOUR
# Between two clearings away of what is too old.
_WRITES: Final = 1000

_MIGRATIONS: Final = (
    """
    CREATE TABLE people (
        user INTEGER PRIMARY KEY, preferences TEXT, last_style TEXT
    ) STRICT;
    CREATE TABLE paintings (
        job TEXT PRIMARY KEY, user INTEGER NOT NULL, made REAL NOT NULL, data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX paintings_by_user ON paintings (user);
    CREATE INDEX paintings_by_age ON paintings (made);
    CREATE TABLE questions (
        chat INTEGER, message INTEGER, user INTEGER NOT NULL, made REAL NOT NULL,
        data TEXT NOT NULL, PRIMARY KEY (chat, message)
    ) STRICT;
    CREATE INDEX questions_by_user ON questions (user);
    CREATE INDEX questions_by_age ON questions (made);
    CREATE TABLE styles (
        id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, name TEXT NOT NULL,
        data TEXT NOT NULL, used INTEGER NOT NULL, UNIQUE (user, name)
    ) STRICT;
    CREATE TABLE sessions (
        chat INTEGER, user INTEGER, made REAL NOT NULL, data TEXT NOT NULL,
        PRIMARY KEY (chat, user)
    ) STRICT;
    CREATE INDEX sessions_by_age ON sessions (made);
    """,
)


_USE_STYLE: Final = """
    INSERT INTO styles (user, name, data, used)
    VALUES (?1, ?2, ?3, (SELECT coalesce(max(used), 0) + 1 FROM styles WHERE user = ?1))
    ON CONFLICT (user, name) DO UPDATE SET data = excluded.data, used = excluded.used
"""
_DROP_OLD_STYLES: Final = """
    DELETE FROM styles WHERE user = ?1 AND id NOT IN
    (SELECT id FROM styles WHERE user = ?1 ORDER BY used DESC LIMIT ?2)
"""


class Store:
    """Preferences, sessions, paintings, questions and own styles.

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
        self._writes = 0
        self._database = Database(folder, _MIGRATIONS)
        self._clear_away()

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
        return self._write((_upsert("preferences"), (user, self._dumped(preferences))))

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
        tables = ("people", "paintings", "questions", "styles", "sessions")
        return self._write(
            *((f"DELETE FROM {table} WHERE user = ?", (user,)) for table in tables)  # noqa: S608
        )

    # Sessions and questions

    def session(self, key: Key) -> Session | None:
        """What the person has said so far in the chat, within the last hour."""
        query = "SELECT data FROM sessions WHERE chat = ? AND user = ? AND made > ?"
        return self._one(Session, query, *key, self._clock() - _SESSION)

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
            )
        )

    # Paintings

    def painting(self, job: str) -> Painting | None:
        """What the painting of that job is."""
        query = "SELECT data FROM paintings WHERE job = ? AND made > ?"
        return self._one(Painting, query, job, self._eldest)

    def keep_painting(self, job: str, painting: Painting) -> bool:
        """Remember what the painting of that job is."""
        return self._write(
            (
                "INSERT OR REPLACE INTO paintings VALUES (?, ?, ?, ?)",
                (job, painting.order.user, self._clock(), self._dumped(painting)),
            )
        )

    def arrive(self, job: str, painting: Painting) -> bool:
        """Remember what Telegram gives it out by, if the painting is still to be remembered."""
        return self._write(
            ("UPDATE paintings SET data = ? WHERE job = ?", (self._dumped(painting), job))
        )

    @property
    def _eldest(self) -> float:
        return self._clock() - KEPT_DAYS * _DAY

    def _own_style(self, user: int, style: Style) -> Iterator[Statement]:
        if not isinstance(style, Picture):
            return
        # Its number stays, for the buttons of sheets that have been sent.
        name = style.unique or style.file_id
        yield _USE_STYLE, (user, name, self._dumped(style))
        yield _DROP_OLD_STYLES, (user, OWN_STYLES)

    def _clear_away(self) -> None:
        """Let go of what is too old for its buttons to be pressed."""
        self._database.write(
            ("DELETE FROM paintings WHERE made < ?", (self._eldest,)),
            ("DELETE FROM questions WHERE made < ?", (self._eldest,)),
            ("DELETE FROM sessions WHERE made < ?", (self._clock() - _SESSION,)),
        )

    def _write(self, *statements: Statement) -> bool:
        self._writes += 1
        if self._writes % _WRITES == 0:
            self._clear_away()
        return self._database.write(*statements)

    def _one(self, kind: type[T], query: str, *values: object) -> T | None:
        for (data,) in self._database.read(query, *values):
            return self._loaded(data, kind) if data else None
        return None

    def _dumped(self, value: object, kind: Any = None) -> str:
        return json.dumps(self._converter.unstructure(value, kind or type(value)))

    def _loaded(self, text: str, kind: type[T]) -> T | None:
        try:
            return self._converter.structure(json.loads(text), kind)
        except (BaseValidationError, ValueError, KeyError, TypeError):
            # As a version of tomorrow wrote it, or one of long ago.
            logger.warning("a record of another version was not understood")
            return None


def _upsert(column: str) -> str:
    return (
        f"INSERT INTO people (user, {column}) VALUES (?, ?)"  # noqa: S608 - names of our own
        f" ON CONFLICT (user) DO UPDATE SET {column} = excluded.{column}"
    )
