"""Redraw the sample pictures: ``python -m bot.demo.samples.scenery FOLDER [NAME ...]``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bot.demo.samples import SAMPLES, Sample
from bot.demo.samples.scenery import SCENES

_QUALITY = 88


def main(arguments: Sequence[str] | None = None) -> int:
    """Redraw the named pictures, or all of them, as JPEG files."""
    names = [sample.name for sample in SAMPLES]
    parser = argparse.ArgumentParser(prog="python -m bot.demo.samples.scenery", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("names", nargs="*", metavar="NAME", help="pictures (default: all)")
    options = parser.parse_args(arguments)
    strangers = sorted(set(options.names) - set(names))
    if strangers:
        parser.error(f"no picture named {', '.join(strangers)}")
    options.folder.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        if sample.name in (options.names or names):
            _redraw(sample, options.folder)
    return 0


def _redraw(sample: Sample, folder: Path) -> None:
    start = time.monotonic()
    path = folder / sample.file.name
    picture = SCENES[sample.name]((sample.width, sample.height))
    picture.save(path, quality=_QUALITY, optimize=True, progressive=True)
    took, kilobytes = time.monotonic() - start, path.stat().st_size // 1024
    sys.stdout.write(f"{sample.name:12} {took:5.1f} s {kilobytes:5} KB  {path}\n")


if __name__ == "__main__":
    raise SystemExit(main())
