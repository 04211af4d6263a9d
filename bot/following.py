"""What the executor's events are to the person who waits."""

from __future__ import annotations

from typing import Final

from bot.notice import Notice
from bot.orders import Order
from bot.texts import Text, bar
from nst_core.executor import base

__all__ = ["show"]

# Seconds until a start that are not worth telling.
_SOON: Final = 2.0


def show(event: base.Event, notice: Notice, order: Order) -> None:
    """Let the progress message tell of an event."""
    match event:
        case base.Queued(unattended=True, position=position):
            notice.show(Text.UNATTENDED, position=position)
        case base.Queued(position=position, eta=eta):
            _show_place(position, eta, notice, order)
        case base.Started():
            notice.show(Text.STARTED)
        case base.Progressed():
            _show_progress(event, notice, order)
        case base.Previewed(image=image) if order.preview:
            notice.picture(image)


def _show_place(position: int, eta: float | None, notice: Notice, order: Order) -> None:
    if eta is None or eta < _SOON:
        notice.show(Text.QUEUED_NEXT if position == 1 else Text.QUEUED, position=position)
        return
    key = Text.QUEUED_NEXT_SOON if position == 1 else Text.QUEUED_SOON
    notice.show(key, position=position, eta=order.words.duration(eta))


def _show_progress(event: base.Progressed, notice: Notice, order: Order) -> None:
    drawn = {"bar": bar(event.share), "percent": int(100 * event.share)}
    if event.eta is None:
        notice.show(Text.PROGRESS_BEGUN, **drawn)
    else:
        notice.show(Text.PROGRESS, **drawn, eta=order.words.duration(event.eta))
