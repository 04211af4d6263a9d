"""What a person who starts a benchmark can mend."""

from __future__ import annotations

__all__ = ["BadInput"]


class BadInput(Exception):
    """An option that makes no sense; the message is one line for the person."""
