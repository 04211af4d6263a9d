"""`Painter`: has paintings made by the executor, and follows each to its end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from bot.alias import alias
from bot.archive import Archive
from bot.errors import PaintingFailed, Sorry
from bot.following import show
from bot.metrics import Metrics, Phase
from bot.notice import Notice
from bot.preparation import Preparation
from bot.tally import Tally
from bot.texts import Text
from bot.tickets import Ticket
from bot.waiting import unless
from nst_core.errors import Cancelled, UnknownJob
from nst_core.executor import base

__all__ = ["Painter"]

logger = logging.getLogger(__name__)

# A job that was begun so often, and no process has lived to its end, is what kills them.
_TRIES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Painter:
    """From an order to its painting, wherever the executor paints.

    Attributes:
        tally: hears of all that the executor tells.
    """

    executor: base.Executor
    archive: Archive
    preparation: Preparation
    tally: Tally
    metrics: Metrics

    async def paint(self, ticket: Ticket, notice: Notice) -> base.Finished:
        """Have painted what the ticket orders, and keep it.

        Args:
            ticket: hears how far the job is.
            notice: shows the person the same.

        Raises:
            Cancelled: the job was cancelled; `Interrupted` where that came before it was submitted
                or while it was followed.
            PaintingFailed: there is no painting.
            Sorry: it may not be tried again, or runs for longer than a job may.
            LinkRefused: a picture behind a link cannot be had.
            ImageRejected: one of the pictures is none.
            TelegramError: Telegram does not give one out.
            ExecutorError: the executor takes no job.
        """
        left = await self._find(ticket)
        if left is None and ticket.tries >= _TRIES:
            raise Sorry(Text.GAVE_UP)
        try:
            painting = await self._await(ticket, left or await self._submit(ticket), notice)
        except PaintingFailed as failure:
            if left is None or failure.event.error != UnknownJob.__name__:
                raise
            # Where it was left nobody has it any more, but here it is written down.
            logger.warning("job %s was lost, and is submitted again", ticket.id)
            painting = await self._await(ticket, await self._submit(ticket), notice)
        await self.archive.keep(ticket.id, painting)
        if ticket.cancelled.is_set():
            # While it was written down; it may even be to be forgotten.
            self.archive.spool.drop(ticket.id)
            raise Cancelled
        return painting

    async def forget(self, user: int) -> None:
        """Have the executor let go of a person's paintings."""
        await self.executor.forget(alias(user))

    async def _find(self, ticket: Ticket) -> base.JobHandle | None:
        """The job where an earlier process has left it, if it is under way or ended there."""
        if not ticket.is_left_over:
            return None
        with suppress(UnknownJob):
            return await self.executor.attach(ticket.id, alias(ticket.order.user))
        return None

    async def _submit(self, ticket: Ticket) -> base.JobHandle:
        laps = self.metrics.laps()
        job = await unless(ticket.cancelled, self.preparation.job(ticket))
        laps.end(Phase.FETCH)
        return await self.executor.submit(job)

    async def _await(self, ticket: Ticket, handle: base.JobHandle, notice: Notice) -> base.Finished:
        """Follow the job to its painting, or stop it.

        Raises:
            Cancelled: the job was cancelled.
            PaintingFailed: there is no painting.
            Sorry: it runs for longer than a job may.
        """
        # Not interrupted: what the executor takes must be known by its handle to be cancelled.
        ticket.handle = handle
        if ticket.cancelled.is_set():
            await handle.cancel()
        try:
            return await unless(ticket.cancelled, self._follow(ticket, handle, notice))
        except TimeoutError:
            await handle.cancel()
            raise Sorry(Text.TOO_LONG) from None

    async def _follow(
        self, ticket: Ticket, handle: base.JobHandle, notice: Notice
    ) -> base.Finished:
        """Show what happens to the job until it ends.

        Raises:
            Cancelled: the job was cancelled.
            PaintingFailed: there is no painting.
            TimeoutError: it runs for longer than a job may.
        """
        seconds = self.preparation.rules.seconds
        async with asyncio.timeout(None) as limit:
            async for event in handle.events():
                if isinstance(event, base.Started):
                    limit.reschedule(asyncio.get_running_loop().time() + seconds)
                if painting := self._take(ticket, notice, event):
                    return painting
        msg = "the executor's events ended without an end"
        raise RuntimeError(msg)

    def _take(self, ticket: Ticket, notice: Notice, event: base.Event) -> base.Finished | None:
        """What the executor tells; the painting, when there is one.

        Raises:
            Cancelled: the job was cancelled.
            PaintingFailed: there is no painting.
        """
        self.tally.hear(event)
        match event:
            case base.Finished():
                return event
            case base.Failed():
                raise PaintingFailed(event)
            case base.Cancelled():
                raise Cancelled
            case base.Started():
                self.archive.store.register.run(ticket.id)
                ticket.is_running = True
            case base.Previewed(image=image):
                ticket.stages.add(image)
            case base.Progressed(eta=eta):
                ticket.eta = eta
        show(event, notice, ticket.order)
        return None
