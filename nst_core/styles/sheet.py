"""The contact sheet: many pictures at one glance, numbered."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from nst_core.errors import ImageRejected
from nst_core.images import decode, to_pil
from nst_core.styles.gallery import Style

__all__ = ["Tile", "contact_sheet"]

_LOG = logging.getLogger(__name__)
_GROUND = (24, 24, 27)
_EMPTY = (46, 46, 51)
_WORDS = (236, 233, 226)
_NUMBER = (250, 214, 130)
# Telegram takes photos whose width and height add up to 10 000 pixels at most.
_LONGEST = 4_900


@dataclass(frozen=True, slots=True)
class Tile:
    """What one square of a sheet shows.

    Attributes:
        picture: an encoded picture; the square stays empty where it cannot be decoded.
        title: the words below it.
        inset: another encoded picture, laid small and framed in a corner; left out where it
            cannot be decoded.
    """

    picture: bytes
    title: str = ""
    inset: bytes = b""

    @classmethod
    def of(cls, style: Style, title: str = "") -> Tile:
        """What shows a style: a photo painted in it with the style itself as inset.

        A style without such an example shows itself. Of a file that cannot be read, the tile
        holds no bytes.
        """
        itself = _read(style.path)
        if style.example is None:
            return cls(itself, title)
        return cls(_read(style.example), title, inset=itself)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where everything goes, in pixels."""

    columns: int
    rows: int
    tile: int
    titled: bool

    @property
    def gap(self) -> int:
        return max(2, round(self.tile * 0.08))

    @property
    def label(self) -> int:
        return max(4, round(self.tile * 0.17)) if self.titled else 0

    @property
    def size(self) -> tuple[int, int]:
        width = self.columns * (self.tile + self.gap) + self.gap
        height = self.rows * (self.tile + self.label + self.gap) + self.gap
        return width, height

    def place(self, index: int, count: int) -> tuple[int, int]:
        """Left and top of a tile; a last row that is not full stands in the middle."""
        row, column = divmod(index, self.columns)
        missing = self.columns - min(self.columns, count - row * self.columns)
        left = self.gap + (column * 2 + missing) * (self.tile + self.gap) // 2
        return left, self.gap + row * (self.tile + self.label + self.gap)


def contact_sheet(
    tiles: Iterable[Tile], *, first: int = 1, columns: int | None = None, tile: int = 256
) -> Image.Image:
    """Draw a numbered sheet of pictures: a square of each, with its title below.

    Where no tile has a title, no room is left for any.

    Args:
        tiles: what to show, in order.
        first: the number of the first tile.
        columns: tiles in a row; chosen for a pleasant shape when None.
        tile: side of a square in pixels, less where the sheet would outgrow a Telegram photo.

    Returns:
        A Pillow image in mode RGB.

    Raises:
        ValueError: no tiles.
    """
    shown = list(tiles)
    if not shown:
        msg = "a contact sheet needs at least one tile"
        raise ValueError(msg)
    layout = _arrange(shown, columns, tile)
    sheet = Image.new("RGB", layout.size, _GROUND)
    for index, each in enumerate(shown):
        corner = layout.place(index, len(shown))
        _mount(sheet, layout, corner, each)
        _number(sheet, layout, corner, first + index)
    return sheet


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        _LOG.warning("%s cannot be read: %s", path.name, error)
        return b""


def _arrange(tiles: list[Tile], columns: int | None, side: int) -> _Layout:
    count, titled = len(tiles), any(tile.title for tile in tiles)
    choices = range(1, count + 1) if columns is None else (min(columns, count),)
    layouts = [_Layout(n, math.ceil(count / n), side, titled) for n in choices]
    best = min(layouts, key=lambda layout: _awkwardness(layout, count))
    while max(best.size) > _LONGEST:
        best = replace(best, tile=best.tile * 9 // 10)
    return best


def _awkwardness(layout: _Layout, count: int) -> float:
    """How far a layout is from a square without holes in its last row."""
    width, height = layout.size
    holes = layout.columns * layout.rows - count
    return abs(math.log(width / height)) + 0.25 * holes / layout.columns


def _mount(sheet: Image.Image, layout: _Layout, corner: tuple[int, int], tile: Tile) -> None:
    (left, top), side = corner, layout.tile
    radius = max(2, side // 24)
    square = _square(tile.picture, side) or Image.new("RGB", (side, side), _EMPTY)
    sheet.paste(square, corner, _rounded(side, radius))
    small = max(1, side // 3)
    if inset := _square(tile.inset, small):
        margin, frame = max(1, side // 28), max(1, side // 64)
        mat = Image.new("RGB", (small + frame * 2,) * 2, _WORDS)
        mat.paste(inset, (frame, frame), _rounded(small, radius - frame))
        place = left + margin, top + side - margin - mat.height
        sheet.paste(mat, place, _rounded(mat.width, radius))
    middle = (left + side / 2, top + side + layout.label * 0.58)
    _caption(ImageDraw.Draw(sheet), middle, side, tile.title)


def _square(data: bytes, side: int) -> Image.Image | None:
    """The middle of an encoded picture as a square; None where it cannot be decoded."""
    try:
        picture = to_pil(decode(data, max_side=side * 2))
    except ImageRejected:
        return None
    return ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)


def _rounded(side: int, radius: int) -> Image.Image:
    """Return a mask with round corners, smooth because it is drawn four times larger."""
    mask = Image.new("L", (side * 4, side * 4), 0)
    box = (0, 0, side * 4 - 1, side * 4 - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius * 4, fill=255)
    return mask.resize((side, side), Image.Resampling.LANCZOS)


def _number(sheet: Image.Image, layout: _Layout, corner: tuple[int, int], number: int) -> None:
    size = max(10, round(layout.tile * 0.15))
    badge = Image.new("RGBA", (size * 4, size * 4))
    draw = ImageDraw.Draw(badge)
    draw.ellipse((0, 0, size * 4 - 1, size * 4 - 1), fill=_GROUND)
    height = size * (2.1 if number < 100 else 1.6)
    draw.text((size * 2, size * 2), str(number), _NUMBER, _font(height), anchor="mm")
    small = badge.resize((size, size), Image.Resampling.LANCZOS)
    inset = size // 3
    sheet.paste(small, (corner[0] + inset, corner[1] + inset), small)


def _caption(
    draw: ImageDraw.ImageDraw, middle: tuple[float, float], width: int, title: str
) -> None:
    """Write a title in one line: smaller if it is long, cut if it is longer still."""
    title = " ".join(title.split())
    size = max(6.0, width * 0.082)
    if draw.textlength(title, _font(size)) > width:
        size = max(6.0, size * 0.8)
    font, shown = _font(size), title
    while len(shown) > 1 and draw.textlength(shown, font) > width:
        shown = shown.rstrip("…")[:-1].rstrip() + "…"
    draw.text(middle, shown, fill=_WORDS, font=font, anchor="mm")


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=max(6.0, size))
