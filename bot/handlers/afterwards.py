"""Buttons under a painting: the next one, and what else one may want of it."""

from __future__ import annotations

from typing import Final

from bot.callbacks import Demand, MakeDemand, PaintAgain
from bot.copies import Copy, pair
from bot.courier import Courier
from bot.errors import Sorry
from bot.handlers.actions import repaint, take
from bot.handlers.errors import telling
from bot.handlers.press import Press
from bot.handlers.questions import is_to_be_had
from bot.handlers.turn import Turn
from bot.look import Change, Look
from bot.mixing import Shift, shifted
from bot.orders import Form, Painting
from bot.session import StyleAsked
from bot.style import Picture, Style
from bot.texts import Text

__all__ = ["demand", "paint_again"]

# Films and pairs that are made for one person at the same time.
_AT_ONCE: Final = 2
_FORMS: Final = {Demand.FILE: Form.FILE, Demand.FILM: Form.FILM}


async def paint_again(press: Press, wish: PaintAgain) -> None:
    """The same photo once more, a step further."""
    # Nothing here takes time, and between the look at what is under way and the new job there must
    # be no moment in which another press may come. So this press is answered last.
    try:
        turn, painting = _known(press, wish.job)
        look, style = _further(turn, painting, wish.change)
        _place(turn, press, painting, style=style, look=look)
    except Sorry as sorry:
        await press.refuse(sorry)
    else:
        await press.answer()


async def demand(press: Press, wish: MakeDemand) -> None:
    """Something else about a painting."""
    try:
        turn, painting = _known(press, wish.job)
        word = _begin(press, turn, painting, wish)
    except Sorry as sorry:
        await press.refuse(sorry)
        return
    await press.answer(word)
    if wish.demand in (Demand.OTHER, Demand.MIX):
        order = painting.order
        mixing = order.style if wish.demand is Demand.MIX else None
        await take(turn, StyleAsked(order.content, mixing))


def _known(press: Press, job: str) -> tuple[Turn, Painting]:
    """The turn that a press begins, and the painting that it is about.

    Raises:
        Sorry: it is not known (any more), or it has been made for another chat.
    """
    painting = press.desk.store.register.painting(job)
    if painting is None or painting.order.place.chat != press.chat:
        raise Sorry(Text.FORGOTTEN_PHOTO)
    order = painting.order
    return press.turn(order.user, order.place.topic), painting


def _further(turn: Turn, painting: Painting, change: Change | Shift) -> tuple[Look, Style | None]:
    order = painting.order
    if isinstance(change, Shift):
        style = shifted(order.style, change)
        if style is None:
            raise Sorry(Text.OLD_BUTTON)
        return order.look, style
    look = order.look.after(change, turn.desk.jobs.largest)
    if look is None:
        raise Sorry(Text.OLD_BUTTON)
    return look, None


def _place(
    turn: Turn,
    press: Press,
    painting: Painting,
    *,
    style: Style | None = None,
    look: Look | None = None,
    form: Form = Form.PAINTING,
    copy_of: str = "",
) -> None:
    if not is_to_be_had(turn, style or painting.order.style):
        raise Sorry(Text.STYLE_GONE)
    if press.desk.jobs.is_asked(press.data):
        raise Sorry(Text.ALREADY_PAINTING)
    repaint(turn, painting, button=press.data, style=style, look=look, form=form, copy_of=copy_of)


def _begin(press: Press, turn: Turn, painting: Painting, wish: MakeDemand) -> Text | None:
    """Begin what takes a while; what to say about it.

    Raises:
        Sorry: it has begun already, or cannot be done.
    """
    copy = press.desk.jobs.copies.get(wish.job)
    if wish.demand is Demand.MIX and not is_to_be_had(turn, painting.order.style):
        raise Sorry(Text.STYLE_GONE)
    if wish.demand is Demand.RESEND and painting.file_id:
        # Telegram has confirmed it since, to an earlier press.
        raise Sorry(Text.OLD_BUTTON)
    if press.data in press.desk.errands or press.desk.errands.count(press.user) >= _AT_ONCE:
        raise Sorry(Text.ALREADY_PAINTING)
    if wish.demand is Demand.PAIR:
        press.desk.errands.run(press.data, press.user, _pair(turn, painting, copy))
    elif wish.demand is Demand.RESEND:
        press.desk.errands.run(press.data, press.user, _resend(turn, press, painting, wish.job))
    elif form := _FORMS.get(wish.demand):
        if copy is None:
            _place(turn, press, painting, form=form, copy_of=wish.job)
            return Text.PAINTED_ANEW
        press.desk.errands.run(press.data, press.user, _copy(turn, painting, copy, form))
    return None


async def _copy(turn: Turn, painting: Painting, copy: Copy, form: Form) -> None:
    async with telling(turn.bot, turn.place, turn.words):
        await Courier(turn.bot, painting.order).copy(copy, form)


async def _resend(turn: Turn, press: Press, painting: Painting, job: str) -> None:
    async with telling(turn.bot, turn.place, turn.words):
        if not await press.desk.jobs.delivery.deliver_again(job, painting):
            _place(turn, press, painting)


async def _pair(turn: Turn, painting: Painting, copy: Copy | None) -> None:
    order, source = painting.order, turn.desk.source
    async with telling(turn.bot, turn.place, turn.words):
        after = copy.painting.image if copy else await source.fetch(_painted(painting))
        image = await pair(await source.fetch(order.content), after)
        await Courier(turn.bot, order).pair(image)


def _painted(painting: Painting) -> Picture:
    if not painting.file_id:
        raise Sorry(Text.FORGOTTEN_PHOTO)
    return Picture(painting.file_id, painting.order.content.message)
