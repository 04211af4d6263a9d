"""Writing files so that nobody ever finds half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["replace", "try_to_write_in"]


def replace(target: Path, data: bytes) -> None:
    """Replace a file in one go: who looks sees the old one or the new one, never a half.

    Args:
        target: where to write; its folder exists.
        data: what it is to hold.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        try:
            file.write(data)
            file.close()
            Path(file.name).chmod(_mode_for(target))
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def try_to_write_in(folder: Path) -> None:
    """See whether a file can be made in a folder, before hours of work go into it.

    Raises:
        OSError: it cannot.
    """
    with tempfile.NamedTemporaryFile(dir=folder):
        pass


def _mode_for(target: Path) -> int:
    """The old file's permissions; for a new file, what the umask leaves."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
