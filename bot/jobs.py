"""The life of a job: accept, fetch, submit, follow, deliver; with limits and a way out."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Final

from telegram.error import Forbidden

from bot import keyboards
from bot.delivery import deliver
from bot.errors import PaintingFailed, Sorry, explain, is_expected
from bot.kinds import Bot
from bot.ledger import Ledger
from bot.look import Look
from bot.notice import Notice
from bot.orders import Order
from bot.pictures import fetch
from bot.session import Key, Picture, Preset
from bot.speaker import is_shared
from bot.texts import Text, about, bar
from bot.waiting import Interrupted, unless
from nst_core.errors import Cancelled
from nst_core.executor import base
from nst_core.settings import Settings
from nst_core.styles import Gallery

__all__ = ["Jobs", "Refusal"]

logger = logging.getLogger(__name__)

_GOODBYE: Final = 2.0
# Jobs that are as good as over take up no place, but they cost a little until they are gone.
_LINGERING: Final = 4


class Refusal(Enum):
    """Why a job is not cancelled."""

    GONE = "gone"
    NOT_YOURS = "not yours"


@dataclass(slots=True, eq=False)
class _Ticket:
    """A job under way.

    Attributes:
        looking_at: the picture that an error would be about.
        cancelled: asked for by its owner; takes effect at once.
        delivering: the painting is on its way; ending this now would make us liars.
    """

    order: Order
    looking_at: Picture
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    handle: base.JobHandle | None = None
    task: asyncio.Task[None] | None = None
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    delivering: bool = False

    @property
    def occupies(self) -> bool:
        """Whether it takes up one of its owner's places: what is as good as over does not."""
        return not (self.cancelled.is_set() or self.delivering)


