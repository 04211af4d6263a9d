"""The bot and the demo server in one process: `python -m bot --demo`."""

from __future__ import annotations

import logging
import os
import platform
import webbrowser
from contextlib import AsyncExitStack
from dataclasses import replace
from threading import Thread
from typing import Final

from bot.config import Config
from bot.demo.server import DEFAULT_PORT, LOOPBACK, Demo, serving
from bot.service import CannotStart, serve

__all__ = ["TOKEN", "try_out"]

logger = logging.getLogger(__name__)

TOKEN: Final = "7000001:demo"  # noqa: S105 - it opens nothing
_NAME: Final = "Stylegram"
_USERNAME: Final = "stylegram_bot"


async def try_out(config: Config, host: str | None, port: int | None, *, open_page: bool) -> int:
    """Run the bot against a server of our own until SIGINT or SIGTERM; the exit code.

    Args:
        config: the bot's; its token and server are replaced.
        host: what the chat page's server listens on; None for this machine only.
        port: of the chat page; None for the usual one, or any where that is taken.
        open_page: whether to show the page in the browser.

    Raises:
        CannotStart: the port cannot be had.
    """
    async with AsyncExitStack() as stack:
        demo = await _served(stack, host or LOOPBACK, port)
        demo.world.add(TOKEN, _NAME, _USERNAME)
        logger.info("Try it here: %s", demo.near)
        if open_page and _has_screen():
            # A browser in a terminal would not come back before it is closed.
            Thread(target=webbrowser.open, args=(demo.near,), daemon=True).start()
        config = replace(config, token=TOKEN, api_url=demo.near)
        return await serve(config, needs_engine=False)


async def _served(stack: AsyncExitStack, host: str, port: int | None) -> Demo:
    try:
        return await stack.enter_async_context(
            serving(host, DEFAULT_PORT if port is None else port)
        )
    except OSError as error:
        if port is not None:
            msg = f"Port {port} cannot be had: {error.strerror}"
            raise CannotStart(msg) from error
    logger.info("Port %d is taken, so it is another one.", DEFAULT_PORT)
    return await stack.enter_async_context(serving(host))


def _has_screen() -> bool:
    """Whether a browser has somewhere to show itself: one in a terminal would take that over."""
    if platform.system() == "Linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
