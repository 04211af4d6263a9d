"""`Delivery`: from a painting that is done to its owner, with what is known of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from telegram import InlineKeyboardMarkup

from bot import keyboards
from bot.archive import Archive
from bot.copies import Copies, Copy
from bot.courier import Courier, file_in
from bot.kinds import Bot
from bot.names import named
from bot.orders import Form, Order, Painting
from bot.style import Mix
from bot.tickets import Ticket
from nst_core.executor.base import Finished
from nst_core.styles import Gallery

__all__ = ["Delivery"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Hands paintings over, and lets go of them only when they have arrived.

    Attributes:
        copies: where each is kept for a while, for those who want more of it.
        largest: long side in pixels up to which a larger painting is offered.
    """

    bot: Bot
    archive: Archive
    copies: Copies
    gallery: Gallery
    largest: int

    async def deliver(self, ticket: Ticket, painting: Finished) -> None:
        """Send what the ticket orders.

        Raises:
            Forbidden: the person has shut the bot out.
            Sorry: Telegram took it in no form.
            Unconfirmed: Telegram did not say whether it took it.
        """
        order, copy = ticket.order, Copy(painting, ticket.stages)
        courier = Courier(self.bot, order, partial(self.archive.store.register.deliver, ticket.id))
        if order.form is not Form.PAINTING:
            # Whoever wants one copy often wants another.
            self.copies.keep(order.copy_of, order.user, copy)
            sent = await courier.copy(copy, order.form)
        else:
            self.copies.keep(ticket.id, order.user, copy)
            sent = await courier.painting(painting, self._keyboard(ticket.id, order, painting))
        self.archive.arrive(ticket.id, file_in(sent))

    async def deliver_again(self, job: str, painting: Painting) -> bool:
        """Send a painting that may not have arrived; whether it is still there to be sent.

        Raises:
            Forbidden: the person has shut the bot out.
            Sorry: Telegram took it in no form.
            Unconfirmed: Telegram did not say whether it took it.
        """
        order = painting.order
        copy = self.copies.get(job)
        finished = copy.painting if copy else await self.archive.painting(job)
        if finished is None:
            return False
        keyboard = self._keyboard(job, order, finished)
        sent = await Courier(self.bot, order).painting(finished, keyboard)
        self.archive.arrive(job, file_in(sent))
        return True

    def _keyboard(self, job: str, order: Order, painting: Finished) -> InlineKeyboardMarkup:
        names = [*self._part_names(order)]
        return keyboards.after(job, order, painting, self.largest, names)

    def _part_names(self, order: Order) -> Iterator[str]:
        for part in order.style.parts if isinstance(order.style, Mix) else ():
            yield named(part.style, self.gallery, order.words)
