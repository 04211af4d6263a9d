"""`Archive`: paintings that wait for their delivery, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.record import Record
from bot.spool import Spool
from bot.store import Store
from nst_core.executor.base import Finished

__all__ = ["Archive"]


@dataclass(frozen=True, slots=True)
class Archive:
    """Keeps a painting from its last stroke to its delivery, whatever happens to the process."""

    store: Store
    spool: Spool

    async def keep(self, job: str, painting: Finished) -> None:
        """Keep it, as far as the disk lets us."""
        if await self.spool.put(job, painting.image):
            self.store.register.paint(job, _known(painting))

    async def painting(self, job: str) -> Finished | None:
        """The painting of that job, None where it is not there (any more)."""
        record = self.store.register.record(job)
        return await self.left(record) if record else None

    async def left(self, record: Record) -> Finished | None:
        """The painting that an earlier process has left."""
        image = await self.spool.get(record.id)
        if image is None or record.result is None:
            return None
        return Finished(job=record.id, image=image, report={}, **record.result)

    def arrive(self, job: str, file_id: str) -> None:
        """Telegram has the painting, and gives it out by that: it need not be kept any more."""
        self.store.register.arrive(job, file_id)
        self.spool.drop(job)


def _known(painting: Finished) -> dict[str, Any]:
    """What is to be known of a painting beside its pixels, as JSON."""
    return {
        "width": painting.width,
        "height": painting.height,
        "seconds": painting.seconds,
        "notes": list(painting.notes),
        "sketched": painting.sketched,
    }
