"""A little Wikimedia Commons of our own: pictures behind redirects, and trouble on order."""

from __future__ import annotations

import asyncio
import io
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from aiohttp import web
from PIL import Image

from nst_core.styles.famous import Work, read_works

Answer: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

WORKS = {work.name: work for work in read_works()}
SIZE = (800, 600)


def painting(size: tuple[int, int] = SIZE, kind: str = "JPEG", **options: Any) -> bytes:
    """A colourful picture, brighter to the right and redder to the bottom."""
    width, height = size
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    pixels = np.stack([y, x, 0.5 + 0.5 * np.sin(40 * x * y)], axis=-1) * 255
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, kind, **options)
    return buffer.getvalue()


def gives(data: bytes, **options: Any) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=data, **options)

    return answer


def answers(status: int, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, headers=named, text="<html>no</html>")

    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    """Half of a picture, and the line is gone."""
    data = painting()
    response = web.StreamResponse(headers={"Content-Length": str(len(data))})
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    assert request.transport
    request.transport.close()
    return response


@dataclass
class Commons:
    """The server, and what it was asked for.

    Attributes:
        trouble: what comes instead of a work's picture, one after the other.
        asked: the names of works whose pictures were asked for, in order.
        agents: how those who asked called themselves.
        hanging: set once a request hangs.
        most: how many pictures were on their way at once.
    """

    address: str = ""
    trouble: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    most: int = 0
    _under_way: int = 0
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def pages(self) -> str:
        """What stands for Commons' own address."""
        return f"{self.address}/wiki"

    async def hang(self, request: web.Request) -> web.StreamResponse:
        """Some bytes of a picture, and then nothing."""
        response = web.StreamResponse(headers={"Content-Length": "100000"})
        await response.prepare(request)
        await response.write(painting()[:5000])
        self.hanging.set()
        await self._closing.wait()
        return response

    def close(self) -> None:
        self._closing.set()

    async def redirect(self, request: web.Request) -> web.StreamResponse:
        """The stable address leads to where a picture of that width is just now."""
        work = self._work(request)
        self.asked.append(work.name)
        self.agents.add(request.headers["User-Agent"])
        assert request.query["width"] == "1280"
        place = f"/thumb/{request.match_info['file']}"
        raise web.HTTPFound(place)

    async def picture(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble[self._work(request).name]
        answer = trouble.pop(0) if trouble else gives(painting())
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            return await answer(request)
        finally:
            self._under_way -= 1

    def _work(self, request: web.Request) -> Work:
        file = request.match_info["file"].replace("_", " ")
        return next(work for work in WORKS.values() if work.file == file)


@asynccontextmanager
async def serving() -> AsyncIterator[Commons]:
    """A server in the test's own event loop."""
    commons, app = Commons(), web.Application()
    app.router.add_get("/wiki/Special:FilePath/{file}", commons.redirect)
    app.router.add_get("/thumb/{file}", commons.picture)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    commons.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield commons
    finally:
        commons.close()
        await runner.cleanup()
