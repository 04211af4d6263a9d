"""The buttons under messages."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final, Protocol

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.callbacks import CancelJob, PickStyle, encode
from bot.texts import Text, shorten, toast

__all__ = ["Named", "cancel", "label", "styles"]

# Telegram takes 100 buttons; a row of three still shows a title whole on a phone.
MAX_BUTTONS: Final = 99
_ROW: Final = 3


class Named(Protocol):
    """What the buttons need to know of a style."""

    @property
    def name(self) -> str:
        """The name it is chosen by."""

    @property
    def title(self) -> str:
        """The name it is shown by."""


def label(style: Named) -> str:
    """The style's name before people; an operator may have given it a whole novel, or nothing."""
    return shorten(style.title) or style.name


def styles(gallery: Iterable[Named], owner: int | None = None) -> InlineKeyboardMarkup:
    """One button a style; with an `owner`, only that person may press."""
    buttons = [
        InlineKeyboardButton(label(style), callback_data=encode(PickStyle(style.name, owner)))
        for style in islice(gallery, MAX_BUTTONS)
    ]
    return InlineKeyboardMarkup(
        [buttons[first : first + _ROW] for first in range(0, len(buttons), _ROW)]
    )


def cancel(job: str) -> InlineKeyboardMarkup:
    """The red button under a job's progress."""
    button = InlineKeyboardButton(
        toast(Text.BUTTON_CANCEL), callback_data=encode(CancelJob(job)), style="danger"
    )
    return InlineKeyboardMarkup([[button]])
