"""The preset gallery: the pictures, the operator's folder, and finding."""

from __future__ import annotations

import io
import logging
import re
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from nst_core.errors import InvalidSettings, UnknownStyle
from nst_core.styles import Gallery, Style
from nst_core.styles.catalogue import EXAMPLES, read_catalogue
from nst_core.styles.painters import PAINTERS, paint
from nst_core.styles.painters.__main__ import main as repaint

NAMES = [preset.name for preset in read_catalogue()]
RESERVED = {
    *("start", "help", "styles", "style", "cancel", "settings", "me", "mix", "again", "queue"),
    *("privacy", "forget", "share", "stats"),
}
# Pictures that paint in a few seconds; the others are checked small.
QUICK = ("waves", "deco", "linocut", "popart")


def picture(path: Path, colour: tuple[int, int, int] = (200, 80, 40)) -> Path:
    Image.new("RGB", (40, 30), colour).save(path)
    return path


def opened(style: Style) -> Image.Image:
    return Image.open(io.BytesIO(style.read()))


def small(image: Image.Image, side: int = 128) -> NDArray[np.float32]:
    image = image.convert("RGB").resize((side, side), Image.Resampling.BOX)
    return np.asarray(image, np.float32)


# The built-in presets


def test_presets_are_commands_with_words_for_people() -> None:
    styles = list(Gallery.load())
    assert len(styles) >= 14
    assert len({style.name for style in styles}) == len(styles)
    assert len({style.title for style in styles}) == len(styles)
    for style in styles:
        assert re.fullmatch(r"[a-z][a-z0-9_]{1,31}", style.name)
        assert style.name not in RESERVED
        assert style.title
        assert style.description.endswith(".")
        assert style.author == "Stylegram"
        assert style.licence == "CC0-1.0"


@pytest.mark.parametrize("name", NAMES)
def test_preset_file(name: str) -> None:
    image = opened(Gallery.load()[name])
    image.load()
    assert image.format == "JPEG"
    assert image.mode == "RGB"
    assert max(image.size) == 1024


@pytest.mark.parametrize("name", NAMES)
def test_example_of_a_preset(name: str) -> None:
    example = Gallery.load()[name].example
    assert example is not None
    assert example.stat().st_size < 60_000
    with Image.open(example) as image:
        image.load()
        assert (image.format, image.mode, max(image.size)) == ("JPEG", "RGB", 480)


def test_examples_are_of_the_presets_and_of_one_photo() -> None:
    pictures = [style.example for style in Gallery.load() if style.example]
    assert set(EXAMPLES.iterdir()) == set(pictures)
    sizes = set()
    for path in pictures:
        with Image.open(path) as image:
            sizes.add(image.size)
    assert len(sizes) == 1


def test_every_example_has_the_colours_of_its_own_preset() -> None:
    """Swapped or stale examples are further from their preset than from most others."""
    presets = {style.name: palette(opened(style)) for style in Gallery.load()}
    for style in Gallery.load():
        with Image.open(style.example or "") as image:
            mine = palette(image)
        nearest = sorted(presets, key=lambda name: float(np.abs(presets[name] - mine).sum()))
        assert style.name in nearest[:3], (style.name, nearest)


