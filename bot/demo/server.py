"""The demo server: the Bot API, the people's door and the chat page on one port."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.demo import api, control, door
from bot.demo.asking import kind_words
from bot.demo.world import World
from bot.hosts import is_loopback

__all__ = ["DEFAULT_PORT", "LOOPBACK", "Demo", "serving"]

logger = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8008
# All addresses of a machine, and that of its own among them.
_EVERYWHERE: Final = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - nothing is bound here

_PAGE: Final = Path(__file__).parent / "page"
# What a small body may weigh; uploads are read piece by piece and measured there.
_MAX_BODY: Final = 60 * 1024 * 1024
_PARTING: Final = 1.0
_POLICY: Final = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Demo:
    """A server that is up.

    Attributes:
        address: such as ``http://127.0.0.1:8008``: a bot's base URL, and the chat page.
        near: the same for who is on this machine, also where the server listens on all addresses.
        world: the bots and people in it.
    """

    address: str
    near: str
    world: World = field(repr=False)


@asynccontextmanager
async def serving(host: str = LOOPBACK, port: int = 0) -> AsyncIterator[Demo]:
    """Serve until the block is left.

    Args:
        host: what to listen on. Whoever reaches it may read every chat.
        port: 0 for any that is free.

    Raises:
        OSError: the port cannot be had.
    """
    if not is_loopback(host):
        logger.warning(_open_to_all(host))
    world = World()
    app = _application(world, host)
    # A poll whose bot has gone must end.
    runner = web.AppRunner(
        app, access_log=None, handler_cancellation=True, shutdown_timeout=_PARTING
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        port = runner.addresses[0][1]
        yield Demo(_address(host, port), _address(_EVERYWHERE.get(host, host), port), world)
    finally:
        await runner.cleanup()


def _application(world: World, host: str) -> web.Application:
    guards = [_local_only] if is_loopback(host) else []
    app = web.Application(
        middlewares=[_headers, *guards, _same_origin, kind_words], client_max_size=_MAX_BODY
    )
    app[api.WORLD] = world
    app[door.LISTENERS] = door.Listeners()
    for routes in (api.routes, door.routes, control.routes):
        app.add_routes(routes)
    app.router.add_get("/", _index)
    app.router.add_static("/page", _PAGE)
    app.on_shutdown.append(_hang_up)
    return app


async def _index(_: web.Request) -> web.StreamResponse:
    return web.FileResponse(_PAGE / "index.html")


async def _hang_up(app: web.Application) -> None:
    """End what would go on for ever."""
    await app[api.WORLD].close()
    for listener in set(app[door.LISTENERS].tasks):
        listener.cancel()


@web.middleware
async def _headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(_HEADERS)
        raise
    if not response.prepared:
        response.headers.update(_HEADERS)
        response.headers.setdefault("Cache-Control", "no-cache")
    return response


@web.middleware
async def _local_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other names for this machine: a foreign site may have made one up for it."""
    if is_loopback(_without_port(request.host)):
        return await handler(request)
    return _forbidden("This server answers to this machine only.")


@web.middleware
async def _same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what the pages of other sites send here.

    Of a GET, such as that of a picture, only `Sec-Fetch-Site` tells where it comes from; browsers
    send it, bots do not.
    """
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    is_own = origin in (None, f"{request.scheme}://{request.host}")
    if is_own and site in (None, "same-origin", "none"):
        return await handler(request)
    return _forbidden("This server does not talk to other sites.")


def _forbidden(words: str) -> web.Response:
    return web.json_response({"error": words}, status=403)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _address(host: str, port: int) -> str:
    named = f"[{host}]" if ":" in host else host
    return f"http://{named}:{port}"


def _open_to_all(host: str) -> str:
    return (
        f"THE DEMO LISTENS ON {host}: whoever reaches this machine over the net may read and "
        "write in every chat of it. There is no password."
    )
