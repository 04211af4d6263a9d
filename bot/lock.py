"""`Lock`: one bot at a time uses a folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final, Self

__all__ = ["InUse", "Lock"]

_NAME: Final = "lock"


class InUse(OSError):
    """Another program has the folder."""


class Lock:
    """Holds a folder, which is made where there is none, until it is released or the process ends.

    The system lets go of it even when the process is killed, so the file itself says nothing.

    Raises:
        InUse: another process holds the folder.
        OSError: the folder or the file in it cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._file, 20).decode(errors="replace").strip()
            self.release()
            msg = (
                f"another bot uses it, process {holder}; stop that one, "
                "or let STYLEGRAM_DATA be another folder"
            )
            raise InUse(msg) from error
        os.truncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let go. Idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
