"""What went wrong, in words for the person: the one place where errors become texts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from telegram.error import TelegramError

from bot.texts import Text
from bot.words import Words
from nst_core.errors import (
    Diverged,
    ExecutorClosed,
    ImageRejected,
    OutOfMemory,
    RejectReason,
    SketchUnavailable,
    TooLargeForBroker,
    WeightsError,
    WorkersLost,
)
from nst_core.executor.base import Failed

__all__ = [
    "LinkReason",
    "LinkRefused",
    "PaintingFailed",
    "Sorry",
    "Unconfirmed",
    "explain",
    "is_expected",
]

_REJECTED: Final[Mapping[str, Text]] = MappingProxyType(
    {
        RejectReason.NOT_A_PICTURE: Text.NOT_A_PICTURE,
        RejectReason.TRUNCATED: Text.TRUNCATED,
        RejectReason.TOO_SMALL: Text.TOO_SMALL,
        RejectReason.TOO_LARGE: Text.TOO_LARGE,
        RejectReason.TOO_NARROW: Text.TOO_NARROW,
    }
)
_BY_CLASS_NAME: Final[Mapping[str, Text]] = MappingProxyType(
    {
        Diverged.__name__: Text.DIVERGED,
        OutOfMemory.__name__: Text.OUT_OF_MEMORY,
        WeightsError.__name__: Text.NO_WEIGHTS,
        SketchUnavailable.__name__: Text.NO_SKETCH,
        ExecutorClosed.__name__: Text.RESTARTING,
        WorkersLost.__name__: Text.GAVE_UP,
        TooLargeForBroker.__name__: Text.TOO_MANY_BYTES,
    }
)


class Sorry(Exception):
    """Something the person did that leads nowhere, and the text that says what would."""

    def __init__(self, key: Text, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Unconfirmed(Sorry):
    """The painting may have been delivered or not; the person can tell, and has it sent again."""

    def __init__(self, key: Text = Text.NOT_CONFIRMED) -> None:
        super().__init__(key)


class LinkReason(StrEnum):
    """Why a link gives no picture."""

    BAD_URL = "bad_url"
    """Not http(s), a name or password in it, an odd port, or no address at all."""
    FORBIDDEN_ADDRESS = "forbidden_address"
    """It leads into a network that is not the internet."""
    UNREACHABLE = "unreachable"
    """No such machine, no connection, no answer, or one that broke off."""
    REFUSED = "refused"
    """The machine answers, but does not give it out."""
    TOO_BIG = "too_big"
    TOO_SLOW = "too_slow"
    NOT_A_PICTURE = "not_a_picture"
    """Something else, most often the page that shows a picture."""
    TOO_MANY_REDIRECTS = "too_many_redirects"


class LinkRefused(Exception):
    """A link without a picture that can be had."""

    def __init__(self, reason: LinkReason) -> None:
        super().__init__(reason)
        self.reason = reason


class PaintingFailed(Exception):
    """A job's `Failed` event, to be raised where there is no picture."""

    def __init__(self, event: Failed) -> None:
        # Not its message: that is for the person, and may be about the person.
        super().__init__(event.error)
        self.event = event


_LINKS: Final[Mapping[LinkReason, Text]] = MappingProxyType(
    {
        LinkReason.BAD_URL: Text.LINK_BAD,
        LinkReason.FORBIDDEN_ADDRESS: Text.LINK_FORBIDDEN,
        LinkReason.UNREACHABLE: Text.LINK_UNREACHABLE,
        LinkReason.REFUSED: Text.LINK_REFUSED,
        LinkReason.TOO_BIG: Text.LINK_TOO_BIG,
        LinkReason.TOO_SLOW: Text.LINK_UNREACHABLE,
        LinkReason.NOT_A_PICTURE: Text.LINK_NOT_A_PICTURE,
        LinkReason.TOO_MANY_REDIRECTS: Text.LINK_BAD,
    }
)


def explain(error: BaseException, words: Words) -> str:
    """The error as a message, in HTML."""
    if isinstance(error, Sorry):
        return words.say(error.key, **error.values)
    return words.say(_key(error))


def _key(error: BaseException) -> Text:
    match error:
        case LinkRefused():
            return _LINKS[error.reason]
        case ImageRejected():
            return _by_name(type(error).__name__, error.reason)
        case PaintingFailed():
            return _by_name(error.event.error, error.event.reason)
        case TelegramError():
            return Text.TELEGRAM_TROUBLE
        case _:
            return _by_name(type(error).__name__)


def is_expected(error: BaseException) -> bool:
    """Whether it is part of everyday life, and no matter for the log."""
    match error:
        case PaintingFailed():
            # Missing weights are in the log already, with all that is known of them.
            return error.event.error in (ImageRejected.__name__, WeightsError.__name__)
        case _:
            return isinstance(error, Sorry | ImageRejected | LinkRefused | ExecutorClosed)


def _by_name(name: str, reason: str = "") -> Text:
    if name == ImageRejected.__name__:
        return _REJECTED.get(reason, Text.NOT_A_PICTURE)
    return _BY_CLASS_NAME.get(name, Text.INTERNAL)
