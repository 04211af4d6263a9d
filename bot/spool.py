"""`Spool`: paintings that wait for their delivery, one file each."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["Spool"]

logger = logging.getLogger(__name__)

_ENDING: Final = ".png"
_UNFINISHED: Final = ".part"
_ROOM: Final = 1024**3
_AGE: Final = 24 * 60 * 60.0


class Spool:
    """Keeps paintings on disk until they have been delivered, and for a day where they were not.

    Whatever the disk does, the methods return: `put` tells whether the painting is there.

    Args:
        folder: where the files lie; None keeps nothing.
        room: bytes that they may take; the oldest go first.
        age: seconds that a file is kept.
        clock: seconds since the epoch.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        room: int = _ROOM,
        age: float = _AGE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._room = room
        self._age = age
        self._clock = clock
        self._turn = threading.Lock()

    async def tidy(self) -> None:
        """Let go of what is too old."""
        if self._folder is None or not self._folder.is_dir():
            return
        try:
            await asyncio.to_thread(self._tidy, self._folder)
        except OSError as error:
            logger.warning("The spool could not be tidied: %s", error)

    async def put(self, job: str, painting: bytes) -> bool:
        """Write a painting down; when this returns, the end of the process cannot take it away."""
        if self._folder is None:
            return False
        try:
            await asyncio.to_thread(self._put, self._folder, job, painting)
        except OSError as error:
            logger.error("A painting could not be put into the spool: %s", error)  # noqa: TRY400
            return False
        return True

    async def get(self, job: str) -> bytes | None:
        """The painting; None where it is not there (any more)."""
        if self._folder is None:
            return None
        try:
            return await asyncio.to_thread((self._folder / f"{job}{_ENDING}").read_bytes)
        except OSError:
            return None

    def drop(self, job: str) -> None:
        """Let go of a painting."""
        if self._folder:
            _remove(self._folder / f"{job}{_ENDING}")

    def _tidy(self, folder: Path) -> None:
        with self._turn:
            self._sweep(folder, 0)

    def _put(self, folder: Path, job: str, painting: bytes) -> None:
        # One after the other: what another one has not finished yet would be swept away.
        with self._turn:
            self._write(folder, job, painting)

    def _write(self, folder: Path, job: str, painting: bytes) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._sweep(folder, len(painting))
        unfinished = folder / f"{job}{_UNFINISHED}"
        try:
            with unfinished.open("wb") as file:
                file.write(painting)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(folder / f"{job}{_ENDING}")
        except OSError:
            _remove(unfinished)
            raise

    def _sweep(self, folder: Path, needed: int) -> None:
        """Let go of what is too old, of what was never finished, and of the oldest for room."""
        files = sorted(_measured(folder))
        left = sum(size for _, size, _ in files)
        for made, size, file in files:
            is_old = self._clock() - made > self._age
            if is_old or file.suffix == _UNFINISHED or left + needed > self._room:
                _remove(file)
                left -= size


def _measured(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each file was made, its size, and where it is."""
    for file in folder.iterdir():
        # It may have been delivered, and so dropped, meanwhile.
        with suppress(FileNotFoundError):
            stat = file.stat()
            yield stat.st_mtime, stat.st_size, file


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("%s stays in the spool: %s", file.name, error)
