"""Logging without secrets, for people or for programs."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from bot.keys import Keys

__all__ = ["JOB", "JsonLines", "LogFormat", "Redacting", "set_up"]

JOB: Final[ContextVar[str]] = ContextVar("JOB", default="")
"""The id of the job that is being worked on here, if any."""

_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
# At INFO they log each request, and the address of a request holds the token.
_CHATTY: Final = ("httpx", "httpcore")


class LogFormat(StrEnum):
    """Who reads the log."""

    TEXT = "text"
    JSON = "json"


class Redacting(logging.Formatter):
    """A formatter that blots out the token wherever it turns up, tracebacks included.

    So it does with the webhook's keys, which are derived from it.
    """

    def __init__(self, token: str, fmt: str = _FORMAT) -> None:
        super().__init__(fmt)
        secret, keys = token.partition(":")[2] or token, Keys.of(token)
        forms = dict.fromkeys((token, quote(token, safe=""), secret, keys.path, keys.secret))
        self._secrets = tuple(form for form in forms if form)

    def format(self, record: logging.LogRecord) -> str:
        """The finished line."""
        text = self._written(record)
        for secret in self._secrets:
            text = text.replace(secret, "<token>")
        return text

    def _written(self, record: logging.LogRecord) -> str:
        return super().format(record)


class JsonLines(Redacting):
    """One JSON object a line, with `time` (UTC), `level`, `logger` and `message`.

    `job` is there where a job is being worked on, and `exception`, a traceback, where one is told.
    """

    def _written(self, record: logging.LogRecord) -> str:
        known = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if job := JOB.get():
            known["job"] = job
        if record.exc_info:
            known["exception"] = self.formatException(record.exc_info)
        # Letters as they are: an escaped token would not be found.
        return json.dumps(known, ensure_ascii=False)


_FORMATTERS: Final[Mapping[LogFormat, Callable[[str], Redacting]]] = MappingProxyType(
    {LogFormat.TEXT: Redacting, LogFormat.JSON: JsonLines}
)


def set_up(level: str, token: str, form: LogFormat = LogFormat.TEXT) -> None:
    """Log to stderr from now on."""
    handler = logging.StreamHandler()
    handler.setFormatter(_FORMATTERS[form](token))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
