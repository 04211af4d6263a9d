"""`Vitals`: how the process and its disk are."""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from nst_core.version import VERSION

__all__ = ["Vitals", "used_bytes", "versions"]

_PACKAGES: Final = ("python-telegram-bot", "tensorflow")


class Vitals:
    """What an admin may want to know of the machine.

    Args:
        data: the folder for what outlives a restart; None where nothing does.
        clock: monotonic seconds.
    """

    def __init__(self, data: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._data = data
        self._clock = clock
        self._started = clock()

    def uptime(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._started

    def disk(self) -> tuple[int, int]:
        """Bytes that the folder takes, and that are free there; none where there is no folder."""
        if self._data is None:
            return 0, 0
        return used_bytes(self._data), shutil.disk_usage(self._data).free


def used_bytes(folder: Path) -> int:
    """What the files of a folder take, in bytes."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            # Gone since it was listed: a bot at work writes and deletes.
            continue
    return total


def versions() -> str:
    """What runs here, by name and version."""
    known = [f"Stylegram {VERSION}", f"Python {platform.python_version()}"]
    for package in _PACKAGES:
        try:
            known.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(known)
