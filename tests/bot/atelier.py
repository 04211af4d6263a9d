"""The whole bot in the test's own process, on the demo server; the test holds its executor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.app import build
from bot.config import Config
from bot.demo.chats import Chat
from bot.demo.server import serving
from bot.desk import Desk
from bot.limiter import RetryLimiter
from bot.links import Links
from bot.metrics import Metrics
from bot.polling import Poller
from bot.transport import Line
from nst_core.executor.base import Finished, Previewed, Started
from nst_core.settings import Settings
from nst_core.styles import Gallery
from tests.bot.bench import Bench, Visitor
from tests.bot.calls import TOKEN, Call
from tests.bot.door import Door, Handle, finished, picture

STYLES = list(Gallery.load(None))
SETTINGS = Settings(size=64)


@dataclass
class Atelier:
    """A bot that listens, and new people whenever a test needs one."""

    bench: Bench
    address: str
    door: Door
    desk: Desk
    groups: dict[str, Chat] = field(default_factory=dict)

    def person(self, group: str = "", language: str = "en") -> Visitor:
        private = self.bench.account.add_person("Somebody", language)
        if not group:
            return Visitor(self.bench, private.id, private.id)
        if group not in self.groups:
            self.groups[group] = self.bench.account.add_group(group, [], [])
        self.groups[group].members.append(private.id)
        return Visitor(self.bench, private.id, self.groups[group].id)

    async def paints(self, person: Visitor, **values: Any) -> tuple[Handle, Call]:
        """The next job, painted, and what the person gets of it."""
        handle = await self.door.next()
        handle.happen(Started(job=handle.id))
        image = picture(7, kind="JPEG")
        handle.happen(Previewed(job=handle.id, step=4, total=20, image=image))
        handle.happen(painted(handle, **values))
        return handle, await person.gets()


def painted(handle: Handle, **values: Any) -> Finished:
    painting = finished(handle.id, **{"width": 64, "height": 43, **values})
    assert isinstance(painting, Finished)
    return painting


@asynccontextmanager
async def at_work(
    bench: Bench,
    address: str,
    *,
    data: Path | None = None,
    links: Links | None = None,
    metrics: Metrics | None = None,
    **decided: Any,
) -> AsyncIterator[Atelier]:
    """The bot at work on that server; it may be opened again after it has closed.

    What is `decided` else is the operator's, by its name in `Config`.
    """
    config = Config(
        token=TOKEN, api_url=address, settings=SETTINGS, largest=256, data=data, **decided
    )
    door, limiter, line = Door(), RetryLimiter(metrics), Line(direct=True)
    application, desk = build(config, door, limiter, line, links, metrics)
    await application.initialize()
    desk.store.inbox.resume(application.bot)
    await application.start()
    listening = asyncio.create_task(Poller(application.bot, desk.store.inbox, metrics).run())
    try:
        yield Atelier(bench, address, door, desk)
    finally:
        listening.cancel()
        await asyncio.wait({listening})
        limiter.close()
        await application.stop()
        await desk.albums.close()
        await desk.errands.close()
        await desk.jobs.close()
        await application.shutdown()
        await line.close()
        await desk.source.links.close()
        desk.store.close()


@asynccontextmanager
async def opened(*, data: Path | None = None, links: Links | None = None) -> AsyncIterator[Atelier]:
    """A server of its own, and the bot at work on it."""
    async with serving() as demo:
        bench = Bench(demo)
        async with at_work(bench, demo.address, data=data, links=links) as atelier:
            yield atelier
