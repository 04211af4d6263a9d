"""Ports for servers that are told theirs before they listen."""

from __future__ import annotations

import random
import socket

__all__ = ["free_port"]

_LOWEST, _HIGHEST = 10_000, 32_767
"""Below what Linux gives to outgoing connections: one of those could take it in the meantime."""


def free_port() -> int:
    """A port of this machine that nobody has taken just now, nor takes by chance."""
    while True:
        port = random.SystemRandom().randint(_LOWEST, _HIGHEST)
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
