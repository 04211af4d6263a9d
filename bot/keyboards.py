"""The buttons under messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final, Protocol

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.callbacks import CallbackData, CancelJob, OtherStyle, PaintAgain, PickStyle, encode
from bot.look import Change
from bot.orders import Order
from bot.session import Preset
from bot.texts import Text, shorten, toast
from nst_core.executor.base import Finished
from nst_core.result import Note
from nst_core.settings import Settings

__all__ = ["Named", "after", "cancel", "label", "styles"]

# Telegram takes 100 buttons; a row of three still shows a title whole on a phone.
MAX_BUTTONS: Final = 99
_ROW: Final = 3

_CHANGES: Final[Mapping[Change, Text]] = MappingProxyType(
    {
        Change.SOFTER: Text.BUTTON_SOFTER,
        Change.STRONGER: Text.BUTTON_STRONGER,
        Change.OWN_COLORS: Text.BUTTON_OWN_COLORS,
        Change.STYLE_COLORS: Text.BUTTON_STYLE_COLORS,
        Change.FINER: Text.BUTTON_FINER,
        Change.BOLDER: Text.BUTTON_BOLDER,
        Change.LARGER: Text.BUTTON_LARGER,
        Change.AGAIN: Text.BUTTON_AGAIN,
    }
)
_BRUSHWORK: Final = frozenset({Change.FINER, Change.BOLDER, Change.AGAIN})
_ROWS: Final = (
    (Change.SOFTER, Change.STRONGER),
    (Change.FINER, Change.BOLDER),
    (Change.OWN_COLORS, Change.STYLE_COLORS, Change.AGAIN),
    (Change.LARGER,),
)


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


def after(order: Order, painting: Finished, usual: Settings, largest: int) -> InlineKeyboardMarkup:
    """What one may do with a painting: one step further each way, where there is one.

    Args:
        order: what was ordered.
        painting: what came of it.
        usual: how the operator has paintings made.
        largest: long side in pixels that a person may ask for.
    """
    style = order.style.name if isinstance(order.style, Preset) else None
    settings = order.look.settings(usual, largest)
    useless = set(_useless(painting, settings))
    rows = [
        [
            _button(_CHANGES[change], PaintAgain(further, style))
            for change in row
            if change not in useless
            and (further := order.look.after(change))
            and further.settings(usual, largest) != settings
        ]
        for row in _ROWS
    ]
    rows[-1].append(_button(Text.BUTTON_OTHER_STYLE, OtherStyle()))
    return InlineKeyboardMarkup([row for row in rows if row])


def _useless(painting: Finished, settings: Settings) -> Iterator[Change]:
    """What would change nothing about such a painting."""
    if painting.sketched:
        # A sketch has no brush, and no chance in it.
        yield from _BRUSHWORK
    if Note.FINER_BRUSH in painting.notes:
        yield Change.BOLDER
    if max(painting.width, painting.height) < settings.size:
        # The photo has no more pixels, or the memory has no more room.
        yield Change.LARGER


def _button(text: Text, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(toast(text), callback_data=encode(data))
