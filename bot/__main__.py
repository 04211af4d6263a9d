"""`python -m bot`: run the bot."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from bot import logs
from bot.config import ConfigError, load
from bot.service import CannotStart, serve

__all__ = ["main"]


def main() -> int:
    """Run until told to stop; the exit code."""
    try:
        config = load(os.environ)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    logs.set_up(config.log_level, config.token)
    try:
        asyncio.run(serve(config))
    except CannotStart as error:
        logging.getLogger("bot").critical("%s", error)
        return 1
    except Exception:
        logging.getLogger("bot").critical("The bot broke down.", exc_info=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
