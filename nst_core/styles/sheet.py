"""The contact sheet: every style of a gallery at one glance, numbered."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont, ImageOps

from nst_core.images import decode, to_pil
from nst_core.styles.gallery import Style

__all__ = ["contact_sheet"]

_GROUND = (24, 24, 27)
_WORDS = (236, 233, 226)
_NUMBER = (250, 214, 130)
# Telegram takes photos whose width and height add up to 10 000 pixels at most.
_LONGEST = 4_900


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where everything goes, in pixels."""

    columns: int
    rows: int
    tile: int

    @property
    def gap(self) -> int:
        return max(2, round(self.tile * 0.08))

    @property
    def label(self) -> int:
        return max(4, round(self.tile * 0.17))

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
    styles: Iterable[Style], columns: int | None = None, tile: int = 256
) -> Image.Image:
    """Draw a numbered sheet of styles: a square of each picture with its title below.

    Args:
        styles: the styles, in order; numbers start from 1.
        columns: tiles in a row; chosen for a pleasant shape when None.
        tile: side of a square in pixels, less where the sheet would outgrow a Telegram photo.

    Returns:
        An RGB picture.

    Raises:
        ValueError: no styles.
    """
    pictures = list(styles)
    if not pictures:
        msg = "a contact sheet needs at least one style"
        raise ValueError(msg)
    layout = _arrange(len(pictures), columns, tile)
    sheet = Image.new("RGB", layout.size, _GROUND)
    for index, style in enumerate(pictures):
        _mount(sheet, layout, layout.place(index, len(pictures)), style)
        _number(sheet, layout, layout.place(index, len(pictures)), index + 1)
    return sheet


def _arrange(count: int, columns: int | None, tile: int) -> _Layout:
    choices = range(1, count + 1) if columns is None else (min(columns, count),)
    layouts = [_Layout(n, math.ceil(count / n), tile) for n in choices]
    best = min(layouts, key=lambda layout: _awkwardness(layout, count))
    while max(best.size) > _LONGEST:
        best = _Layout(best.columns, best.rows, best.tile * 9 // 10)
    return best


def _awkwardness(layout: _Layout, count: int) -> float:
    """How far a layout is from a square without holes in its last row."""
    width, height = layout.size
    holes = layout.columns * layout.rows - count
    return abs(math.log(width / height)) + 0.25 * holes / layout.columns


def _mount(sheet: Image.Image, layout: _Layout, corner: tuple[int, int], style: Style) -> None:
    (left, top), tile = corner, layout.tile
    picture = to_pil(decode(style.read(), max_side=tile * 2))
    square = ImageOps.fit(picture, (tile, tile), Image.Resampling.LANCZOS)
    sheet.paste(square, corner, _rounded(tile, max(2, tile // 24)))
    middle = (left + tile / 2, top + tile + layout.label * 0.58)
    _caption(ImageDraw.Draw(sheet), middle, tile, style.title)


def _rounded(tile: int, radius: int) -> Image.Image:
    """Return a mask with round corners, smooth because it is drawn four times larger."""
    mask = Image.new("L", (tile * 4, tile * 4), 0)
    box = (0, 0, tile * 4 - 1, tile * 4 - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius * 4, fill=255)
    return mask.resize((tile, tile), Image.Resampling.LANCZOS)


def _number(sheet: Image.Image, layout: _Layout, corner: tuple[int, int], number: int) -> None:
    size = max(10, round(layout.tile * 0.15))
    badge = Image.new("RGBA", (size * 4, size * 4))
    draw = ImageDraw.Draw(badge)
    draw.ellipse((0, 0, size * 4 - 1, size * 4 - 1), fill=_GROUND)
    draw.text((size * 2, size * 2), str(number), _NUMBER, _font(size * 2.1), anchor="mm")
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
