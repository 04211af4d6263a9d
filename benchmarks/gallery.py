"""Photos × styles at each of our qualities: is it good everywhere, or on the benchmark's pairs?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.engines import Options, settings
from benchmarks.runs import write_json
from benchmarks.sheets import Tile, sheet
from nst_core import decode, encode_png, images, stylize
from nst_core.images import Picture

__all__ = ["fill"]


def fill(
    photos: Mapping[str, Path],
    styles: Mapping[str, Path],
    quality: str,
    options: Options,
    folder: Path,
    say: Callable[[str], None],
    *,
    fresh: bool = False,
) -> bytes:
    """The sheet of one quality: a row a photo, a column a style.

    Args:
        photos: name to file.
        styles: name to file.
        quality: of ours.
        options: of the run.
        folder: where paintings are kept; those of these options are not painted again.
        say: called with one line a painting.
        fresh: paint all again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    looks = {name: decode(p.read_bytes(), max_side=2 * options.size) for name, p in styles.items()}
    heads = (Tile(name, _small(look, options.size)) for name, look in looks.items())
    rows: list[Sequence[Tile | None]] = [[None, *heads]]
    for name, path in photos.items():
        photo = decode(path.read_bytes(), max_side=options.size)
        row = [Tile(name, photo)]
        for style, look in looks.items():
            file = folder / f"{name}-{style}.png"
            if fresh or not _kept(file, quality, options):
                say(f"{name}:{style} {quality}")
                _paint(photo, look, quality, options, file)
            seconds = json.loads(file.with_suffix(".json").read_text())["seconds"]
            caption = f"{name} · {style} · {seconds:.0f} s"
            row.append(Tile(caption, decode(file.read_bytes())))
        rows.append(row)
    return sheet(rows)


def _small(look: Picture, size: int) -> Picture:
    width, height = images.fit((look.shape[1], look.shape[0]), size)
    return images.resize(look, height, width)


def _paint(photo: Picture, style: Picture, quality: str, options: Options, file: Path) -> None:
    result = stylize(photo, [style], settings(options, quality=quality))
    file.write_bytes(encode_png(result.picture))
    facts = {"seconds": result.seconds, "settings": result.settings.to_dict()}
    write_json(file.with_suffix(".json"), facts)


def _kept(file: Path, quality: str, options: Options) -> bool:
    try:
        facts = json.loads(file.with_suffix(".json").read_text())
    except (OSError, ValueError):
        return False
    wanted = json.loads(json.dumps(settings(options, quality=quality).to_dict()))
    return file.is_file() and bool(facts.get("settings") == wanted)
