"""What the text of one setting means: each parser takes it and gives its value.

Every one of them raises `Problem` where the text means nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from bot.hosts import is_http_url, is_loopback
from nst_core.paths import expanded

__all__ = [
    "Problem",
    "broker",
    "choice",
    "folder",
    "host",
    "ids",
    "level",
    "number",
    "optional",
    "people",
    "place",
    "port",
    "token",
    "url",
    "webhook",
    "whole",
]

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")

_HOW_TO_BEGIN: Final = (
    "is not set: write to @BotFather in Telegram, send /newbot, and start again "
    "with BOT_TOKEN=<the token it gives you>; or try the bot without one: --demo"
)


class Problem(Exception):
    """What is wrong with one value; the name of its setting goes before it."""


def optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    """As `parse`, and None for no text."""
    return lambda text: parse(text) if text else None


def token(text: str) -> str:
    """A bot's token, as @BotFather gives them out."""
    if not text:
        raise Problem(_HOW_TO_BEGIN)
    if not re.fullmatch(r"\d+:[\w-]+", text):
        # The value is not shown: it may be the true token with a slip in it.
        msg = "does not look like a token from @BotFather, such as 123456:AbC-dEf"
        raise Problem(msg)
    return text


def url(text: str) -> str:
    """An http(s) address, without a slash at the end."""
    if not is_http_url(text):
        msg = "must be a URL such as http://127.0.0.1:8081"
        raise Problem(msg)
    return text.rstrip("/")


def webhook(text: str) -> str:
    """An address that Telegram can call, without a slash at the end.

    Telegram speaks TLS only; a server of one's own on this machine may do without.
    """
    parts = urlsplit(text) if is_http_url(text) else None
    if parts is None or not (parts.scheme == "https" or is_loopback(parts.hostname or "")):
        msg = "must be an https address such as https://bot.example.org"
        raise Problem(msg)
    return text.rstrip("/")


def broker(text: str) -> str:
    """The address of a RabbitMQ."""
    if not re.fullmatch(r"amqps?://[^\s/]+(/\S*)?", text):
        # The value is not shown: there may be a password in it.
        msg = "must say where RabbitMQ is, such as amqp://bot:password@host/style"
        raise Problem(msg)
    return text


def host(text: str) -> str:
    """What a server may listen on."""
    if not re.fullmatch(r"[\w.:-]+", text):
        msg = f"must be a name or an address, not {text!r}"
        raise Problem(msg)
    return text


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,9}", text) or not low <= int(text) <= high:
            msg = f"must be a whole number from {low} to {high}, not {text!r}"
            raise Problem(msg)
        return int(text)

    return parse


port: Final = whole(0, 65_535)
"""A TCP port; 0 for any that is free."""


def number(low: float, high: float) -> Callable[[str], float]:
    """A number from `low` to `high`."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            msg = f"must be a number from {low:g} to {high:g}, not {text!r}"
            raise Problem(msg)
        return value

    return parse


def ids(text: str) -> frozenset[int]:
    """Ids of people and chats, with commas between them; none for no text."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if not re.fullmatch(r"-?[1-9]\d{0,15}", word):
            msg = f"must be ids of people and chats, such as 123456, -1001234567890; not {word!r}"
            raise Problem(msg)
    return frozenset(map(int, words))


def people(text: str) -> frozenset[int]:
    """Ids of people, as `ids`."""
    numbers = ids(text)
    if chats := sorted(number for number in numbers if number < 0):
        msg = f"must be ids of people, and {chats[0]} is a group's or a channel's"
        raise Problem(msg)
    return numbers


def choice(kind: type[E]) -> Callable[[str], E]:
    """One of the values of `kind`, in large letters or small."""
    return lambda text: kind(_one_of(tuple(kind), text.lower()))


def level(text: str) -> str:
    """The name of one of `logging`'s levels, in large letters or small."""
    return _one_of(_LEVELS, text.upper())


def _one_of(choices: Sequence[str], text: str) -> str:
    if text not in choices:
        msg = f"must be one of {', '.join(choices)}, not {text!r}"
        raise Problem(msg)
    return text


def place(text: str) -> Path:
    """A folder, which need not be there yet."""
    found = expanded(text)
    if _is_there(found) and not found.is_dir():
        raise Problem(_no_folder(text))
    return found


def folder(text: str) -> Path:
    """A folder that is there."""
    found = place(text)
    if not _is_there(found):
        raise Problem(_no_folder(text))
    return found


def _no_folder(text: str) -> str:
    return f"must be a folder, and {text!r} is none"


def _is_there(found: Path) -> bool:
    try:
        found.stat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        # Such as a folder above it that is not to be entered, or no name at all.
        why = error.strerror if isinstance(error, OSError) else error
        msg = f"must be a folder, and {str(found)!r} cannot be one: {why}"
        raise Problem(msg) from error
    return True
