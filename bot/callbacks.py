"""What a button carries: a compact, versioned text of at most 64 bytes.

    1:s:<owner>:<style>            choose a style
    1:g:<owner>:<page>             turn to a page of the styles
    1:a:<owner>:<aid>              a way to a style that is no style of the gallery, see `Aid`
    1:w:<owner>:<number>           choose one of one's own style pictures
    1:t:<owner>:<field>:<value>    a setting; without a value, show what may be chosen
    1:c:<job>                      cancel a job
    1:p:<job>:<change>             paint once more, changed by one step
    1:d:<job>:<demand>             something else about a painting, see `Demand`
    1:b:<broadcast>:<word>         send a broadcast, or do not

The owner is the id of the only one who may press, in base 36, empty for anybody. Whoever presses
may send what he likes, so `decode` trusts nothing; and whether a person may do what the data says
is for the handlers to check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from bot.look import Change
from bot.mixing import Shift

__all__ = [
    "MAX_BYTES",
    "Aid",
    "CallbackData",
    "CancelJob",
    "ChooseAid",
    "Demand",
    "HandleBroadcast",
    "MakeDemand",
    "PaintAgain",
    "PickOwn",
    "PickStyle",
    "Set",
    "TurnPage",
    "decode",
    "encode",
]

MAX_BYTES: Final = 64
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_OWNED: Final = re.compile(r"1:([sgawt]):([1-9a-z][0-9a-z]{0,11})?:([^\s]+)")
_JOB: Final = re.compile(r"1:([cpdb]):([0-9a-f]{8,32})(?::([a-z_]+))?")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_SEND: Final = "send"
_DROP: Final = "drop"
_SETTING: Final = re.compile(r"([a-z_]{1,12})(?::([0-9a-z_.-]{1,12}))?")


class Aid(StrEnum):
    """Ways to a style beside the gallery.

    Attributes:
        LAST: the one chosen last.
        SURPRISE: one by chance.
        OWN: see the style pictures that one has sent.
        THIS: the picture that was sent is the style.
    """

    LAST = "last"
    SURPRISE = "surprise"
    OWN = "own"
    THIS = "this"


class Demand(StrEnum):
    """What one may want of a painting, beside a changed one.

    Attributes:
        FILE: the lossless file.
        FILM: how it grew.
        PAIR: photo and painting side by side.
        MIX: another style mixed in.
        OTHER: another style instead.
        RESEND: the same once more, because it may not have arrived.
    """

    FILE = "file"
    FILM = "film"
    PAIR = "pair"
    MIX = "mix"
    OTHER = "other"
    RESEND = "resend"


@dataclass(frozen=True, slots=True)
class PickStyle:
    """A style of the gallery was chosen."""

    style: str
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class TurnPage:
    """Another page of the styles is wanted, the first is 0."""

    page: int
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class ChooseAid:
    """A style is wanted that has no button of its own."""

    aid: Aid
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class PickOwn:
    """One of one's own style pictures was chosen, by its number in the store."""

    number: int
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class Set:
    """A setting is to be changed; without a value, the choice is to be shown."""

    field: str
    value: str = ""
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class CancelJob:
    """A job is to be stopped."""

    job: str


@dataclass(frozen=True, slots=True)
class PaintAgain:
    """The painting of that job once more, a step further."""

    job: str
    change: Change | Shift


@dataclass(frozen=True, slots=True)
class MakeDemand:
    """Something is wanted of the painting of that job."""

    job: str
    demand: Demand


@dataclass(frozen=True, slots=True)
class HandleBroadcast:
    """A broadcast is to be sent, or not (any further)."""

    broadcast: str
    send: bool


CallbackData: TypeAlias = (
    PickStyle
    | TurnPage
    | ChooseAid
    | PickOwn
    | Set
    | CancelJob
    | PaintAgain
    | MakeDemand
    | HandleBroadcast
)


def encode(data: CallbackData) -> str:
    """The text for a button.

    Raises:
        ValueError: it would not survive the way there and back.
    """
    text = _written(data)
    if decode(text) != data:
        msg = f"no button can carry {data}"
        raise ValueError(msg)
    return text


def _written(data: CallbackData) -> str:
    match data:
        case CancelJob(job):
            return f"1:c:{job}"
        case PaintAgain(job, change):
            return f"1:p:{job}:{change.value}"
        case MakeDemand(job, demand):
            return f"1:d:{job}:{demand.value}"
        case HandleBroadcast(broadcast, send):
            return f"1:b:{broadcast}:{_SEND if send else _DROP}"
        case _:
            kind, rest = _owned(data)
            return f"1:{kind}:{_base36(data.owner)}:{rest}"


def _owned(data: PickStyle | TurnPage | ChooseAid | PickOwn | Set) -> tuple[str, str]:
    match data:
        case PickStyle(style):
            owned = "s", style
        case TurnPage(page):
            owned = "g", str(page)
        case ChooseAid(aid):
            owned = "a", aid.value
        case PickOwn(number):
            owned = "w", str(number)
        case Set(field, value):
            owned = "t", f"{field}:{value}" if value else field
    return owned


def decode(text: str) -> CallbackData | None:
    """What a button's text means; None for anything that `encode` would not have written."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        return None
    if found := _OWNED.fullmatch(text):
        kind, owner, rest = found.groups()
        return _KINDS[kind](rest, int(owner, 36) if owner else None)
    if found := _JOB.fullmatch(text):
        return _about_job(*found.groups())
    return None


def _about_job(kind: str, job: str, word: str | None) -> CallbackData | None:
    match kind, word:
        case "c", None:
            return CancelJob(job)
        case "p", str() if change := _CHANGES.get(word):
            return PaintAgain(job, change)
        case "d", str() if word in set(Demand):
            return MakeDemand(job, Demand(word))
        case "b", str() if word in (_SEND, _DROP):
            return HandleBroadcast(job, word == _SEND)
    return None


def _style(text: str, owner: int | None) -> CallbackData | None:
    return None if ":" in text else PickStyle(text, owner)


def _page(text: str, owner: int | None) -> CallbackData | None:
    return TurnPage(int(text), owner) if _NUMBER.fullmatch(text) else None


def _own(text: str, owner: int | None) -> CallbackData | None:
    return PickOwn(int(text), owner) if _NUMBER.fullmatch(text) else None


def _aid(text: str, owner: int | None) -> CallbackData | None:
    return ChooseAid(Aid(text), owner) if text in set(Aid) else None


def _setting(text: str, owner: int | None) -> CallbackData | None:
    if found := _SETTING.fullmatch(text):
        return Set(found[1], found[2] or "", owner)
    return None


_KINDS: Final[Mapping[str, Callable[[str, int | None], CallbackData | None]]] = MappingProxyType(
    {"s": _style, "g": _page, "a": _aid, "w": _own, "t": _setting}
)
_CHANGES: Final[Mapping[str, Change | Shift]] = MappingProxyType(
    {change.value: change for change in (*Change, *Shift)}
)


def _base36(number: int | None) -> str:
    digits = ""
    number = number or 0
    while number > 0:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
