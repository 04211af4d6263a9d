"""The bot's own web servers, and what the operator's tools ask of it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from prometheus_client.aiohttp import make_aiohttp_handler

from bot.health import Health
from bot.metrics import Metrics

__all__ = ["PortUnavailable", "monitor", "serving"]

logger = logging.getLogger(__name__)

_PARTING: Final = 1.0
_UNAVAILABLE: Final = 503


def _is_ours(record: logging.LogRecord) -> bool:
    """Anybody may send what is no HTTP: it is answered, but not worth a traceback."""
    theirs = (HttpProcessingError, web.RequestPayloadError)
    return not (record.exc_info and isinstance(record.exc_info[1], theirs))


logger.addFilter(_is_ours)


class PortUnavailable(Exception):
    """There is no such place to listen at, or another program has it; one sentence."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(f"Port {port} of {host} cannot be had: {error.strerror or error}")


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve until the block is left; the port.

    Args:
        app: what to serve.
        host: what to listen on.
        port: 0 for any that is free.

    Raises:
        PortUnavailable: there is no such place, or another program has it.
    """
    runner = web.AppRunner(app, access_log=None, logger=logger, shutdown_timeout=_PARTING)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise PortUnavailable(host, port, error) from error
        taken: int = runner.addresses[0][1]
        yield taken
    finally:
        await runner.cleanup()


def monitor(health: Health, metrics: Metrics) -> web.Application:
    """`/healthz` and `/livez` for what restarts and routes, `/metrics` for Prometheus.

    `/healthz` is 200 where the bot is ready, `/livez` where a restart would not help; otherwise
    503. Both answer the same JSON.
    """

    async def healthz(_: web.Request) -> web.Response:
        return _report(health, fine=health.ready)

    async def livez(_: web.Request) -> web.Response:
        return _report(health, fine=health.live)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/livez", livez)
    app.router.add_get("/metrics", make_aiohttp_handler(metrics.registry))
    return app


def _report(health: Health, *, fine: bool) -> web.Response:
    reasons = health.reasons()
    known = {"live": health.live, "ready": not reasons, "reasons": reasons}
    headers = {"Cache-Control": "no-store"}
    return web.json_response(known, status=200 if fine else _UNAVAILABLE, headers=headers)
