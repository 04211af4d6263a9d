"""What the command lines of the bot and of the demo have in common."""

from __future__ import annotations

import argparse
from typing import Final

__all__ = ["INTERRUPTED", "host", "port"]

INTERRUPTED: Final = 130
"""Exit code of a program that Ctrl+C ended before it could end in good order."""

_HIGHEST: Final = 65_535


def host(text: str) -> str:
    """The name or address of a machine.

    Raises:
        ArgumentTypeError: there is nothing.
    """
    if not text.strip():
        msg = "must be a name or an address"
        raise argparse.ArgumentTypeError(msg)
    return text.strip()


def port(text: str) -> int:
    """A port's number; 0 for any that is free.

    Raises:
        ArgumentTypeError: there is no such port.
    """
    if not text.isdecimal() or int(text) > _HIGHEST:
        msg = f"must be from 0 to {_HIGHEST}, not {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)
