"""`Database`: one SQLite file that grows with its schema and bears trouble.

Losing a note must never lose a conversation: what cannot be read is as if it had never been
written, and what cannot be written is told by a False, and tried again with the next note: else a
job that ended meanwhile would begin anew some day. Both are in the log.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

__all__ = ["FILE", "Database", "Statement", "TooNew", "marks"]

logger = logging.getLogger(__name__)

FILE: Final = "stylegram.db"
"""What the file is called in its folder."""

# Nobody else writes but for a backup, which takes moments; and the event loop waits with us.
_BUSY: Final = 1.0
# Notes that wait for the disk to be well again; they take part in every attempt.
_OWED: Final = 2000

Statement = tuple[str, tuple[object, ...]]
"""SQL and the values for its question marks."""


class TooNew(Exception):
    """The file was written by a version of tomorrow; one sentence for the operator."""


def marks(values: Sequence[object]) -> str:
    """A question mark for each value, with commas between them."""
    return ", ".join("?" * len(values))


class Database:
    """A file of tables.

    Args:
        folder: where the file lies, made where there is none; None keeps everything in memory.
        migrations: scripts, each of which takes the schema one version further; none is ever
            changed once it has been published.

    Raises:
        TooNew: the file's schema is of a later version.
        sqlite3.Error: the file cannot be used, though it is none that is broken.
        OSError: the folder cannot be made.
    """

    def __init__(self, folder: Path | None, migrations: Sequence[str]) -> None:
        self.is_well = True
        self._owed: deque[Statement] = deque(maxlen=_OWED)
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        self._place = str(folder / FILE) if folder else ":memory:"
        self._db = self._opened(migrations)

    def close(self) -> None:
        """Close the file. Idempotent."""
        if self._owed:
            self.write()
        self._db.close()

    def read(self, query: str, *values: object) -> list[Any]:
        """The rows; none where they cannot be read."""
        try:
            rows = self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._note_trouble(error)
            return []
        return rows

    def write(self, *statements: Statement, later: bool = True) -> bool:
        """Carry out all of them or none; whether that succeeded.

        Args:
            statements: what to carry out.
            later: whether to carry it out with the next ones, where the disk is full or the file
                locked; not what somebody is told has failed.
        """
        try:
            with self._transaction():
                for statement, values in (*self._owed, *statements):
                    self._db.execute(statement, values)
        except sqlite3.OperationalError as error:
            if later:
                self._owed.extend(statements)
            self._note_trouble(error)
            return False
        except sqlite3.Error as error:
            self._owed.clear()
            self._note_trouble(error)
            return False
        self._owed.clear()
        self._note_health()
        return True

    def erase(self) -> None:
        """Let nothing be in any file that is in no table, as far as the disk lets us."""
        try:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            self._note_trouble(error)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _opened(self, migrations: Sequence[str]) -> sqlite3.Connection:
        try:
            return _connect(self._place, migrations)
        except sqlite3.DatabaseError as error:
            # Of the kinds of trouble this class alone stands for a file that is broken.
            if type(error) is not sqlite3.DatabaseError or self._place == ":memory:":
                raise
            aside = _put_aside(Path(self._place))
            logger.critical(
                "%s is broken (%s). It has been put aside as %s, and all begins anew.",
                self._place,
                error,
                aside.name,
            )
            return _connect(self._place, migrations)

    def _note_trouble(self, error: sqlite3.Error) -> None:
        if self.is_well:
            logger.error("The database is in trouble, and nothing is remembered: %s", error)
            # Whoever holds it may do so for long, and everybody would wait, again and again.
            self._wait(0)
        self.is_well = False

    def _note_health(self) -> None:
        if not self.is_well:
            logger.warning("The database is well again.")
            self._wait(_BUSY)
        self.is_well = True

    def _wait(self, seconds: float) -> None:
        """For others who have the file, at most."""
        with suppress(sqlite3.Error):
            self._db.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")


def _connect(place: str, migrations: Sequence[str]) -> sqlite3.Connection:
    db = sqlite3.connect(place, timeout=_BUSY, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # Whatever happens to the process, nothing is lost; what happens to the power may take the
        # last moment, but not the file.
        db.execute("PRAGMA synchronous = NORMAL")
        # What is deleted is overwritten.
        db.execute("PRAGMA secure_delete = ON")
        _check(db)
        _migrate(db, migrations)
    except BaseException:
        db.close()
        raise
    return db


def _check(db: sqlite3.Connection) -> None:
    ((verdict,),) = db.execute("PRAGMA quick_check(1)")
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def _migrate(db: sqlite3.Connection, migrations: Sequence[str]) -> None:
    ((version,),) = db.execute("PRAGMA user_version")
    if version > len(migrations):
        msg = f"The database is of schema {version}, and this program knows {len(migrations)}."
        raise TooNew(msg)
    for number, script in enumerate(migrations[version:], start=version + 1):
        db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")


def _put_aside(place: Path, clock: Callable[[], float] = time.time) -> Path:
    """Rename the file and what belongs to it; the new name of the file."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(clock()))
    for ending in ("-wal", "-shm"):
        beside = place.with_name(place.name + ending)
        if beside.exists():
            beside.rename(place.with_name(f"{place.name}.broken-{stamp}{ending}"))
    return place.rename(place.with_name(f"{place.name}.broken-{stamp}"))
