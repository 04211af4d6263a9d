"""`Errands`: small things done for a person beside the conversation, each only once at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.inbox import Inbox, Receipt

__all__ = ["Errands"]


class Errands:
    """Runs errands in the background, so that nobody's next word waits for them."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._closing = False
        self._tasks: dict[str, tuple[int, asyncio.Task[None]]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._tasks

    def count(self, owner: int) -> int:
        """How many are under way for a person."""
        return sum(whose == owner for whose, _ in self._tasks.values())

    def run(
        self,
        name: str,
        owner: int,
        work: Coroutine[Any, Any, None],
        receipt: Receipt | None = None,
    ) -> None:
        """Run an errand that deals with its own errors.

        Args:
            name: what it is known by while it is under way; it must not be already.
            owner: for whom it is.
            work: what is to be done.
            receipt: for what it was asked with; the next process does what this one has to leave.
        """
        task = asyncio.create_task(work)
        self._tasks[name] = owner, task
        task.add_done_callback(lambda _: self._over(name, receipt))

    def stop(self, name: str) -> bool:
        """Give up an errand; whether it was under way."""
        _, task = self._tasks.get(name, (0, None))
        return task is not None and task.cancel()

    async def close(self) -> None:
        """Give up what is under way."""
        self._closing = True
        tasks = {task for _, task in self._tasks.values()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _over(self, name: str, receipt: Receipt | None) -> None:
        self._tasks.pop(name, None)
        if receipt and not self._closing:
            self._inbox.settle(receipt)
