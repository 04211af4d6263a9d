"""Asking Telegram what people say.

`telegram.ext.Updater` is not used: it stops listening for ever at the first 401 or 404, which a
proxy or a Bot API server that is being restarted also gives, and tells nobody.
"""

from __future__ import annotations

from typing import Final

from telegram import Update
from telegram.error import TelegramError

from bot.app import UPDATES
from bot.health import Health
from bot.inbox import Inbox
from bot.kinds import Bot
from bot.listening import keep_on
from bot.metrics import Metrics

__all__ = ["Poller"]

_LONG_POLL: Final = 10
# A hundred at once would begin in the same turn of the event loop, and all else wait for them.
_BATCH: Final = 20


class Poller:
    """Fetches updates into the inbox: a `Listener`."""

    def __init__(
        self,
        bot: Bot,
        inbox: Inbox,
        metrics: Metrics | None = None,
        health: Health | None = None,
    ) -> None:
        self._bot = bot
        self._inbox = inbox
        self._metrics = metrics or Metrics()
        self._health = health or Health()
        self._next: int | None = None
        self._has_webhook = True

    async def run(self) -> None:
        """See `Listener.run`."""
        await keep_on(self._bot, self._fetch)

    async def close(self) -> None:
        """Tell Telegram what has been heard, so that it is not said again after a restart."""
        if self._next is not None:
            await self._bot.get_updates(self._next, timeout=0, allowed_updates=UPDATES)

    async def _fetch(self) -> None:
        if self._has_webhook:
            await self._bot.delete_webhook()
            self._has_webhook = False
        updates = await self._ask()
        for update in self._inbox.take(updates):
            self._metrics.heard(update)
        if updates:
            self._next = updates[-1].update_id + 1

    async def _ask(self) -> tuple[Update, ...]:
        try:
            updates = await self._bot.get_updates(
                self._next, limit=_BATCH, timeout=_LONG_POLL, allowed_updates=UPDATES
            )
        except TelegramError as error:
            # The limiter counts all other requests.
            self._metrics.failed(error)
            raise
        self._health.heard()
        return updates
