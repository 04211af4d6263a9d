"""Logging without secrets, for people or for programs."""

from __future__ import annotations

import json
import logging
import sqlite3
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from bot.keys import Keys

__all__ = ["JOB", "JsonLines", "LogFormat", "Redacting", "set_up"]

JOB: Final[ContextVar[str]] = ContextVar("JOB", default="")
"""The id of the job that is being worked on here, if any."""

_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
# Below WARNING libraries tell of all that passes through them: requests with token and text, tags
# of pictures.
_OURS: Final = ("bot", "nst_core")
# Whose words are made of code, names of columns, or Telegram's own sentences; any other error may
# repeat what a person has said.
_SPEAKABLE: Final = (AttributeError, ImportError, NameError, sqlite3.Error)
_SPEAKABLE_NAMES: Final = frozenset({"PaintingFailed", "TelegramError"})


class LogFormat(StrEnum):
    """Who reads the log."""

    TEXT = "text"
    JSON = "json"


class Redacting(logging.Formatter):
    """A formatter that blots out the token wherever it turns up, tracebacks included.

    So it does with the webhook's keys, which are derived from it. A traceback says what kind of
    error it was and where, and only where that is harmless in which words.
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

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        """A traceback without what people have said."""
        return "\n".join(_told(ei[1])) if ei[1] else ""

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
    handler.addFilter(_without_objects)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    root = logging.getLogger()
    root.setLevel(max(root.level, logging.WARNING))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(capture=True)


def _without_objects(record: logging.LogRecord) -> bool:
    """Leave the objects out that asyncio shows under its words: errors with their words, too."""
    if record.name == "asyncio":
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True


def _told(error: BaseException, seen: frozenset[int] = frozenset()) -> Iterator[str]:
    """The lines of a traceback, those of what led to it first."""
    # An error can be its own cause.
    seen |= {id(error)}
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before and id(before) not in seen:
        yield from _told(before, seen)
        yield ""
    yield "Traceback (most recent call last):"
    yield from "".join(traceback.format_tb(error.__traceback__)).splitlines()
    words = _words(error)
    yield f"{type(error).__qualname__}: {words}" if words else type(error).__qualname__
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _told(each, seen)


def _words(error: BaseException) -> str:
    if isinstance(error, OSError):
        # Without the name of the file.
        return error.strerror or ""
    names = {kind.__name__ for kind in type(error).__mro__}
    return str(error) if isinstance(error, _SPEAKABLE) or names & _SPEAKABLE_NAMES else ""
