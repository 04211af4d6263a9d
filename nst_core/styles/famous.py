"""The catalogue of famous paintings: what they are, whose, and where they can be had."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from nst_core.errors import UnknownStyle
from nst_core.styles import notes

__all__ = ["COMMONS", "WIDTH", "Work", "read_works", "works_named"]

COMMONS: Final = "https://commons.wikimedia.org/wiki"
"""What the pages of Wikimedia Commons begin with."""

WIDTH: Final = 1280
"""Pixels: one of the few widths that Wikimedia keeps at hand; it refuses others."""

_CATALOGUE: Final = Path(__file__).with_name("famous.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One entry of ``famous.toml``.

    Attributes:
        name: the name of the style, and its command.
        title: what the painting is called.
        painter: who painted it.
        lived: the painter's first and last year, such as "c. 1445–1510".
        year: when it was painted, in words.
        museum: where it is.
        file: the file's name on Wikimedia Commons.
    """

    name: str
    title: str
    painter: str
    lived: str
    year: str
    museum: str
    file: str

    @property
    def page(self) -> str:
        """The address of the page that tells all about the file."""
        return f"{COMMONS}/File:{self._quoted}"

    @property
    def note(self) -> dict[str, str]:
        """What a gallery is to know of it."""
        return {
            "title": self.title,
            "author": self.painter,
            "year": self.year,
            "museum": self.museum,
            "licence": notes.FREE,
            "source": self.page,
        }

    def address(self, base: str = COMMONS) -> str:
        """Where the file can be had, `WIDTH` pixels wide.

        Args:
            base: what stands for `COMMONS` in the address, without a slash at the end.
        """
        return f"{base}/Special:FilePath/{self._quoted}?width={WIDTH}"

    @property
    def _quoted(self) -> str:
        return quote(self.file.replace(" ", "_"), safe="")


def read_works() -> tuple[Work, ...]:
    """Read the catalogue, in its order."""
    table = tomllib.loads(_CATALOGUE.read_text(encoding="utf-8"))
    return tuple(Work(name=name, **fields) for name, fields in table.items())


def works_named(names: Sequence[str]) -> tuple[Work, ...]:
    """The works of those names, in the order of the catalogue; all of it for no names.

    Raises:
        UnknownStyle: there is none of that name.
    """
    works = {work.name: work for work in read_works()}
    if strangers := [name for name in names if name not in works]:
        shown = " ".join(strangers[0].split())[:32]
        msg = f"There is no famous painting “{shown}”. There are: {', '.join(works)}."
        raise UnknownStyle(msg)
    return tuple(work for name, work in works.items() if not names or name in names)
