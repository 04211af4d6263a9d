"""Pictures about a job: its loss curves, and a strip from photo to painting."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont, ImageOps

from nst_core import images
from nst_core.images import Picture
from nst_core.result import Result

__all__ = ["grid", "plot_losses"]

TILE: Final = 320
MARGIN: Final = 16
CAPTION: Final = 28
INK: Final = (40, 38, 36)
PAPER: Final = (250, 248, 244)


def plot_losses(result: Result) -> bytes:
    """The loss curves as a PNG file: one line a part, a rule where each pyramid level begins."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # slow to load
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    steps = range(1, len(result.losses) + 1)
    for part in ("total", "content", "style", "tv"):
        axes.plot(steps, [getattr(loss, part) for loss in result.losses], label=part)
    begin = 0
    for level in result.levels:
        axes.axvline(begin + 0.5, color="0.85", zorder=0)
        axes.annotate(
            f"{level.width}x{level.height}", (begin + 1, 1.01), xycoords=("data", "axes fraction")
        )
        begin += level.steps
    axes.set(xlabel="step", ylabel="loss", yscale="log")
    axes.legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def grid(tiles: Sequence[tuple[str, Picture]]) -> bytes:
    """Captioned pictures side by side as a PNG file, fitted into squares, at most four a row."""
    columns = min(4, len(tiles))
    rows = -(-len(tiles) // columns)
    width = columns * (TILE + MARGIN) + MARGIN
    height = rows * (TILE + CAPTION + MARGIN) + MARGIN
    sheet = Image.new("RGB", (width, height), PAPER)
    for number, (caption, picture) in enumerate(tiles):
        row, column = divmod(number, columns)
        x = MARGIN + column * (TILE + MARGIN)
        y = MARGIN + row * (TILE + CAPTION + MARGIN)
        _paste(sheet, picture, caption, x, y)
    return images.encode_png(images.from_pil(sheet))


def _paste(sheet: Image.Image, picture: Picture, caption: str, x: int, y: int) -> None:
    # Stages of the coarse levels are small: all tiles are shown at one size, to be compared.
    tile = ImageOps.contain(images.to_pil(picture), (TILE, TILE), Image.Resampling.LANCZOS)
    sheet.paste(tile, (x + (TILE - tile.width) // 2, y + (TILE - tile.height) // 2))
    ImageDraw.Draw(sheet).text(
        (x + TILE // 2, y + TILE + CAPTION // 2),
        caption,
        fill=INK,
        font=ImageFont.load_default(15),
        anchor="mm",
    )
