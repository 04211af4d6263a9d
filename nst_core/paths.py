"""Places on disk as people write them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["expanded"]


def expanded(place: str) -> Path:
    """The path, a leading ``~`` or ``~name`` replaced by that home, where there is one."""
    path = Path(place)
    try:
        return path.expanduser()
    except RuntimeError:
        return path
