"""`python -m bot`: run the bot; with `--demo`, try it without Telegram."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Coroutine
from typing import Any

from bot import logs
from bot.arguments import INTERRUPTED, port
from bot.config import Config, ConfigError, load
from bot.service import SOFTWARE, CannotStart, Hung, serve

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run until told to stop; the exit code."""
    options = _options(arguments)
    try:
        config = load(os.environ, demo=options.demo, file=options.config)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    logs.set_up(config.log_level, config.token, config.log_format)
    try:
        asyncio.run(_life(config, options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except Hung:
        return SOFTWARE
    except CannotStart as error:
        logging.getLogger("bot").critical("%s", error)
        return 1
    except Exception:
        logging.getLogger("bot").critical("The bot broke down.", exc_info=True)
        return 1
    return 0


def _life(config: Config, options: argparse.Namespace) -> Coroutine[Any, Any, None]:
    if not options.demo:
        return serve(config)
    # Nothing of the demo is even loaded by a bot that talks to Telegram.
    from bot.demo.launch import try_out

    return try_out(config, options.port, open_page=not options.no_open)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bot", description=__doc__)
    parser.add_argument(
        "--demo", action="store_true", help="chat with the bot in the browser, without a token"
    )
    parser.add_argument("--config", metavar="FILE", default="", help="a TOML file with settings")
    parser.add_argument("--port", type=port, help="where the demo's chat page is")
    parser.add_argument("--no-open", action="store_true", help="do not open the chat page")
    options = parser.parse_args(arguments)
    if not options.demo and (options.port is not None or options.no_open):
        parser.error("--port and --no-open go with --demo")
    return options


if __name__ == "__main__":
    sys.exit(main())
