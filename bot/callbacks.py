"""What a button carries: a compact, versioned text of at most 64 bytes.

    1:s:<owner>:<style>     choose a style; the owner's id in base 36, empty for anybody
    1:c:<job>               cancel a job
    1:p:<look>:<style>      paint once more; no style stands for the person's own picture
    1:o                     choose another style for the same photo

Whoever presses may send what he likes, so `decode` trusts nothing; and whether a person may do
what the data says is for the handlers to check.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from bot.look import Look

__all__ = [
    "MAX_BYTES",
    "CallbackData",
    "CancelJob",
    "OtherStyle",
    "PaintAgain",
    "PickStyle",
    "decode",
    "encode",
]

MAX_BYTES: Final = 64
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_PICK: Final = re.compile(r"1:s:([1-9a-z][0-9a-z]{0,11})?:([^:\s]+)")
_CANCEL: Final = re.compile(r"1:c:([0-9a-f]{8,32})")
_AGAIN: Final = re.compile(r"1:p:([0-9a-z]{5}):([^:\s]*)")
_OTHER: Final = "1:o"


@dataclass(frozen=True, slots=True)
class PickStyle:
    """A style was chosen; `owner` is the only one who may press, None for anybody."""

    style: str
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class CancelJob:
    """A job is to be stopped."""

    job: str


@dataclass(frozen=True, slots=True)
class PaintAgain:
    """The same photo once more, in this look; `style` None for the picture that it had."""

    look: Look
    style: str | None = None


@dataclass(frozen=True, slots=True)
class OtherStyle:
    """The same photo once more, in a style to be chosen."""


CallbackData: TypeAlias = PickStyle | CancelJob | PaintAgain | OtherStyle


def encode(data: CallbackData) -> str:
    """The text for a button.

    Raises:
        ValueError: it would not survive the way there and back.
    """
    match data:
        case PickStyle(style, owner):
            text = f"1:s:{_base36(owner) if owner else ''}:{style}"
        case CancelJob(job):
            text = f"1:c:{job}"
        case PaintAgain(look, again_in):
            text = f"1:p:{look.code()}:{again_in or ''}"
        case OtherStyle():
            text = _OTHER
    if decode(text) != data:
        msg = f"no button can carry {data}"
        raise ValueError(msg)
    return text


def decode(text: str) -> CallbackData | None:
    """What a button's text means; None for anything that `encode` would not have written."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        return None
    if found := _PICK.fullmatch(text):
        owner, style = found.groups()
        return PickStyle(style, int(owner, 36) if owner else None)
    if found := _CANCEL.fullmatch(text):
        return CancelJob(found[1])
    if found := _AGAIN.fullmatch(text):
        look = Look.from_code(found[1])
        return PaintAgain(look, found[2] or None) if look else None
    return OtherStyle() if text == _OTHER else None


def _base36(number: int) -> str:
    digits = ""
    while number > 0:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
