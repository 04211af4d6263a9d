"""`Store`: what outlives the process, in one SQLite file.

No pictures are in it, only by which name Telegram gives them out again.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter

from bot.orders import Painting, Question
from bot.preferences import Preferences
from bot.session import Picture, Style

__all__ = ["KEPT_DAYS", "OWN_STYLES", "Store"]

T = TypeVar("T")

logger = logging.getLogger(__name__)

KEPT_DAYS: Final = 30
"""How long it is known what the buttons under a painting are about."""

OWN_STYLES: Final = 9
"""Style pictures of a person's own that are remembered."""

_DAY: Final = 24 * 60 * 60
# Between two clearings away of what is too old.
_WRITES: Final = 1000

# Each takes the file one version further; none is ever changed once it has been published.
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
        data TEXT NOT NULL, UNIQUE (user, name)
    ) STRICT;
    """,
)


class Store:
    """Preferences, paintings, questions and own styles.

    Args:
        folder: where the file lies, made where there is none; None keeps everything in memory.
        clock: seconds since the epoch.

    Raises:
        sqlite3.Error: the file cannot be used.
        OSError: the folder cannot be made.
    """

    def __init__(self, folder: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._converter = make_converter(omit_if_default=True)
        self._writes = 0
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        place = folder / "stylegram.db" if folder else ":memory:"
        self._db = sqlite3.connect(place, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._migrate()
        self._clear_away()

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._db.close()

    def preferences(self, user: int) -> Preferences:
        """How the person likes things."""
        return self._one(Preferences, "SELECT preferences FROM people WHERE user = ?", user) or (
            Preferences()
        )

    def prefer(self, user: int, preferences: Preferences) -> None:
        """Remember how the person likes things."""
        self._write(
            "INSERT INTO people (user, preferences) VALUES (?, ?)"
            " ON CONFLICT (user) DO UPDATE SET preferences = excluded.preferences",
            user,
            self._dumped(preferences),
        )

    def last_style(self, user: int) -> Style | None:
        """The style that the person chose last."""
        kind = cast("type[Style]", Style)
        return self._one(kind, "SELECT last_style FROM people WHERE user = ?", user)

    def use_style(self, user: int, style: Style) -> None:
        """Remember that the person chose the style."""
        self._write(
            "INSERT INTO people (user, last_style) VALUES (?, ?)"
            " ON CONFLICT (user) DO UPDATE SET last_style = excluded.last_style",
            user,
            self._dumped(style, Style),
        )
        if isinstance(style, Picture):
            self._keep_style(user, style)

    def own_styles(self, user: int) -> list[tuple[int, Picture]]:
        """The person's own style pictures with their numbers, the one used last first."""
        rows = self._db.execute(
            "SELECT id, data FROM styles WHERE user = ? ORDER BY id DESC", (user,)
        )
        return [(number, self._loaded(data, Picture)) for number, data in rows]

    def own_style(self, user: int, number: int) -> Picture | None:
        """One of the person's own style pictures."""
        return self._one(Picture, "SELECT data FROM styles WHERE user = ? AND id = ?", user, number)

    def painting(self, job: str) -> Painting | None:
        """What the painting of that job is."""
        return self._one(Painting, "SELECT data FROM paintings WHERE job = ?", job)

    def keep_painting(self, job: str, painting: Painting) -> None:
        """Remember what the painting of that job is."""
        self._write(
            "INSERT OR REPLACE INTO paintings (job, user, made, data) VALUES (?, ?, ?, ?)",
            job,
            painting.order.user,
            self._clock(),
            self._dumped(painting),
        )

    def question(self, chat: int, message: int) -> Question | None:
        """What that message of ours asks."""
        return self._one(
            Question, "SELECT data FROM questions WHERE chat = ? AND message = ?", chat, message
        )

    def keep_question(self, chat: int, message: int, question: Question) -> None:
        """Remember what that message of ours asks."""
        self._write(
            "INSERT OR REPLACE INTO questions (chat, message, user, made, data)"
            " VALUES (?, ?, ?, ?, ?)",
            chat,
            message,
            question.user,
            self._clock(),
            self._dumped(question),
        )

    def forget(self, user: int) -> None:
        """Keep nothing of the person."""
        self._db.execute("BEGIN IMMEDIATE")
        for table in ("people", "paintings", "questions", "styles"):
            self._db.execute(f"DELETE FROM {table} WHERE user = ?", (user,))  # noqa: S608
        self._db.execute("COMMIT")

    def _keep_style(self, user: int, style: Picture) -> None:
        name = style.unique or style.file_id
        # Anew, so that the number grows: the newest has the largest.
        self._write("DELETE FROM styles WHERE user = ? AND name = ?", user, name)
        self._write(
            "INSERT INTO styles (user, name, data) VALUES (?, ?, ?)",
            user,
            name,
            self._dumped(style),
        )
        self._write(
            "DELETE FROM styles WHERE user = ?1 AND id NOT IN"
            " (SELECT id FROM styles WHERE user = ?1 ORDER BY id DESC LIMIT ?2)",
            user,
            OWN_STYLES,
        )

    def _migrate(self) -> None:
        ((version,),) = self._db.execute("PRAGMA user_version")
        for number, script in enumerate(_MIGRATIONS[version:], start=version + 1):
            self._db.executescript(
                f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;"
            )

    def _clear_away(self) -> None:
        """Let go of what is too old for its buttons to be pressed."""
        eldest = self._clock() - KEPT_DAYS * _DAY
        self._db.execute("DELETE FROM paintings WHERE made < ?", (eldest,))
        self._db.execute("DELETE FROM questions WHERE made < ?", (eldest,))

    def _write(self, statement: str, *values: object) -> None:
        self._db.execute(statement, values)
        self._writes += 1
        if self._writes % _WRITES == 0:
            self._clear_away()

    def _one(self, kind: type[T], query: str, *values: object) -> T | None:
        with closing(self._db.execute(query, values)) as rows:
            row = rows.fetchone()
        try:
            return self._loaded(row[0], kind) if row and row[0] else None
        except BaseValidationError:
            # As a version of tomorrow wrote it, or one of long ago.
            logger.info("a record of another version was not understood")
            return None

    def _dumped(self, value: object, kind: Any = None) -> str:
        return json.dumps(self._converter.unstructure(value, kind or type(value)))

    def _loaded(self, text: str, kind: type[T]) -> T:
        return self._converter.structure(json.loads(text), kind)
