"""Which photo is painted in which style."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.errors import BadInput
from bot.demo.samples import SAMPLES
from nst_core.images import Picture, decode
from nst_core.styles import Gallery

__all__ = ["DEFAULT", "Pair", "Shelf", "find", "shelf"]

DEFAULT: Final = (
    "harbour:waves",  # a busy dusk, in flat pale and blue planes
    "lake:swirls",  # a wide calm view, in thick strokes
    "lighthouse:aurora",  # upright and bright, in the darkest colours
    "still_life:inkwash",  # dark and warm, in pale greys
    "harbour:mosaic",  # busy in busy
    "lighthouse:popart",  # upright, in flat loud planes
)
"""Bright and dark, flat and busy, upright and wide, from what comes with the project."""

_LIST: Final = "pairs.toml"
_ENDINGS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A photo and a style.

    Attributes:
        name: ``photo:style``.
        photo: its file.
        style: its file.
    """

    name: str
    photo: Path
    style: Path

    def read(self, size: int) -> tuple[Picture, Picture]:
        """The photo with that long side at most, and the painting at twice that."""
        return (
            decode(self.photo.read_bytes(), max_side=size),
            decode(self.style.read_bytes(), max_side=2 * size),
        )


@dataclass(frozen=True, slots=True)
class Shelf:
    """Photos and styles by name, and the pairs to take when nobody says which."""

    photos: Mapping[str, Path]
    styles: Mapping[str, Path]
    usual: tuple[str, ...]

    def pairs(self, names: Sequence[str] = ()) -> tuple[Pair, ...]:
        """Pairs by name, ``photo:style``; either may be a path as well.

        Raises:
            BadInput: a name that nobody has, or a pair named twice.
        """
        wanted = tuple(names) or self.usual
        if len(set(wanted)) < len(wanted):
            msg = f"a pair is named twice: {', '.join(wanted)}"
            raise BadInput(msg)
        return tuple(self._pair(name) for name in wanted)

    def _pair(self, name: str) -> Pair:
        photo, colon, style = name.partition(":")
        if not (photo and colon and style):
            msg = f"a pair is written photo:style, not {name!r}"
            raise BadInput(msg)
        photo_file, style_file = find(self.photos, photo), find(self.styles, style)
        return Pair(f"{photo_file.stem}:{style_file.stem}", photo_file, style_file)


def find(known: Mapping[str, Path], name: str) -> Path:
    """The file of that name, or at that path.

    Raises:
        BadInput: there is none.
    """
    if name in known:
        return known[name]
    if (path := Path(name)).is_file():
        return path
    msg = f"there is no picture {name!r}; there are: {', '.join(known)}"
    raise BadInput(msg)


def shelf(folder: Path | None = None) -> Shelf:
    """The project's own pictures, or those of a folder with ``content`` and ``style`` in it.

    Of a folder all combinations are taken, or those that its ``pairs.toml`` lists:
    ``pairs = ["photo:style", ...]``.

    Raises:
        BadInput: the folder is not like that.
    """
    if folder is None:
        photos = {sample.name: sample.file for sample in SAMPLES}
        return Shelf(photos, {style.name: style.path for style in Gallery.load()}, DEFAULT)
    photos, styles = (_pictures(folder / part) for part in ("content", "style"))
    every = tuple(f"{photo}:{style}" for photo in photos for style in styles)
    return Shelf(photos, styles, _listed(folder / _LIST) or every)


def _pictures(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        msg = f"there is no folder {folder}"
        raise BadInput(msg)
    found = {path.stem: path for path in _sorted(folder.iterdir())}
    if not found:
        msg = f"the folder {folder} holds no pictures"
        raise BadInput(msg)
    return found


def _sorted(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if path.suffix.lower() in _ENDINGS)


def _listed(file: Path) -> tuple[str, ...]:
    if not file.is_file():
        return ()
    try:
        return tuple(map(str, tomllib.loads(file.read_text(encoding="utf-8"))["pairs"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f'{file} must say pairs = ["photo:style", ...]'
        raise BadInput(msg) from error
