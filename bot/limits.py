"""`Limits`: how much the bot takes on, from one person and in all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from bot.errors import Sorry
from bot.ledger import ORDERS_KEPT, Ledger
from bot.rules import Quota
from bot.tally import Tally
from bot.texts import Text

__all__ = ["Limits"]

logger = logging.getLogger(__name__)


class Limits:
    """Refuses orders that are one too many.

    What is ordered counts when it is accepted, each picture of an album by itself; what fails is
    given back, what its owner cancels is not. It is written down only where there is a limit.

    Attributes:
        draining: nothing new is accepted from anybody, until the admins say otherwise.
    """

    def __init__(
        self,
        quota: Quota,
        ledger: Ledger,
        tally: Tally,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.draining = False
        self._quota = quota
        self._ledger = ledger
        self._tally = tally
        self._clock = clock

    def take(self, user: int, pictures: int, under_way: int) -> None:
        """Accept an order of so many pictures, while so many are under way in all.

        Raises:
            Sorry: not now, and when.
        """
        if self.draining:
            raise Sorry(Text.DRAINING)
        if user in self._quota.exempt:
            return
        self._check_queue(under_way)
        if self._counts:
            self._check_person(user, pictures)
            if not self._ledger.order(user, pictures):
                # People are worth more than their number.
                logger.warning("an order was not counted")

    def give_back(self, user: int, pictures: int) -> None:
        """Count so many pictures no more, which will not be painted through no decision of his."""
        if pictures and self._counts and not self._ledger.give_back(user, pictures):
            logger.warning("a painting that failed stays counted")

    @property
    def _counts(self) -> bool:
        """Whether there is a limit for which orders have to be counted."""
        return bool(self._quota.daily or self._quota.cooldown)

    def _check_queue(self, under_way: int) -> None:
        if not self._quota.queue or under_way < self._quota.queue:
            return
        if (wait := self._tally.next_place()) is None:
            raise Sorry(Text.QUEUE_FULL)
        raise Sorry(Text.QUEUE_FULL_UNTIL, wait=timedelta(seconds=wait))

    def _check_person(self, user: int, pictures: int) -> None:
        orders, now = self._ledger.orders(user), self._clock()
        if orders and (left := orders[-1].at + self._quota.cooldown - now) > 0:
            raise Sorry(Text.COOLDOWN, wait=timedelta(seconds=left))
        if not self._quota.daily:
            return
        free = self._quota.daily - sum(order.pictures for order in orders)
        if free <= 0:
            first = next(order for order in orders if order.pictures)
            wait = timedelta(seconds=first.at + ORDERS_KEPT - now)
            raise Sorry(Text.QUOTA_SPENT, count=self._quota.daily, wait=wait)
        if pictures > free:
            raise Sorry(Text.QUOTA_LEFT, count=free)
