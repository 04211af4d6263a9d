"""What an executor knows a person by."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

__all__ = ["alias"]

_KEY: Final = secrets.token_bytes(32)


def alias(user: int) -> int:
    """A number in place of the one by which Telegram knows somebody.

    Jobs may go to other machines, which need to tell people apart and no more. Nobody outside of
    this process can lead it back to the person, and the next process gives another one.
    """
    digest = hashlib.blake2b(str(user).encode(), key=_KEY, digest_size=7)
    return int.from_bytes(digest.digest(), "big")
