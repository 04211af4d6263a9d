"""`python -m bot.demo`: the server and the chat page, for any bot to connect to."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys

from bot.arguments import INTERRUPTED, host, port
from bot.demo.server import DEFAULT_PORT, LOOPBACK, serving

__all__ = ["main"]

logger = logging.getLogger("bot.demo")


def main() -> int:
    """Serve until told to stop; the exit code."""
    options = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        asyncio.run(_serve(options.host, options.port))
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        logger.critical(
            "Port %s of %s cannot be had: %s", options.port, options.host, error.strerror or error
        )
        return 1
    return 0


async def _serve(host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(host, port) as demo:
        logger.info("The chat page: %s", demo.address)
        logger.info("A bot connects with the base URL %s and any token.", demo.address)
        await stop.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bot.demo", description=__doc__)
    parser.add_argument("--port", type=port, default=DEFAULT_PORT, help="0 for any that is free")
    parser.add_argument(
        "--host",
        type=host,
        default=LOOPBACK,
        help="what to listen on; anybody who reaches it reads along",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
