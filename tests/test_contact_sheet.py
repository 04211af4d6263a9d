"""The contact sheet: any pictures as numbered squares of one picture."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from nst_core.styles import Gallery, Style, Tile, contact_sheet

Colour = tuple[int, int, int]

RED, BLUE = (200, 30, 30), (30, 30, 200)


def encoded(colour: Colour, size: tuple[int, int] = (40, 30)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def colour_of(number: int) -> Colour:
    return 255 - number * 4, 40 + number * 3, number * 4


def many(count: int, title: str = "") -> list[Tile]:
    """Plain tiles of different colours."""
    return [Tile(encoded(colour_of(number)), title) for number in range(count)]


def area(sheet: Image.Image, colour: Colour) -> int:
    """Pixels of a colour."""
    return int((np.abs(np.asarray(sheet).astype(int) - colour).max(-1) <= 1).sum())


def style_of(folder: Path, example: Colour | None = None) -> Style:
    """A red style, with an example if that has a colour."""
    path, painted = folder / "own.png", folder / "example.png"
    path.write_bytes(encoded(RED))
    if example:
        painted.write_bytes(encoded(example))
    return Style(
        name="own",
        title="Own",
        description="",
        author="",
        licence="",
        path=path,
        example=painted if example else None,
    )


@pytest.mark.parametrize("title", ["", "Own"])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 12, 17, 60])
def test_sheet_suits_telegram(count: int, title: str) -> None:
    sheet = contact_sheet(many(count, title))
    width, height = sheet.size
    assert sheet.mode == "RGB"
    assert width + height < 10_000
    assert max(width / height, height / width) < 20
    if count >= 12:
        assert 3 / 4 <= width / height <= 4 / 3


@pytest.mark.parametrize("count", [1, 12, 60])
def test_sheet_shows_every_tile_once(count: int) -> None:
    sheet = contact_sheet(many(count), tile=64)
    for number in range(count):
        # A square less its rim, its round corners and its number.
        assert 0.8 * 64 * 64 < area(sheet, colour_of(number)) <= 64 * 64, number


def test_sheet_takes_the_columns_asked_for() -> None:
    wide, tall = contact_sheet(many(6), columns=6), contact_sheet(many(6), columns=1)
    assert wide.width > 6 * 256
    assert tall.height > 6 * 256
    assert tall.width < 2 * 256


def test_nine_make_three_rows_of_three() -> None:
    width, height = contact_sheet(many(9), tile=100).size
    assert width == height
    assert 3 * 100 < width < 4 * 100


def test_sheet_shrinks_what_telegram_would_refuse() -> None:
    sheet = contact_sheet(many(40), tile=2000)
    assert sum(sheet.size) < 10_000


def test_room_for_titles_is_only_where_there_are_some() -> None:
    bare, titled = contact_sheet(many(4)), contact_sheet([*many(3), Tile(encoded(RED), "Red")])
    assert bare.width == bare.height == titled.width
    assert titled.height > bare.height


@pytest.mark.parametrize("title", ["Ночь над рекой", "Ünïcödé", "漢字", "W" * 300, "a\nb", " "])
def test_sheet_writes_any_title(title: str) -> None:
    assert contact_sheet([Tile(encoded(RED), title)]).width > 256


def badges(sheet: Image.Image) -> NDArray[np.uint8]:
    """The corner of the first tile, where its number is."""
    return np.asarray(sheet.crop((20, 20, 80, 80)))


@pytest.mark.parametrize("first", [2, 10, 100])
def test_numbers_start_where_they_are_told_to(first: int) -> None:
    """Number one of a sheet that starts there is the last of a sheet that ends there."""
    alone = badges(contact_sheet([Tile(encoded(RED))], first=first))
    after = contact_sheet([Tile(encoded(RED))] * 2, first=first - 1, columns=1)
    second = badges(after.crop((0, after.height - 296, after.width, after.height)))
    assert np.array_equal(alone, second)
    assert not np.array_equal(alone, badges(after))


@pytest.mark.parametrize("broken", [b"", b"this is no picture", encoded(RED)[:60]])
def test_what_is_no_picture_leaves_an_empty_square_with_its_number(broken: bytes) -> None:
    tiles = [Tile(encoded(RED)), Tile(broken), Tile(encoded(BLUE))]
    sheet = contact_sheet(tiles, columns=1, tile=128)
    whole = contact_sheet(many(3), columns=1, tile=128)
    assert sheet.size == whole.size
    assert min(area(sheet, RED), area(sheet, BLUE)) > 0.8 * 128 * 128
    middle = np.asarray(sheet.crop((20, 148, 120, 248))).reshape(-1, 3)
    # The number is the only thing there that has a colour.
    coloured = middle.max(-1).astype(int) - middle.min(-1) > 40
    assert 0 < coloured.sum() < 500


def test_sheet_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([])


def test_an_example_shows_the_style_itself_in_a_corner(tmp_path: Path) -> None:
    plain = contact_sheet([Tile(encoded(BLUE))])
    sheet = contact_sheet([Tile.of(style_of(tmp_path, example=BLUE))])
    assert sheet.size == plain.size
    assert area(sheet, RED) > 0.08 * 256 * 256
    assert area(sheet, BLUE) > 0.7 * 256 * 256
    corner = sheet.crop((0, sheet.height // 2, sheet.width // 2, sheet.height))
    assert area(corner, RED) == area(sheet, RED)


def test_a_style_without_an_example_shows_itself(tmp_path: Path) -> None:
    style = style_of(tmp_path)
    assert Tile.of(style, style.title) == Tile(encoded(RED), "Own")


def test_a_style_whose_file_is_gone_leaves_an_empty_square(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gone = style_of(tmp_path)
    gone.path.unlink()
    with caplog.at_level(logging.WARNING):
        sheet = contact_sheet([Tile.of(gone), Tile(encoded(BLUE))], tile=64)
    assert "own.png" in caplog.text
    assert area(sheet, BLUE) > 0.8 * 64 * 64


def test_an_example_stays_when_the_style_itself_is_gone(tmp_path: Path) -> None:
    gone = style_of(tmp_path, example=BLUE)
    gone.path.unlink()
    plain = contact_sheet([Tile(encoded(BLUE))])
    assert contact_sheet([Tile.of(gone)]).tobytes() == plain.tobytes()


def test_the_sheet_of_the_presets_shows_examples_not_presets() -> None:
    style = Gallery.load()["mosaic"]
    tile = Tile.of(style)
    assert style.example is not None
    assert tile.picture == style.example.read_bytes()
    assert tile.inset == style.read()
