"""The buttons under messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.callbacks import (
    Aid,
    CallbackData,
    CancelJob,
    ChooseAid,
    Demand,
    MakeDemand,
    PaintAgain,
    PickOwn,
    PickStyle,
    TurnPage,
    decode,
    encode,
)
from bot.look import Change
from bot.mixing import MOST_PARTS, Shift, shifted
from bot.names import Named, label
from bot.orders import Order
from bot.sheet import PAGE
from bot.style import Mix
from bot.texts import Text
from bot.words import Words
from nst_core.executor.base import Finished
from nst_core.result import Note

__all__ = [
    "Offer",
    "after",
    "cancel",
    "is_painting",
    "own_styles",
    "resend",
    "styles",
]

_ROW: Final = 3
_OWN_ROW: Final = 5

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
    (Change.OWN_COLORS, Change.STYLE_COLORS, Change.AGAIN, Change.LARGER),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is offered to choose a style by.

    Attributes:
        owner: the only one who may press; None for anybody.
        page: of the gallery, from 0.
        last: what the style chosen last is called; empty where there is none.
        has_own: whether there are style pictures of one's own.
        may_be_style: whether the picture that is asked about may be the style.
    """

    owner: int | None = None
    page: int = 0
    last: str = ""
    has_own: bool = False
    may_be_style: bool = False


def styles(gallery: Sequence[Named], words: Words, offer: Offer) -> InlineKeyboardMarkup:
    """A page of styles, numbered as on the sheet, and the other ways to one."""
    pages = -(-len(gallery) // PAGE)
    page = min(offer.page, max(0, pages - 1))
    first = page * PAGE
    tiles = [
        _button(f"{number} · {label(style, words)}", PickStyle(style.name, offer.owner))
        for number, style in enumerate(gallery[first : first + PAGE], start=first + 1)
    ]
    turns = [
        _button(words.plain(text), TurnPage((page + by) % pages, offer.owner))
        for text, by in ((Text.BUTTON_PREVIOUS, -1), (Text.BUTTON_NEXT, 1))
        if pages > 1
    ]
    rows = [_quick(words, offer), *_in_rows(tiles, _ROW), turns, _ways(words, offer)]
    return InlineKeyboardMarkup([row for row in rows if row])


def _quick(words: Words, offer: Offer) -> list[InlineKeyboardButton]:
    surprise = _button(words.plain(Text.BUTTON_SURPRISE), ChooseAid(Aid.SURPRISE, offer.owner))
    if not offer.last:
        return [surprise]
    last = words.plain(Text.BUTTON_LAST, style=offer.last)
    return [_button(last, ChooseAid(Aid.LAST, offer.owner)), surprise]


def _ways(words: Words, offer: Offer) -> list[InlineKeyboardButton]:
    ways = (
        (offer.has_own, Text.BUTTON_OWN, Aid.OWN),
        (offer.may_be_style, Text.BUTTON_THIS, Aid.THIS),
    )
    return [
        _button(words.plain(text), ChooseAid(aid, offer.owner))
        for is_offered, text, aid in ways
        if is_offered
    ]


def own_styles(
    numbers: Iterable[int], owner: int | None, words: Words | None = None
) -> InlineKeyboardMarkup:
    """A button for each of one's own style pictures, numbered as on their sheet.

    Args:
        numbers: what the store knows them by.
        owner: the only one who may press.
        words: what to speak on a way back to the gallery; None where there is none.
    """
    tiles = [
        _button(str(shown), PickOwn(number, owner)) for shown, number in enumerate(numbers, start=1)
    ]
    back = [_button(words.plain(Text.BUTTON_BACK), TurnPage(0, owner))] if words else []
    return InlineKeyboardMarkup([*_in_rows(tiles, _OWN_ROW), *([back] if back else [])])


def cancel(job: str, words: Words) -> InlineKeyboardMarkup:
    """The red button under a job's progress."""
    button = InlineKeyboardButton(
        words.plain(Text.BUTTON_CANCEL), callback_data=encode(CancelJob(job)), style="danger"
    )
    return InlineKeyboardMarkup([[button]])


def is_painting(message: Message) -> bool:
    """Whether a message of ours has the buttons of a painting."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    found = (decode(str(button.callback_data)) for row in rows for button in row)
    return any(isinstance(data, MakeDemand) for data in found)


def resend(job: str, words: Words) -> InlineKeyboardMarkup:
    """The button under the word that nobody knows whether a painting has arrived."""
    button = _button(words.plain(Text.BUTTON_RESEND), MakeDemand(job, Demand.RESEND))
    return InlineKeyboardMarkup([[button]])


def after(
    job: str, order: Order, painting: Finished, largest: int, parts: Sequence[str] = ()
) -> InlineKeyboardMarkup:
    """What one may do with a painting: one step further each way, where there is one.

    Args:
        job: whose painting it is.
        order: what was ordered.
        painting: what came of it.
        largest: long side in pixels that a person may ask for.
        parts: what the styles of a mix are called.
    """
    words, useless = order.words, set(_useless(painting, order))
    rows = [
        [
            _button(words.plain(_CHANGES[change]), PaintAgain(job, change))
            for change in row
            if change not in useless and order.look.after(change, largest)
        ]
        for row in _ROWS
    ]
    rows += [_shifts(job, order, parts), _demands(job, order, Demand.MIX, Demand.OTHER)]
    rows.append(_demands(job, order, *_copies(order, painting)))
    return InlineKeyboardMarkup([row for row in rows if row])


def _useless(painting: Finished, order: Order) -> Iterator[Change]:
    """What would change nothing about such a painting."""
    if painting.sketched:
        # A sketch has no brush, and no chance in it.
        yield from _BRUSHWORK
    if Note.FINER_BRUSH in painting.notes:
        yield Change.BOLDER
    if max(painting.width, painting.height) < order.look.size:
        # The photo has no more pixels, or the memory has no more room.
        yield Change.LARGER


def _shifts(job: str, order: Order, parts: Sequence[str]) -> list[InlineKeyboardButton]:
    return [
        _button(order.words.plain(Text.BUTTON_MORE, style=name), PaintAgain(job, shift))
        for shift, name in zip(Shift, parts, strict=False)
        if shifted(order.style, shift)
    ]


_DEMANDS: Final[Mapping[Demand, Text]] = MappingProxyType(
    {
        Demand.MIX: Text.BUTTON_MIX,
        Demand.OTHER: Text.BUTTON_OTHER_STYLE,
        Demand.FILE: Text.BUTTON_FILE,
        Demand.FILM: Text.BUTTON_FILM,
        Demand.PAIR: Text.BUTTON_PAIR,
    }
)


def _copies(order: Order, painting: Finished) -> Iterator[Demand]:
    if not order.content.as_file:
        yield Demand.FILE
    if not painting.sketched:
        yield Demand.FILM
    yield Demand.PAIR


def _demands(job: str, order: Order, *demands: Demand) -> list[InlineKeyboardButton]:
    full = isinstance(order.style, Mix) and len(order.style.parts) >= MOST_PARTS
    return [
        _button(order.words.plain(_DEMANDS[demand]), MakeDemand(job, demand))
        for demand in demands
        if not (full and demand is Demand.MIX)
    ]


def _in_rows(
    buttons: Sequence[InlineKeyboardButton], length: int
) -> Iterator[Sequence[InlineKeyboardButton]]:
    for first in range(0, len(buttons), length):
        yield buttons[first : first + length]


def _button(text: str, data: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=encode(data))
