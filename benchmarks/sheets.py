"""Contact sheets: captioned pictures in rows, for human eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageDraw, ImageFont, ImageOps

from benchmarks.pairs import Pair
from benchmarks.quality import Anchors
from benchmarks.report import grouped
from benchmarks.runs import Run, Store
from nst_core import images
from nst_core.images import Picture

__all__ = ["Tile", "contest", "sheet"]

_GAP: Final = 10
_CAPTION: Final = 22
_INK: Final = (40, 38, 36)
_PAPER: Final = (250, 248, 244)
_LARGEST: Final = 320
_SMALLEST: Final = 180  # below it a caption does not fit


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture and what stands below it."""

    caption: str
    picture: Picture = field(repr=False)


def sheet(rows: Sequence[Sequence[Tile | None]]) -> bytes:
    """Rows of tiles as a PNG file, none enlarged; None leaves a hole."""
    longest = max(max(tile.picture.shape[:2]) for row in rows for tile in row if tile)
    side = min(_LARGEST, max(_SMALLEST, longest))
    columns = max(map(len, rows))
    width = _GAP + columns * (side + _GAP)
    paper = Image.new("RGB", (width, _GAP + len(rows) * (side + _CAPTION + _GAP)), _PAPER)
    for down, row in enumerate(rows):
        for across, tile in enumerate(row):
            if tile is not None:
                corner = _GAP + across * (side + _GAP), _GAP + down * (side + _CAPTION + _GAP)
                _mount(paper, tile, corner, side)
    return images.encode_png(images.from_pil(paper))


def contest(
    pairs: Sequence[Pair], runs: Sequence[Run], anchors: Anchors, store: Store, size: int
) -> bytes:
    """A row a pair: its photo, its painting, and what every engine made of them at that size."""
    engines = list(grouped(runs))
    found = {(run.pair, run.engine): run for run in runs}
    rows: list[list[Tile | None]] = []
    for pair in pairs:
        content, style = pair.read(size)
        width, height = images.fit((style.shape[1], style.shape[0]), size)
        style = images.resize(style, height, width)
        row: list[Tile | None] = [
            Tile(f"{name} · {anchors[pair.name][name].product:.2f}", picture)
            for name, picture in (("photo", content), ("painting", style))
        ]
        row += [_result(found.get((pair.name, engine)), store) for engine in engines]
        rows.append(row)
    return sheet(rows)


def _result(run: Run | None, store: Store) -> Tile | None:
    if run is None:
        return None
    caption = f"{run.engine} · {run.last.seconds:.0f} s · {run.last.card.product:.2f}"
    return Tile(caption, store.picture(run.pair, run.engine))


def _mount(paper: Image.Image, tile: Tile, corner: tuple[int, int], side: int) -> None:
    picture = images.to_pil(tile.picture)
    if max(picture.size) > side:
        picture = ImageOps.contain(picture, (side, side), Image.Resampling.LANCZOS)
    left, top = corner
    paper.paste(picture, (left + (side - picture.width) // 2, top + (side - picture.height) // 2))
    ImageDraw.Draw(paper).text(
        (left + side // 2, top + side + _CAPTION // 2),
        tile.caption,
        fill=_INK,
        font=_font(tile.caption, side),
        anchor="mm",
    )


def _font(caption: str, side: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """As large as fits below a tile."""
    for size in (14, 12, 10, 8):
        font = ImageFont.load_default(size)
        if font.getlength(caption) <= side + _GAP:
            break
    return font
