"""The life of a job: accept, fetch, submit, follow, deliver; with limits and a way out."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from typing import Any, Final

from telegram.error import Forbidden

from bot import keyboards
from bot.copies import STAGES, Copies, Copy
from bot.delivery import deliver, file_in, send_copy
from bot.errors import PaintingFailed, Sorry, explain, is_expected
from bot.kinds import Bot
from bot.notice import Notice
from bot.orders import Form, Order, Painting
from bot.progress import Pacer
from bot.session import Key, Mix, Picture, Preset, parts_of
from bot.source import Source
from bot.speaker import is_shared
from bot.store import Store
from bot.texts import Text, bar
from bot.waiting import Interrupted, unless
from bot.wording import named
from nst_core.errors import Cancelled
from nst_core.executor import base
from nst_core.settings import Settings
from nst_core.styles import Gallery
from nst_core.timelapse import TimeLapse

__all__ = ["Jobs", "Refusal", "Rules"]

logger = logging.getLogger(__name__)

_GOODBYE: Final = 2.0
# Jobs that are as good as over take up no place, but they cost a little until they are gone.
_LINGERING: Final = 4
# Seconds until a start that are not worth telling.
_SOON: Final = 2.0
# Steps between two looks at a painting that grows: seconds apart at most, and enough for a film.
_PREVIEW_EVERY: Final = 4


class Refusal(Enum):
    """Why a job is not cancelled."""

    GONE = "gone"
    NOT_YOURS = "not yours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the operator decided about jobs.

    Attributes:
        settings: how paintings are made, unless somebody asks for something else.
        per_user: how many jobs one person may have waiting and running.
        largest: long side in pixels that a person may ask for.
    """

    settings: Settings
    per_user: int
    largest: int


