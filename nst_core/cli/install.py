"""`nst styles install famous`: fetch famous paintings from Wikimedia Commons, to paint in."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from nst_core.cli import sources
from nst_core.fetch import is_link
from nst_core.paths import expanded
from nst_core.styles.famous import works_named
from nst_core.styles.install import Host, Installed, Outcome, install, prepared

__all__ = ["register"]

_HOST: Final = Host()


def register(commands: Any) -> None:
    """Add the command to the parser of `nst styles`."""
    parser = commands.add_parser("install", help="fetch famous paintings", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("collection", choices=["famous"], help="what to fetch")
    parser.add_argument(
        "--only", default="", metavar="NAME,NAME", help="fetch these only (default: all)"
    )
    parser.add_argument(
        "--into",
        type=expanded,
        metavar="FOLDER",
        help="where to (default: STYLEGRAM_STYLES, else `styles` in the bot's data folder)",
    )
    parser.add_argument("--again", action="store_true", help="fetch what is there already, too")
    parser.add_argument(
        "--mirror",
        default=_HOST.address,
        metavar="URL",
        help="what to ask in place of Wikimedia Commons (default %(default)s)",
    )
    parser.add_argument(
        "--contact",
        default=_HOST.contact,
        metavar="ADDRESS",
        help="where Wikimedia finds you, by mail or on the web (default: nowhere)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Fetch them; exit code 1 where some could not be had.

    Raises:
        UnknownStyle: no painting of a name that was asked for.
        InvalidSettings: the folder cannot be written to, or an address is none.
        OSError: the disk is full.
    """
    works = works_named([name.strip() for name in arguments.only.split(",") if name.strip()])
    host = _host(arguments)
    folder = prepared(arguments.into or sources.styles_folder())
    counts: Counter[Outcome] = Counter()
    try:
        with _bar(len(works)) as bar:
            installing = install(
                works, folder, replace(host, on_bytes=bar.on_bytes), again=arguments.again
            )
            asyncio.run(_follow(installing, bar, counts))
    finally:
        _sum_up(counts, len(works), folder)
    return 1 if counts[Outcome.FAILED] else 0


def _host(arguments: argparse.Namespace) -> Host:
    mirror, contact = arguments.mirror.rstrip("/"), arguments.contact
    if not is_link(mirror):
        sources.refuse(f"--mirror must be an http or https address, not {mirror}.")
    if not contact.isascii() or not contact.isprintable():
        sources.refuse("--contact must be an address in plain letters.")
    return replace(_HOST, address=mirror, contact=contact)


class _Bar:
    """How far it all has come, for who watches."""

    def __init__(self, progress: Progress, count: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=count, size="")

    def on_bytes(self, done: int, total: int | None) -> None:
        """So much of one picture has come."""
        of = f" of {total / 1e6:.1f}" if total else ""
        self._progress.update(self._task, size=f"{done / 1e6:.1f}{of} MB")

    def next(self) -> None:
        """The next picture is to come."""
        self._progress.update(self._task, advance=1, size="")


@contextmanager
def _bar(count: int) -> Iterator[_Bar]:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[size]}"))
    console = Console(stderr=True)
    # What is printed meanwhile stands above the bar; where it goes into a file, it still does.
    on_screen = sys.stdout.isatty()
    with Progress(
        *columns,
        console=console,
        transient=True,
        redirect_stdout=on_screen,
        disable=not console.is_terminal,
    ) as progress:
        yield _Bar(progress, count)


async def _follow(
    installing: AsyncIterator[Installed], bar: _Bar, counts: Counter[Outcome]
) -> None:
    async for done in installing:
        counts[done.outcome] += 1
        bar.next()
        why = f": {' '.join(done.reason.split())}" if done.reason else ""
        sys.stdout.write(f"{done.work.name:<12} {done.outcome}{why}\n")
        sys.stdout.flush()


def _sum_up(counts: Counter[Outcome], asked: int, folder: Path) -> None:
    """Tell how many are there now, and how to go on."""
    there = counts[Outcome.INSTALLED] + counts[Outcome.KEPT]
    lines = [f"{there} of {asked} are in {folder}, {counts[Outcome.INSTALLED]} of them new."]
    if missing := asked - there - counts[Outcome.TAKEN]:
        lines.append(f"{missing} missing; the same command goes on from here.")
    if counts[Outcome.INSTALLED]:
        lines.append("A bot that looks there shows them after its next start.")
    sys.stdout.write("\n".join((*lines, "")))
