"""`Errands`: small things done for a person beside the conversation, each only once at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

__all__ = ["Errands"]


class Errands:
    """Runs errands in the background, so that nobody's next word waits for them."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._tasks

    def run(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run an errand that deals with its own errors.

        Args:
            name: what it is known by while it is under way; it must not be already.
            work: what is to be done.
        """
        task = self._tasks[name] = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = set(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
