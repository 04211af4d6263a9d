"""One process after the other on the same disk, in the test's own process."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from bot.look import Look
from bot.orders import Order, Place
from bot.style import Picture, Preset
from tests.bot.atelier import SETTINGS
from tests.bot.bench import Bench

ORDER = Order(
    place=Place(5),
    user=5,
    content=Picture("photo", 1),
    style=Preset("mosaic"),
    title="Mosaic",
    look=Look.of(SETTINGS),
)


@dataclass
class Street:
    """A server, and folders for one process after the other."""

    bench: Bench
    address: str
    folder: Path

    def crash(self) -> None:
        """What lies on disk now is what a process that is killed now leaves to the next one."""
        shutil.rmtree(self.folder / "next", ignore_errors=True)
        shutil.copytree(self.folder / "first", self.folder / "next")
