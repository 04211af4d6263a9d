"""Backup and restore: what the bot remembers, as one file."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.database import FILE
from bot.lock import Lock
from bot.schema import VERSION

__all__ = ["BackupError", "back_up", "check", "restore"]

# What SQLite puts beside a file: without it, or beside another one, both are of no use.
_BESIDE: Final = ("", "-wal", "-shm")
_TABLE: Final = "people"


class BackupError(Exception):
    """Why there is no backup, or nothing was restored; one sentence for the operator."""


def back_up(folder: Path, target: Path) -> None:
    """Write what is remembered in a folder to one file, also while a bot uses it.

    The file appears when it is complete and has been checked; an older one of that name is
    replaced. It may be read by its owner only: there are people's ids in it.

    Raises:
        BackupError: there is nothing, or it is damaged, or it cannot be written, or would replace
            what it is a backup of.
    """
    source = folder / FILE
    if not source.is_file():
        msg = f"There is nothing to back up in {folder}."
        raise BackupError(msg)
    if target.exists() and target.samefile(source):
        # A bot at work would go on writing to what is no longer there.
        msg = f"The backup {target} must be another file than the bot's own."
        raise BackupError(msg)
    with _told(f"The backup {target} cannot be written"):
        _copy(source, target)


def restore(source: Path, folder: Path) -> Path | None:
    """Let a folder remember what a backup holds.

    Args:
        source: a file that `back_up` wrote.
        folder: no bot may be using it.

    Returns:
        The folder that holds what was there before; None where nothing was.

    Raises:
        BackupError: the file is no backup, or a damaged one, or a newer bot's, or the folder is in
            use or cannot be written.
    """
    check(source)
    try:
        lock = Lock(folder)
    except OSError as error:
        msg = f"The folder {folder} cannot be used: {error}."
        raise BackupError(msg) from error
    with lock, _told(f"The folder {folder} cannot be written"):
        fresh = folder / f"{FILE}.restored"
        _copy(source, fresh)
        aside = _put_aside(folder)
        fresh.replace(folder / FILE)
        _settle(folder)
    return aside


def check(place: Path) -> None:
    """See whether a file holds what a bot remembers, undamaged, and this bot understands it.

    Raises:
        BackupError: it does not.
    """
    if trouble := _trouble(place):
        msg = f"The file {place} {trouble}."
        raise BackupError(msg)


def _trouble(place: Path) -> str:
    if not place.is_file():
        return "is not there"
    try:
        with closing(sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro", uri=True)) as db:
            ((verdict, *_), *_) = db.execute("PRAGMA integrity_check(1)")
            ((version,),) = db.execute("PRAGMA user_version")
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
    except sqlite3.Error as error:
        return f"is damaged, or another kind of file ({error})"
    if verdict != "ok":
        return f"is damaged ({verdict})"
    if _TABLE not in tables:
        return "is another program's"
    if version > VERSION:
        return "was written by a newer bot than this one; bring this one up to date first"
    return ""


def _copy(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, whoever writes to it meanwhile."""
    handle, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.name}.")
    os.close(handle)
    draft = Path(name)
    try:
        with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(draft)) as copy:
            origin.backup(copy)
            # One file, with nothing beside it; the bot goes back to the other mode by itself.
            copy.execute("PRAGMA journal_mode = DELETE")
        if trouble := _trouble(draft):
            msg = f"The file {source} {trouble}."
            raise BackupError(msg)
        _write_through(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    _settle(target.absolute().parent)


def _put_aside(folder: Path) -> Path | None:
    present = [folder / f"{FILE}{suffix}" for suffix in _BESIDE]
    present = [path for path in present if path.exists()]
    if not present:
        return None
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = Path(tempfile.mkdtemp(dir=folder, prefix=f"before-{moment}-"))
    for path in present:
        path.rename(aside / path.name)
    return aside


def _settle(folder: Path) -> None:
    """Let the names in a folder reach the disk."""
    _write_through(folder)


def _write_through(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        # The system's own sentence would name a file that only we know of.
        reason = error.strerror if isinstance(error, OSError) else None
        msg = f"{what}: {reason or error}"
        raise BackupError(msg) from error
