"""`nst cluster`: many machines that paint for one bot."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import sys
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nst_core.errors import BrokerRefused

if TYPE_CHECKING:
    from nst_core.cluster.status import Status
    from nst_core.cluster.wire import Presence

__all__ = ["BROKER", "add_broker", "broker_of", "register"]

BROKER: Final = "STYLEGRAM_BROKER_URL"
_MIB: Final = 2**20


def register(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("cluster", help="look after many workers", description=__doc__)
    tasks = parser.add_subparsers(required=True, metavar="TASK")
    status = tasks.add_parser("status", help="show workers and queues", description=show.__doc__)
    status.set_defaults(run=show)
    status.add_argument("--json", action="store_true", help="for programs")
    add_broker(status)


def add_broker(parser: argparse.ArgumentParser) -> None:
    """Add the option that tells where the broker is."""
    parser.add_argument(
        "--broker-url",
        metavar="URL",
        help=f"amqp://name:password@host/style; {BROKER} keeps the password off the screen",
    )


def broker_of(arguments: argparse.Namespace) -> str:
    """The broker's address.

    Raises:
        BrokerRefused: nobody told it.
    """
    url = str(arguments.broker_url or os.environ.get(BROKER, ""))
    if not url:
        msg = f"Which broker? Tell by --broker-url or {BROKER}: amqp://name:password@host/style"
        raise BrokerRefused(msg)
    return url


def show(arguments: argparse.Namespace) -> int:
    """Show who works, at what, how fast, and how much waits; exit code 1 where nobody does."""
    from nst_core.cluster.link import require_extra

    url = broker_of(arguments)
    require_extra()
    from nst_core.cluster.status import look

    status = asyncio.run(look(url))
    if arguments.json:
        sys.stdout.write(f"{json.dumps(_plain(status), indent=2)}\n")
    else:
        _print(status, Console())
    return 0 if status.workers else 1


def _plain(status: Status) -> dict[str, Any]:
    return {
        "workers": [dataclasses.asdict(worker) for _, worker in sorted(status.workers.items())],
        "bots": [dataclasses.asdict(bot) for _, bot in sorted(status.bots.items())],
        "lanes": {str(lane): waiting for lane, waiting in status.lanes.items()},
    }


def _print(status: Status, console: Console) -> None:
    if status.workers:
        heads = ("worker", "device", "memory", "up to", "is", "painted", "pace", "for")
        table = Table(*heads, box=None, pad_edge=False)
        for _, worker in sorted(status.workers.items()):
            # What others call themselves are words, and neither markup nor orders to a terminal.
            table.add_row(*(Text(_printable(cell)) for cell in _row(worker)))
        console.print(table)
    else:
        console.print("No workers: start one with `nst worker`.")
    for _, bot in sorted(status.bots.items()):
        words = _printable(f"Bot {bot.bot}: {bot.waiting} waiting, {bot.running} running.")
        console.print(words, markup=False, highlight=False)
    held = sum(status.lanes.values())
    console.print(f"Jobs at the broker that nobody has taken: {held}.", highlight=False)


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def _row(worker: Presence) -> tuple[str, ...]:
    return (
        worker.worker,
        worker.device,
        f"{worker.memory // _MIB} MiB" if worker.memory is not None else "",
        f"{worker.largest} px",
        worker.work.value,
        str(worker.done),
        f"{worker.pace / 1e6:.1f} Mpx·steps/s" if worker.pace else "",
        f"{worker.seconds / 60:.0f} min",
    )