def palette(image: Image.Image) -> NDArray[np.float64]:
    """Shares of coarse colours."""
    bins = (small(image, 256) // 64).astype(int) @ np.array([16, 4, 1])
    shares: NDArray[np.float64] = np.bincount(bins.ravel(), minlength=64) / bins.size
    return shares


def test_presets_are_not_heavy() -> None:
    sizes = [style.path.stat().st_size for style in Gallery.load()]
    assert max(sizes) < 600_000
    assert sum(sizes) < 6_500_000


@pytest.mark.parametrize("name", NAMES)
def test_preset_covers_its_canvas(name: str) -> None:
    """No large void: nearly every part of the picture has light, dark or colour changing in it."""
    grey = np.asarray(opened(Gallery.load()[name]).convert("L"), np.float32)
    parts = [part for row in np.array_split(grey, 6) for part in np.array_split(row, 8, axis=1)]
    assert sum(part.std() > 6 for part in parts) >= 0.9 * len(parts)
    assert grey.std() > 30


def test_presets_differ() -> None:
    """Colours together with the local texture tell every pair of presets apart."""
    marks = {style.name: fingerprint(opened(style)) for style in Gallery.load()}
    for one, other in combinations(marks, 2):
        assert np.abs(marks[one] - marks[other]).sum() > 0.35, (one, other)


def fingerprint(image: Image.Image) -> NDArray[np.float64]:
    """Shares of coarse colours, and how much detail there is at four scales, both ways."""
    grey = small(image, 256).mean(-1) / 255
    detail = []
    for step in (1, 2, 4, 8):
        detail.append(np.abs(grey[step:] - grey[:-step]).mean())
        detail.append(np.abs(grey[:, step:] - grey[:, :-step]).mean())
    return np.concatenate([palette(image), detail])


def test_loading_the_presets_is_instant() -> None:
    Gallery.load()
    start = time.perf_counter()
    for _ in range(5):
        Gallery.load()
    assert (time.perf_counter() - start) / 5 < 0.05


def test_import_brings_no_tensorflow() -> None:
    code = "import sys, nst_core.styles; assert not {'tensorflow', 'keras'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# The painters


@pytest.mark.parametrize("name", QUICK)
def test_repainting_gives_the_stored_picture(name: str, tmp_path: Path) -> None:
    assert repaint([name, "-o", str(tmp_path)]) == 0
    with Image.open(tmp_path / f"{name}.jpg") as fresh:
        difference = np.abs(small(fresh) - small(opened(Gallery.load()[name])))
    assert difference.mean() < 3


@pytest.mark.parametrize("painter", PAINTERS)
def test_seed_repeats_the_picture(painter: str) -> None:
    size = (96, 72)
    first = paint(painter, 5, size)
    assert first.size == size
    assert first.mode == "RGB"
    assert paint(painter, 5, size).tobytes() == first.tobytes()


@pytest.mark.parametrize("painter", ["deco", "engraving", "glass", "linocut", "marbling", "waves"])
def test_another_seed_paints_another_picture(painter: str) -> None:
    size = (96, 72)
    assert paint(painter, 5, size).tobytes() != paint(painter, 6, size).tobytes()


def test_every_painter_is_in_the_catalogue() -> None:
    assert {preset.painter for preset in read_catalogue()} == set(PAINTERS)


def test_repainting_a_stranger_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        repaint(["nobody"])
    assert "nobody" in capsys.readouterr().err


# Finding


@pytest.mark.parametrize("wanted", ["swirls", "Swirls", "/swirls", " SWIRLS ", "starry swirls"])
def test_find_is_forgiving(wanted: str) -> None:
    assert Gallery.load().find(wanted).name == "swirls"


def test_find_takes_hyphens_and_spaces_for_underscores(tmp_path: Path) -> None:
    picture(tmp_path / "my_red-Barn.png")
    gallery = Gallery.load(tmp_path)
    for wanted in ("my_red_barn", "My Red Barn", "my-red-barn"):
        assert gallery[wanted].name == "my_red_barn"


def test_unknown_style_names_the_closest() -> None:
    with pytest.raises(UnknownStyle, match=r"Did you mean .*mosaic"):
        Gallery.load().find("mosiac")


@pytest.mark.parametrize("wanted", ["zzzzzzzz", "", "/", "💥", "x" * 5000])
def test_unknown_style_without_neighbours_names_all(wanted: str) -> None:
    with pytest.raises(UnknownStyle) as caught:
        Gallery.load().find(wanted)
    assert all(name in str(caught.value) for name in NAMES)
    assert len(str(caught.value)) < 1000


def test_gallery_behaves_like_an_ordered_mapping() -> None:
    gallery = Gallery.load()
    assert gallery.names() == tuple(style.name for style in gallery)
    assert len(gallery) == len(gallery.names())
    assert "mosaic" in gallery
    assert "nobody" not in gallery


# An operator's folder


def test_own_pictures_follow_the_presets(tmp_path: Path) -> None:
    path = picture(tmp_path / "My Painting 2.JPG")
    gallery = Gallery.load(tmp_path)
    assert gallery.names() == (*NAMES, "my_painting_2")
    style = gallery["my_painting_2"]
    assert style.title == "My Painting 2"
    assert style.read() == path.read_bytes()
    assert style.example is None


@pytest.mark.parametrize("ending", ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"])
def test_own_picture_formats(tmp_path: Path, ending: str) -> None:
    picture(tmp_path / f"own.{ending}")
    assert "own" in Gallery.load(tmp_path)


def test_own_picture_replaces_a_preset_in_place(tmp_path: Path) -> None:
    path = picture(tmp_path / "Mosaic.png")
    gallery = Gallery.load(tmp_path)
    assert gallery.names() == tuple(NAMES)
    assert gallery["mosaic"].path == path
    assert gallery["mosaic"].example is None


@pytest.mark.parametrize(
    "stem",
    ["7 seas", "Über Café", "start", "MIX", "x", "夜", "__", "a" * 80, "a-b.c d", "Ночь"],
)
def test_any_file_name_becomes_a_command(tmp_path: Path, stem: str) -> None:
    picture(tmp_path / f"{stem}.png")
    style = list(Gallery.load(tmp_path))[-1]
    assert re.fullmatch(r"[a-z][a-z0-9_]{1,31}", style.name)
    assert style.name not in RESERVED
    assert style.title


def test_names_that_clash_are_numbered(tmp_path: Path) -> None:
    for name in ("my art.png", "my-art.png", "my_art.png"):
        picture(tmp_path / name)
    added = [name for name in Gallery.load(tmp_path).names() if name not in NAMES]
    assert added == ["my_art", "my_art_2", "my_art_3"]


def test_long_names_that_clash_stay_commands(tmp_path: Path) -> None:
    for name in ("b" * 40, "b" * 41):
        picture(tmp_path / f"{name}.png")
    added = [name for name in Gallery.load(tmp_path).names() if name not in NAMES]
    assert added == ["b" * 32, "b" * 30 + "_2"]


def test_broken_pictures_are_skipped_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    picture(tmp_path / "good.png")
    (tmp_path / "broken.jpg").write_bytes(b"this is no picture")
    (tmp_path / "cut.jpg").write_bytes(next(iter(Gallery.load())).read()[:3000])
    (tmp_path / "notes.txt").write_text("not a picture, and not meant as one")
    (tmp_path / "folder.png").mkdir()
    with caplog.at_level(logging.WARNING):
        gallery = Gallery.load(tmp_path)
    assert gallery.names() == (*NAMES, "good")
    assert "broken.jpg" in caplog.text
    assert "cut.jpg" in caplog.text
    assert "notes.txt" not in caplog.text


def test_notes_of_the_operator(tmp_path: Path) -> None:
    picture(tmp_path / "Red Barn.png")
    picture(tmp_path / "plain.png")
    (tmp_path / "styles.toml").write_text(
        '[red_barn]\ntitle = "The Barn"\nauthor = "Ann"\nlicence = "CC-BY-4.0"\n'
        '[absent]\ntitle = "Nothing"\n',
        encoding="utf-8",
    )
    gallery = Gallery.load(tmp_path)
    barn = gallery.find("the barn")
    assert (barn.name, barn.title, barn.author, barn.licence, barn.description) == (
        *("red_barn", "The Barn", "Ann", "CC-BY-4.0"),
        "",
    )
    assert gallery["plain"].title == "Plain"


def test_a_file_beside_the_picture_tells_of_it(tmp_path: Path) -> None:
    picture(tmp_path / "Red Barn.png")
    (tmp_path / "Red Barn.toml").write_text(
        'title = "The “Barn”"\nauthor = "Ann"\nyear = "c. 1900"\nmuseum = "The Shed, Ely"\n'
        'licence = "Public domain"\nsource = "https://example.org/barn"\n',
        encoding="utf-8",
    )
    barn = Gallery.load(tmp_path)["red_barn"]
    assert (barn.title, barn.author, barn.year) == ("The “Barn”", "Ann", "c. 1900")
    assert (barn.museum, barn.source) == ("The Shed, Ely", "https://example.org/barn")
    assert barn.credit == "Ann, c. 1900, The Shed, Ely"
    (tmp_path / "styles.toml").write_text('[red_barn]\ntitle = "Mine"\n')
    barn = Gallery.load(tmp_path)["red_barn"]
    assert (barn.title, barn.author) == ("Mine", "Ann")


@pytest.mark.parametrize(
    ("notes", "credit"),
    [
        ("", ""),
        ('author = "Ann"', "Ann"),
        ('author = "Ann"\nlicence = "CC-BY-4.0"', "Ann, CC-BY-4.0"),
        ('author = "Ann"\nlicence = "CC0-1.0"', "Ann"),
        ('licence = "CC-BY-4.0"', ""),
        ('author = " Ann\\n Lee "\nyear = "1900"', "Ann Lee, 1900"),
    ],
)
def test_who_is_to_be_named(tmp_path: Path, notes: str, credit: str) -> None:
    picture(tmp_path / "barn.png")
    (tmp_path / "barn.toml").write_text(notes)
    assert Gallery.load(tmp_path)["barn"].credit == credit


def test_nobody_is_to_be_named_for_the_presets() -> None:
    assert {style.credit for style in Gallery.load()} == {""}


@pytest.mark.parametrize("notes", ["[", "path = '/etc'\n", "title = 3\n", "\x00"])
def test_a_file_beside_a_picture_that_makes_no_sense_is_refused(tmp_path: Path, notes: str) -> None:
    picture(tmp_path / "barn.png")
    (tmp_path / "barn.toml").write_text(notes)
    with pytest.raises(InvalidSettings, match=r"barn\.toml"):
        Gallery.load(tmp_path)


def test_a_picture_called_styles_is_told_of_in_its_table(tmp_path: Path) -> None:
    picture(tmp_path / "styles.png")
    (tmp_path / "styles.toml").write_text('[styles]\ntitle = "All"\n')
    assert [style.title for style in Gallery.load(tmp_path)][-1] == "All"


@pytest.mark.parametrize(
    "notes", ["[barn\n", "[barn]\npath = '/etc'\n", "[barn]\ntitle = 3\n", "barn = 1\n"]
)
def test_notes_that_make_no_sense_are_refused(tmp_path: Path, notes: str) -> None:
    picture(tmp_path / "barn.png")
    (tmp_path / "styles.toml").write_text(notes)
    with pytest.raises(InvalidSettings, match=r"styles\.toml"):
        Gallery.load(tmp_path)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="does not exist"):
        Gallery.load(tmp_path / "nowhere")