@dataclass(slots=True, eq=False)
class _Ticket:
    """A job under way.

    Attributes:
        looking_at: the picture that an error would be about.
        then: what to paint after it, one by one.
        cancelled: asked for by its owner; takes effect at once.
        delivering: the painting is on its way; ending this now would make us liars.
    """

    order: Order
    looking_at: Picture
    then: tuple[Order, ...] = ()
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    handle: base.JobHandle | None = None
    notice: Notice | None = None
    task: asyncio.Task[None] | None = None
    stages: TimeLapse = field(default_factory=lambda: TimeLapse(STAGES))
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
        store: Store,
        source: Source,
        rules: Rules,
    ) -> None:
        self.copies = Copies()
        self.largest = max(rules.largest, rules.settings.size)
        self._bot = bot
        self._executor = executor
        self._gallery = gallery
        self._store = store
        self._source = source
        self._rules = rules
        self._tickets: dict[str, _Ticket] = {}
        self._closing = False
        self._pacer = Pacer()

    def __len__(self) -> int:
        return len(self._tickets)

    def place(self, order: Order, then: Sequence[Order] = ()) -> str:
        """Accept an order; it is worked on from now on, and this returns at once.

        Args:
            order: what to paint.
            then: what to paint after it, one by one; together they take up one place.

        Raises:
            Sorry: the person has as many jobs as one may have.
        """
        theirs = [t for t in self._tickets.values() if t.order.user == order.user]
        count = sum(ticket.occupies for ticket in theirs)
        if count >= self._rules.per_user:
            raise Sorry(Text.TOO_MANY_JOBS, count=count)
        if len(theirs) >= _LINGERING * self._rules.per_user:
            raise Sorry(Text.TOO_MANY_JOBS, count=len(theirs))
        return self._begin(order, tuple(then))

    def owns(self, chat: int, message: int) -> bool:
        """Whether a job has made this message its progress message."""
        orders = (ticket.order for ticket in self._tickets.values())
        return any(
            o.place.chat == chat and o.notice and o.notice.message == message for o in orders
        )

    def is_asked(self, button: str) -> bool:
        """Whether a job is under way that a press of this button asked for."""
        tickets = (t for t in self._tickets.values() if not t.cancelled.is_set())
        return any(ticket.order.button == button for ticket in tickets)

    def under_way(self, user: int, chat: int | None = None) -> tuple[list[str], int]:
        """What the person's progress messages say, and how many jobs others have under way.

        Args:
            user: whose.
            chat: where; None for everywhere.
        """
        working = [t for t in self._tickets.values() if not t.cancelled.is_set()]
        mine = [
            ticket
            for ticket in working
            if ticket.order.user == user and chat in (None, ticket.order.place.chat)
        ]
        said = [ticket.notice.words for ticket in mine if ticket.notice]
        others = sum(ticket.order.user != user for ticket in working)
        return said, others

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

    async def cancel_all(self, user: int, chat: int | None = None) -> int:
        """Stop what the person has under way, and what was to follow; how many there were.

        Args:
            user: whose jobs.
            chat: where; None for everywhere.
        """
        mine = [
            ticket
            for ticket in self._tickets.values()
            if ticket.order.user == user and chat in (None, ticket.order.place.chat)
        ]
        count = sum(ticket.occupies + len(ticket.then) for ticket in mine)
        for ticket in mine:
            ticket.then = ()
            await self.cancel(ticket.id)
        return count

    async def close(self) -> None:
        """Stop following, and tell everybody who waits; best effort, in a few seconds."""
        self._closing = True
        tasks = {ticket.task: ticket for ticket in self._tickets.values() if ticket.task}
        for task, ticket in tasks.items():
            if not ticket.delivering:
                task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_GOODBYE)
            for task in late:
                task.cancel()

    def _begin(self, order: Order, then: tuple[Order, ...]) -> str:
        ticket = _Ticket(order, looking_at=order.content, then=then)
        self._tickets[ticket.id] = ticket
        ticket.task = asyncio.create_task(self._live(ticket), name=f"job {ticket.id}")
        return ticket.id

    async def _live(self, ticket: _Ticket) -> None:
        notice = ticket.notice = Notice(
            self._bot,
            ticket.order,
            keyboards.cancel(ticket.id, ticket.order.words),
            pacer=self._pacer,
            on_shut_out=partial(self._shut_out, ticket),
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
            ticket.then = ()
            await notice.forget()
        except Exception as error:
            if not is_expected(error):
                logger.exception("job %s failed", ticket.id)
            if ticket.looking_at != ticket.order.content:
                # It is the style that cannot be had, and the others are to have the same.
                ticket.then = ()
            words = explain(error, ticket.order.words)
            await notice.fail(words, about=ticket.looking_at.message)
        finally:
            del self._tickets[ticket.id]
            if ticket.then and not self._closing:
                self._begin(ticket.then[0], ticket.then[1:])

    async def _shut_out(self, ticket: _Ticket) -> None:
        ticket.then = ()
        await self.cancel(ticket.id)

    async def _paint(self, ticket: _Ticket, notice: Notice) -> None:
        job = await unless(ticket.cancelled, self._prepare(ticket))
        # Not interrupted: what the executor takes must be known by its handle to be cancelled.
        ticket.handle = await self._executor.submit(job)
        if ticket.cancelled.is_set():
            await ticket.handle.cancel()
        painting = await unless(ticket.cancelled, self._follow(ticket, ticket.handle, notice))
        ticket.delivering = True
        notice.show(Text.UPLOADING)
        await self._deliver(ticket, painting)
        logger.info("job %s delivered after %.1f s", ticket.id, painting.seconds)
        await notice.remove()

    async def _deliver(self, ticket: _Ticket, painting: base.Finished) -> None:
        order, copy = ticket.order, Copy(painting, ticket.stages)
        if order.form is not Form.PAINTING:
            # Whoever wants one copy often wants another.
            self.copies.keep(order.copy_of, order.user, copy)
            await send_copy(self._bot, order, copy, order.form)
            return
        self.copies.keep(ticket.id, order.user, copy)
        # Before it is sent: its buttons may be pressed sooner than we hear that it has arrived.
        self._store.keep_painting(ticket.id, Painting(order))
        names = [*self._part_names(order)]
        keyboard = keyboards.after(ticket.id, order, painting, self.largest, names)
        sent = await deliver(self._bot, order, painting, keyboard)
        self._store.arrive(ticket.id, Painting(order, file_in(sent)))

    def _part_names(self, order: Order) -> Iterator[str]:
        for part in order.style.parts if isinstance(order.style, Mix) else ():
            yield named(part.style, self._gallery, order.words)

    async def _prepare(self, ticket: _Ticket) -> base.Job:
        order = ticket.order
        content = await self._fetch(ticket, order.content)
        parts = parts_of(order.style)
        styles = [await self._style(ticket, style) for style, _ in parts]
        ticket.looking_at = order.content
        changes: dict[str, Any] = {"preview_every": _PREVIEW_EVERY}
        if len(parts) > 1:
            changes["style_weights"] = tuple(float(share) for _, share in parts)
        look = order.look.within(self.largest)
        return base.Job(
            id=ticket.id,
            user=order.user,
            content=content,
            styles=tuple(styles),
            settings=replace(look.settings(self._rules.settings), **changes),
        )

    async def _style(self, ticket: _Ticket, style: Preset | Picture) -> bytes:
        if isinstance(style, Picture):
            return await self._fetch(ticket, style)
        return await asyncio.to_thread(self._gallery.find(style.name).read)

    async def _fetch(self, ticket: _Ticket, picture: Picture) -> bytes:
        ticket.looking_at = picture
        return await self._source.fetch(picture)

    async def _follow(
        self, ticket: _Ticket, handle: base.JobHandle, notice: Notice
    ) -> base.Finished:
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
                case base.Previewed(image=image):
                    ticket.stages.add(image)
                    if ticket.order.preview:
                        notice.picture(image)
                case _:
                    _show(event, notice, ticket.order)
        msg = "the executor's events ended without an end"
        raise RuntimeError(msg)


def _show(event: base.Event, notice: Notice, order: Order) -> None:
    match event:
        case base.Queued(position=position, eta=eta):
            _show_place(position, eta, notice, order)
        case base.Started():
            notice.show(Text.STARTED)
        case base.Progressed():
            _show_progress(event, notice, order)


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
