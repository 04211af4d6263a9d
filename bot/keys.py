"""What is secret beside the token, and derived from it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

__all__ = ["Keys"]


@dataclass(frozen=True, slots=True)
class Keys:
    """What only Telegram and the bot know of a webhook.

    Derived, not drawn: what Telegram pushes to a bot that is being restarted is still welcome
    afterwards. Whoever knows them is no nearer to the token.

    Attributes:
        path: the last part of the address, 64 characters.
        secret: what Telegram shows with every update, 64 characters.
    """

    path: str = field(repr=False)
    secret: str = field(repr=False)

    @classmethod
    def of(cls, token: str) -> Keys:
        """Those of one bot."""
        return cls(path=_derived(token, "webhook path"), secret=_derived(token, "webhook secret"))


def _derived(token: str, purpose: str) -> str:
    return hmac.new(token.encode(), f"stylegram {purpose}".encode(), hashlib.sha256).hexdigest()
