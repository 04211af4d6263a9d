"""The life of a job: accepted, painted, delivered, and told of; with limits and a way out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from functools import partial
from typing import Final

from telegram.error import Forbidden

from bot import keyboards, logs
from bot.archive import Archive
from bot.copies import Copies
from bot.delivery import Delivery
from bot.errors import Sorry, Unconfirmed, explain, is_expected
from bot.kinds import Bot
from bot.limits import Limits
from bot.metrics import Metrics, Milestone, Phase
from bot.notice import Notice
from bot.orders import Form, Order, Takeover
from bot.painter import Painter
from bot.preparation import Preparation
from bot.progress import Pacer
from bot.record import OPEN, Record, State
from bot.session import Key
from bot.speaker import is_shared
from bot.tally import Tally
from bot.texts import Text
from bot.tickets import Ticket
from bot.waiting import Interrupted
from nst_core.errors import Cancelled
from nst_core.executor import base

__all__ = ["Jobs", "Refusal"]

logger = logging.getLogger(__name__)

# A container is killed ten seconds after it was asked to stop.
_GOODBYE: Final = 2.5
# Jobs that are as good as over take up no place, but they cost a little until they are gone.
_LINGERING: Final = 4


class Refusal(Enum):
    """Why a job is not cancelled."""

    GONE = "gone"
    NOT_YOURS = "not yours"


class Jobs:
    """Every job under way, each followed by a task of its own."""

    def __init__(
        self,
        bot: Bot,
        executor: base.Executor,
        archive: Archive,
        preparation: Preparation,
        metrics: Metrics | None = None,
    ) -> None:
        self.copies = Copies()
        self.tally = Tally(archive.store.ledger)
        self.limits = Limits(preparation.rules.quota, archive.store.ledger, self.tally)
        self.largest = preparation.rules.most
        self.delivery = Delivery(
            bot=bot,
            archive=archive,
            copies=self.copies,
            gallery=preparation.gallery,
            largest=self.largest,
        )
        self._bot = bot
        self._archive = archive
        self._register = archive.store.register
        self._rules = preparation.rules
        self._metrics = metrics or Metrics()
        self._painter = Painter(
            executor=executor,
            archive=archive,
            preparation=preparation,
            tally=self.tally,
            metrics=self._metrics,
        )
        self._tickets: dict[str, Ticket] = {}
        self._closing = False
        self._at_fault = False
        self._pacer = Pacer()

    def __len__(self) -> int:
        return len(self._tickets)

    def place(self, order: Order, then: Sequence[Order] = ()) -> str:
        """Accept an order; it is worked on from now on, and this returns at once.

        Args:
            order: what to paint.
            then: what to paint after it, one by one; together they take up one place.

        Raises:
            Sorry: the person has as many jobs as one may have, or there are too many in all.
        """
        theirs = [t for t in self._tickets.values() if t.order.user == order.user]
        count = sum(ticket.occupies for ticket in theirs)
        if count >= self._rules.per_user:
            raise Sorry(Text.TOO_MANY_JOBS, count=count)
        if len(theirs) >= _LINGERING * self._rules.per_user:
            raise Sorry(Text.TOO_MANY_JOBS, count=len(theirs))
        self.limits.take(order.user, 1 + len(then), self.pictures())
        ticket = Ticket(order, tuple(then))
        self._register.accept(ticket.id, order, ticket.then)
        self._begin(ticket)
        return ticket.id

    async def resume(self) -> None:
        """Go on with what an earlier process has left, in the state that it was left in."""
        for record in self._register.open_jobs():
            if record.state in OPEN:
                await self._resume(record)
            else:
                self._follow_up(record.id, record.state, record.then)

    def pictures(self) -> int:
        """How many paintings are under way, those that are to follow included."""
        return sum(ticket.occupies + len(ticket.then) for ticket in self._tickets.values())

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
            # Written down first: what was stopped must not begin again by itself.
            self._register.cancel(job)
            ticket.cancelled.set()
            if ticket.handle:
                await ticket.handle.cancel()

    async def cancel_all(self, user: int | None, chat: int | None = None) -> int:
        """Stop what the person has under way, and what was to follow; how many there were.

        Args:
            user: whose jobs; None for everybody's.
            chat: where; None for everywhere.
        """
        mine = [
            ticket
            for ticket in self._tickets.values()
            if user in (None, ticket.order.user) and chat in (None, ticket.order.place.chat)
        ]
        count = sum(ticket.occupies + len(ticket.then) for ticket in mine)
        for ticket in mine:
            self._drop_following(ticket)
            await self.cancel(ticket.id)
        return count

    def move(self, old: int, new: int) -> None:
        """A chat has got another id: what is under way there goes on in it."""
        for ticket in self._tickets.values():
            if ticket.order.place.chat == old:
                ticket.move(new)

    async def forget(self, user: int) -> None:
        """Stop what the person has under way anywhere, and keep no painting of theirs."""
        await self.cancel_all(user)
        self.copies.forget(user)
        await self._painter.forget(user)
        for job in self._register.jobs_of(user):
            self._archive.spool.drop(job)

    async def tidy(self) -> None:
        """Let go of what has waited too long to be sent."""
        await self._archive.spool.tidy()

    async def close(self, *, at_fault: bool = False) -> None:
        """Put back what is not done, and tell everybody who waits; in a few seconds.

        What is being delivered, or nearly painted, gets the time to come to its end.

        Args:
            at_fault: whether the job that runs is what ends the process: then it counts as a try.
        """
        self._at_fault = at_fault
        self._closing = True
        tasks = {ticket.task: ticket for ticket in self._tickets.values() if ticket.task}
        for task, ticket in tasks.items():
            if not ticket.is_nearly_done:
                task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_GOODBYE)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=_GOODBYE)

    def _begin(self, ticket: Ticket) -> None:
        self._tickets[ticket.id] = ticket
        self._count(Milestone.ACCEPTED, ticket.order)
        ticket.task = asyncio.create_task(self._live(ticket), name=f"job {ticket.id}")

    async def _resume(self, record: Record) -> None:
        ticket = Ticket(
            record.order,
            then=record.then,
            id=record.id,
            tries=record.tries,
            is_left_over=True,
        )
        is_painted = record.state in (State.PAINTED, State.DELIVERING)
        # How it grew is known to nobody any more, so for a film it is painted anew.
        if is_painted and record.order.form is not Form.FILM:
            ticket.painting = await self._archive.left(record)
        if record.state is State.DELIVERING:
            ticket.unconfirmed = True
        logger.info("job %s goes on, which was %s", record.id, record.state)
        self._begin(ticket)

    def _count(self, milestone: Milestone, order: Order) -> None:
        self._metrics.job(milestone, order.look.quality)
        self.tally.count(milestone)

    async def _live(self, ticket: Ticket) -> None:
        logs.JOB.set(ticket.id)
        notice = ticket.notice = self._notice(ticket)
        state = State.FAILED
        try:
            await self._work(ticket, notice)
            state = State.DELIVERED
        except asyncio.CancelledError:
            # Only `close` cancels the task itself.
            self._count(Milestone.INTERRUPTED, ticket.order)
            await self._put_back(ticket, notice)
            raise
        except (Cancelled, Interrupted):
            state = State.CANCELLED
            self._count(Milestone.CANCELLED, ticket.order)
            await notice.end(Text.CANCELLED)
        except Forbidden:
            logger.info("job %s: the person has shut the bot out", ticket.id)
            self._count(Milestone.SHUT_OUT, ticket.order)
            self._drop_following(ticket)
            await notice.forget()
        except Exception as error:
            if not is_expected(error):
                logger.exception("job %s failed", ticket.id)
            self._count(Milestone.REFUSED if is_expected(error) else Milestone.FAILED, ticket.order)
            state = await self._fail(ticket, notice, error)
        else:
            self._count(Milestone.DELIVERED, ticket.order)
        finally:
            del self._tickets[ticket.id]
        self._follow_up(ticket.id, state, ticket.then)

    def _notice(self, ticket: Ticket) -> Notice:
        return Notice(
            self._bot,
            ticket.order,
            keyboards.cancel(ticket.id, ticket.order.words),
            pacer=self._pacer,
            on_shut_out=partial(self._shut_out, ticket),
            on_open=partial(self._shown, ticket),
            metrics=self._metrics,
        )

    def _follow_up(self, job: str, state: State, then: tuple[Order, ...]) -> None:
        """Write down how a job ended, and begin what is to be painted after it."""
        if not then or self._closing:
            # What is to follow is not forgotten: the next process begins it.
            self._register.end(job, state)
            return
        ticket = Ticket(then[0], then[1:])
        self._register.end(job, state, (ticket.id, ticket.order, ticket.then))
        self._begin(ticket)

    async def _put_back(self, ticket: Ticket, notice: Notice) -> None:
        """Leave the job to the next process, where what is written down outlives this one."""
        # What is on its way stays so: painted anew, it might be delivered twice.
        if ticket.is_running and not (ticket.delivering or self._at_fault):
            self._register.put_back(ticket.id)
        is_kept = self._archive.store.is_lasting and self._register.record(ticket.id)
        await notice.end(Text.PUT_BACK if is_kept else Text.RESTARTING)

    async def _fail(self, ticket: Ticket, notice: Notice, error: Exception) -> State:
        """Tell why there is no painting, or perhaps none; how the job ended."""
        is_painted = ticket.delivering or isinstance(error, Unconfirmed)
        lost = 0 if is_painted else 1
        if ticket.looking_at != ticket.order.content:
            # It is the style that cannot be had, and the others are to have the same.
            lost += len(ticket.then)
            self._drop_following(ticket)
        self.limits.give_back(ticket.order.user, lost)
        words = ticket.order.words
        await notice.fail(
            explain(error, words),
            about=ticket.looking_at.message,
            # Whether it arrived only the person can tell.
            keyboard=keyboards.resend(ticket.id, words) if is_painted else None,
        )
        return State.DELIVERED if is_painted else State.FAILED

    def _shown(self, ticket: Ticket, message: int) -> None:
        """The progress message is there; the next process, too, is to find it."""
        ticket.order = replace(ticket.order, notice=Takeover(message))
        self._register.show(ticket.id, ticket.order)

    def _drop_following(self, ticket: Ticket) -> None:
        if ticket.then:
            ticket.then = ()
            self._register.drop_following(ticket.id)

    async def _shut_out(self, ticket: Ticket) -> None:
        self._drop_following(ticket)
        await self.cancel(ticket.id)

    async def _work(self, ticket: Ticket, notice: Notice) -> None:
        if ticket.unconfirmed:
            raise Unconfirmed
        painting = ticket.painting or await self._painter.paint(ticket, notice)
        ticket.delivering = True
        notice.show(Text.UPLOADING)
        laps = self._metrics.laps()
        await self.delivery.deliver(ticket, painting)
        laps.end(Phase.DELIVER)
        logger.info("job %s delivered after %.1f s", ticket.id, painting.seconds)
        await notice.remove()
