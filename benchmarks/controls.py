"""The pictures of the guide: what each control of the engine does to one of our own photos.

`python -m benchmarks controls` paints the strips of docs/engine.md, all of them or some.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

from benchmarks import pairs
from benchmarks.errors import BadInput
from benchmarks.pairs import Shelf, shelf
from nst_core import decode, images, stylize
from nst_core.errors import WeightsError
from nst_core.images import Picture
from nst_core.settings import Colors, Init, Optimizer, Quality, Settings, Statistic

__all__ = ["EXHIBITS", "Exhibit", "Shot", "find", "paint", "strip"]

_GAP: Final = 6
_CAPTION: Final = 24
_WORDS: Final = 15
_INK: Final = (32, 32, 32)
_QUALITY: Final = 85

Box = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of the picture, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One painting of a strip.

    Attributes:
        caption: what stands below it.
        changes: what differs from the exhibit's settings, by the names of `Settings`.
        styles: presets, in place of the exhibit's own.
        oval: whether it is painted inside an oval mask alone.
    """

    caption: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    styles: tuple[str, ...] = ()
    oval: bool = False


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A strip: the photo, and what a control makes of it.

    Attributes:
        name: of the control, and of the file.
        photo: a sample photo of the demo.
        style: a preset.
        shots: the paintings.
        detail: the part of each that is shown; all of it where None.
    """

    name: str
    photo: str
    style: str
    shots: tuple[Shot, ...]
    detail: Box | None = None


_MIXED: Final = ("waves", "autumn")


def _each(caption: str, name: str, values: Iterable[Any]) -> tuple[Shot, ...]:
    return tuple(Shot(caption.format(value), {name: value}) for value in values)


EXHIBITS: Final[Mapping[str, Exhibit]] = MappingProxyType(
    {
        exhibit.name: exhibit
        for exhibit in (
            Exhibit("quality", "harbour", "swirls", _each("{}", "quality", Quality)),
            Exhibit(
                "strength",
                "lighthouse",
                "waves",
                _each("strength {}", "strength", (20, 50, 80, 100)),
            ),
            Exhibit(
                "content", "lake", "dusk", _each("content weight {}", "content_weight", (0.2, 1, 5))
            ),
            Exhibit("brush", "lake", "swirls", _each("brush {}", "style_scale", (0.5, 1, 2))),
            Exhibit(
                "colors",
                "still_life",
                "dusk",
                (Shot("style's colours"), Shot("photo's colours", {"colors": Colors.PHOTO})),
            ),
            Exhibit(
                "mask",
                "still_life",
                "mosaic",
                (Shot("all painted"), Shot("inside an oval mask", oval=True)),
            ),
            Exhibit(
                "mix",
                "lake",
                "waves",
                (
                    Shot("waves 3 : autumn 1", {"style_weights": (3, 1)}, _MIXED),
                    Shot("equal parts", styles=_MIXED),
                    Shot("waves 1 : autumn 3", {"style_weights": (1, 3)}, _MIXED),
                ),
            ),
            Exhibit("statistic", "harbour", "waves", _each("{}", "statistic", Statistic)),
            Exhibit(
                "init",
                "harbour",
                "fauve",
                _each("{}", "init", (Init.PALETTE, Init.CONTENT, Init.NOISE)),
            ),
            Exhibit("seed", "lake", "marbling", _each("seed {}", "seed", (0, 1, 2))),
            Exhibit("optimizer", "lighthouse", "swirls", _each("{}", "optimizer", Optimizer)),
            Exhibit(
                "size",
                "still_life",
                "engraving",
                _each("size {}", "size", (256, 512, 1024)),
                detail=(0.3, 0.2, 0.8, 0.7),
            ),
            Exhibit("tv", "still_life", "dots", _each("TV weight {}", "tv_weight", (0, 0.1, 10))),
        )
    }
)


def find(name: str) -> Exhibit:
    """The exhibit of that name.

    Raises:
        BadInput: there is none.
    """
    if name not in EXHIBITS:
        msg = f"there is no control {name!r}; there are: {', '.join(EXHIBITS)}"
        raise BadInput(msg)
    return EXHIBITS[name]


def paint(exhibit: Exhibit, settings: Settings, say: Callable[[str], None]) -> bytes:
    """The strip of an exhibit, as a JPEG file.

    Args:
        exhibit: what to paint.
        settings: what a shot does not change; its size is the tile's, too.
        say: called with one line a painting.

    Raises:
        WeightsError: VGG19's weights cannot be had.
    """
    known = shelf()
    photo = pairs.find(known.photos, exhibit.photo).read_bytes()
    tiles = [("photo", _part(decode(photo, max_side=1024), exhibit.detail, settings.size))]
    for shot in exhibit.shots:
        say(f"{exhibit.photo}: {shot.caption}")
        picture = _painted(photo, exhibit, shot, settings, known)
        tiles.append((shot.caption, _part(picture, exhibit.detail, settings.size)))
    return strip(tiles)


def strip(tiles: Iterable[tuple[str, Picture]]) -> bytes:
    """Captioned pictures of one size side by side on white, as a JPEG file."""
    shown = [(caption, images.to_pil(picture)) for caption, picture in tiles]
    width, height = shown[0][1].size
    pitch = width + _GAP
    paper = Image.new("RGB", (len(shown) * pitch - _GAP, height + _CAPTION), "white")
    draw = ImageDraw.Draw(paper)
    font = ImageFont.load_default(_WORDS)
    for number, (caption, picture) in enumerate(shown):
        paper.paste(picture, (number * pitch, 0))
        middle = number * pitch + width / 2, height + _CAPTION / 2
        draw.text(middle, caption, _INK, font, anchor="mm")
    file = io.BytesIO()
    paper.save(file, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return file.getvalue()


def _painted(
    photo: bytes, exhibit: Exhibit, shot: Shot, settings: Settings, known: Shelf
) -> Picture:
    wanted = Settings.from_dict(settings.to_dict() | dict(shot.changes))
    styles = [
        decode(pairs.find(known.styles, name).read_bytes(), max_side=wanted.style_side)
        for name in shot.styles or (exhibit.style,)
    ]
    content = decode(photo, max_side=wanted.size)
    mask = _oval(*content.shape[:2]) if shot.oval else None
    result = stylize(content, styles, wanted, mask=mask)
    if result.sketched and wanted.quality is not Quality.SKETCH:
        msg = "The guide shows paintings, and without VGG19's weights there are only sketches."
        raise WeightsError(msg)
    return result.picture


def _oval(height: int, width: int) -> Picture:
    mask = Image.new("RGB", (width, height))
    box = (width * 0.1, height * 0.1, width * 0.9, height * 0.9)
    ImageDraw.Draw(mask).ellipse(box, fill="white")
    return images.from_pil(mask)


def _part(picture: Picture, detail: Box | None, side: int) -> Picture:
    """The detail, as large as a tile; without one, the whole picture."""
    image = images.to_pil(picture)
    if detail is not None:
        across, down = image.size
        left, top, right, bottom = detail
        image = image.crop(
            (
                round(left * across),
                round(top * down),
                round(right * across),
                round(bottom * down),
            )
        )
    longest = side / max(image.size)
    size = round(image.width * longest), round(image.height * longest)
    return images.from_pil(image.resize(size, Image.Resampling.LANCZOS))
