"""Logging without secrets."""

from __future__ import annotations

import logging
from typing import Final
from urllib.parse import quote

__all__ = ["Redacting", "set_up"]

_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
# At INFO they log each request, and the address of a request holds the token.
_CHATTY: Final = ("httpx", "httpcore")


class Redacting(logging.Formatter):
    """A formatter that blots out the token wherever it turns up, tracebacks included."""

    def __init__(self, token: str, fmt: str = _FORMAT) -> None:
        super().__init__(fmt)
        secret = token.partition(":")[2] or token
        forms = dict.fromkeys((token, quote(token, safe=""), secret))
        self._secrets = tuple(form for form in forms if form)

    def format(self, record: logging.LogRecord) -> str:
        """The finished line."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "<token>")
        return text


def set_up(level: str, token: str) -> None:
    """Log to stderr from now on."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(token))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
