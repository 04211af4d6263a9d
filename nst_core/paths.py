"""Places on disk as people write them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["DATA", "STYLES", "expanded"]

DATA: Final = "~/.local/share/stylegram"
"""Where a bot keeps what is to outlive a restart, unless it is told otherwise."""

STYLES: Final = "styles"
"""The folder of the operator's own style pictures, within that one."""


def expanded(place: str) -> Path:
    """The path, a leading ``~`` or ``~name`` replaced by that home, where there is one."""
    path = Path(place)
    try:
        return path.expanduser()
    except RuntimeError:
        return path