class Jobs:
    """Every job under way, each followed by a task of its own."""

    def __init__(
        self,
        bot: Bot,
        executor: base.Executor,
        gallery: Gallery,
        *,
        settings: Settings,
        per_user: int,
        largest: int,
        paintings: Ledger[Order],
    ) -> None:
        self._bot = bot
        self._executor = executor
        self._gallery = gallery
        self._settings = settings
        self._per_user = per_user
        self._largest = largest
        self._paintings = paintings
        self._tickets: dict[str, _Ticket] = {}

    def __len__(self) -> int:
        return len(self._tickets)

    def place(self, order: Order) -> str:
        """Accept an order; it is worked on from now on, and this returns at once.

        Raises:
            Sorry: the person has as many jobs as one may have.
        """
        theirs = [t for t in self._tickets.values() if t.order.user == order.user]
        count = sum(ticket.occupies for ticket in theirs)
        if count >= self._per_user:
            raise Sorry(Text.TOO_MANY_JOBS, count=count)
        if len(theirs) >= _LINGERING * self._per_user:
            raise Sorry(Text.TOO_MANY_JOBS, count=len(theirs))
        ticket = _Ticket(order, looking_at=order.content)
        self._tickets[ticket.id] = ticket
        ticket.task = asyncio.create_task(self._live(ticket), name=f"job {ticket.id}")
        return ticket.id

    def owns(self, chat: int, message: int) -> bool:
        """Whether a job has made this message its progress message."""
        orders = (ticket.order for ticket in self._tickets.values())
        return any((o.place.chat, o.notice) == (chat, message) for o in orders)

    def is_asked(self, chat: int, button: tuple[int, str]) -> bool:
        """Whether a job is under way that a press of this button asked for."""
        tickets = (t for t in self._tickets.values() if not t.cancelled.is_set())
        return any((t.order.place.chat, t.order.button) == (chat, button) for t in tickets)

    def within(self, look: Look) -> Look:
        """The look as far as the operator lets people go."""
        return look.within(self._settings, self._largest)

    def may_cancel(self, job: str, key: Key) -> Refusal | None:
        """Why the person may not cancel the job in that chat; None if nothing is against it."""
        ticket = self._tickets.get(job)
        if ticket is None or ticket.order.place.chat != key[0] or ticket.delivering:
            return Refusal.GONE
        owner = ticket.order.user
        return None if owner == key[1] or is_shared(owner) else Refusal.NOT_YOURS

    async def cancel(self, job: str) -> None:
        """Stop the job, unless its painting is on its way already."""
        ticket = self._tickets.get(job)
        if ticket and not ticket.delivering:
            ticket.cancelled.set()
            if ticket.handle:
                await ticket.handle.cancel()

    async def cancel_all(self, key: Key) -> int:
        """Stop what the person has under way in the chat; how many there were."""
        mine = [
            ticket.id
            for ticket in self._tickets.values()
            if (ticket.order.place.chat, ticket.order.user) == key and ticket.occupies
        ]
        for job in mine:
            await self.cancel(job)
        return len(mine)

    async def close(self) -> None:
        """Stop following, and tell everybody who waits; best effort, in a few seconds."""
        tasks = {ticket.task: ticket for ticket in self._tickets.values() if ticket.task}
        for task, ticket in tasks.items():
            if not ticket.delivering:
                task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_GOODBYE)
            for task in late:
                task.cancel()

    async def _live(self, ticket: _Ticket) -> None:
        notice = Notice(
            self._bot,
            ticket.order,
            keyboards.cancel(ticket.id),
            on_shut_out=partial(self.cancel, ticket.id),
        )
        try:
            await self._paint(ticket, notice)
        except asyncio.CancelledError:
            # Only `close` cancels the task itself.
            await notice.end(Text.RESTARTING)
            raise
        except (Cancelled, Interrupted):
            await notice.end(Text.CANCELLED)
        except Forbidden:
            logger.info("job %s: the person has shut the bot out", ticket.id)
            await notice.forget()
        except Exception as error:
            if not is_expected(error):
                logger.exception("job %s failed", ticket.id)
            await notice.fail(explain(error), about=ticket.looking_at.message)
        finally:
            del self._tickets[ticket.id]

    async def _paint(self, ticket: _Ticket, notice: Notice) -> None:
        job = await unless(ticket.cancelled, self._prepare(ticket))
        # Not interrupted: what the executor takes must be known by its handle to be cancelled.
        ticket.handle = await self._executor.submit(job)
        if ticket.cancelled.is_set():
            await ticket.handle.cancel()
        painting = await unless(ticket.cancelled, _follow(ticket.handle, notice))
        ticket.delivering = True
        notice.show(Text.UPLOADING)
        await self._deliver(ticket.order, painting)
        logger.info("job %s delivered after %.1f s", ticket.id, painting.seconds)
        await notice.remove()

    async def _deliver(self, order: Order, painting: base.Finished) -> None:
        keyboard = keyboards.after(order, painting, self._settings, self._largest)
        sent = await deliver(self._bot, order, painting, keyboard)
        self._paintings.put(order.place.chat, sent.message_id, order)

    async def _prepare(self, ticket: _Ticket) -> base.Job:
        order = ticket.order
        content = await self._fetch(ticket, order.content)
        if isinstance(order.style, Preset):
            style = await asyncio.to_thread(self._gallery.find(order.style.name).read)
        else:
            style = await self._fetch(ticket, order.style)
        ticket.looking_at = order.content
        return base.Job(
            id=ticket.id,
            user=order.user,
            content=content,
            styles=(style,),
            settings=order.look.settings(self._settings, self._largest),
        )

    async def _fetch(self, ticket: _Ticket, picture: Picture) -> bytes:
        ticket.looking_at = picture
        return await fetch(self._bot, picture)


async def _follow(handle: base.JobHandle, notice: Notice) -> base.Finished:
    """Show what happens to the job until it ends.

    Raises:
        Cancelled: the job was cancelled.
        PaintingFailed: there is no painting.
    """
    async for event in handle.events():
        match event:
            case base.Finished():
                return event
            case base.Failed():
                raise PaintingFailed(event)
            case base.Cancelled():
                raise Cancelled
            case _:
                _show(event, notice)
    msg = "the executor's events ended without an end"
    raise RuntimeError(msg)


def _show(event: base.Event, notice: Notice) -> None:
    match event:
        case base.Queued(position=1):
            notice.show(Text.QUEUED_NEXT)
        case base.Queued(position=position):
            notice.show(Text.QUEUED, position=position)
        case base.Started():
            notice.show(Text.STARTED)
        case base.Progressed():
            _show_progress(event, notice)


def _show_progress(event: base.Progressed, notice: Notice) -> None:
    drawn = {"bar": bar(event.share), "percent": int(100 * event.share)}
    if event.eta is None:
        notice.show(Text.PROGRESS_BEGUN, **drawn)
    else:
        notice.show(Text.PROGRESS, **drawn, eta=about(event.eta))
