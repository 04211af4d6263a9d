"""`python -m bot`: run the bot; with `--demo`, try it without Telegram."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import logs
from bot.arguments import INTERRUPTED, host, port
from bot.backup import BackupError, back_up, restore
from bot.config import Config, ConfigError, load, load_data_folder
from bot.service import CannotStart, serve
from nst_core.finding import Finding
from nst_core.version import VERSION

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks for, most often run until told to stop; the exit code."""
    options = _options(arguments)
    try:
        if options.check:
            return _check(options)
        if options.backup or options.restore:
            return _back_up_or_restore(options)
        return _run(load(os.environ, demo=options.demo, file=options.config), options)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run(config: Config, options: argparse.Namespace) -> int:
    logs.set_up(config.log_level, config.token, config.log_format)
    # What native libraries write goes past all that: pages of it, in no format.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # What people say and send is for nobody else on this machine.
    os.umask(0o077)
    try:
        return asyncio.run(_life(config, options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except CannotStart as error:
        logging.getLogger("bot").critical("%s", error)
        return 1
    except Exception:
        logging.getLogger("bot").critical("The bot broke down.", exc_info=True)
        return 1


def _check(options: argparse.Namespace) -> int:
    """Try everything, and tell; the exit code."""
    from bot.checkup import check_up

    try:
        config = load(os.environ, file=options.config)
    except ConfigError as error:
        for problem in error.problems:
            _tell(Finding("settings", is_fine=False, text=problem))
        return 1
    logs.set_up("ERROR", config.token)
    _tell(Finding("settings", is_fine=True, text="understood"))
    are_fine = True
    for finding in check_up(config):
        # What a library says of a failed request may hold the address, and that the token.
        _tell(replace(finding, text=finding.text.replace(config.token, "<token>")))
        are_fine = are_fine and finding.is_fine
    return 0 if are_fine else 1


def _tell(finding: Finding) -> None:
    sys.stdout.write(f"{finding}\n")
    sys.stdout.flush()


def _back_up_or_restore(options: argparse.Namespace) -> int:
    """Back up or restore; the exit code.

    Raises:
        ConfigError: the settings do not say where the data is.
    """
    folder = load_data_folder(os.environ, file=options.config)
    try:
        if options.backup:
            back_up(folder, options.backup)
            said = f"{options.backup} holds what {folder} remembers."
        else:
            aside = restore(options.restore, folder)
            said = f"{folder} remembers what {options.restore} holds."
            said += f" What was there before is in {aside}." if aside else ""
    except BackupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


def _life(config: Config, options: argparse.Namespace) -> Coroutine[Any, Any, int]:
    if not options.demo:
        return serve(config)
    # Nothing of the demo is even loaded by a bot that talks to Telegram.
    from bot.demo.launch import try_out

    return try_out(config, options.host, options.port, open_page=not options.no_open)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bot", description=__doc__)
    parser.add_argument("--version", action="version", version=f"Stylegram {VERSION}")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--demo", action="store_true", help="chat with the bot in the browser, without a token"
    )
    parser.add_argument("--config", metavar="FILE", default="", help="a TOML file with settings")
    instead.add_argument(
        "--check", action="store_true", help="try everything that the bot needs, and say what fails"
    )
    instead.add_argument(
        "--backup", metavar="FILE", type=Path, help="write what the bot remembers to that file"
    )
    instead.add_argument(
        "--restore", metavar="FILE", type=Path, help="let the bot remember what that file holds"
    )
    parser.add_argument("--port", type=port, help="where the demo's chat page is")
    parser.add_argument(
        "--host", type=host, help="what the demo listens on; anybody who reaches it reads along"
    )
    parser.add_argument("--no-open", action="store_true", help="do not open the chat page")
    options = parser.parse_args(arguments)
    if not options.demo and (options.port is not None or options.host or options.no_open):
        parser.error("--port, --host and --no-open go with --demo")
    return options


if __name__ == "__main__":
    sys.exit(main())
