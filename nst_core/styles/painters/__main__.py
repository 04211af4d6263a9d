"""Repaint presets: ``python -m nst_core.styles.painters [NAME ...] [-o FOLDER]``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from nst_core.styles.catalogue import PRESETS, Preset, read_catalogue
from nst_core.styles.painters.registry import paint

_QUALITY = 84


def main(arguments: Sequence[str] | None = None) -> int:
    """Repaint the named presets, or all of them, as JPEG files."""
    presets = {preset.name: preset for preset in read_catalogue()}
    parser = argparse.ArgumentParser(prog="python -m nst_core.styles.painters", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="presets (default: all)")
    parser.add_argument("-o", "--output", type=Path, default=PRESETS, metavar="FOLDER")
    options = parser.parse_args(arguments)
    strangers = sorted(set(options.names) - set(presets))
    if strangers:
        parser.error(f"no preset named {', '.join(strangers)}")
    options.output.mkdir(parents=True, exist_ok=True)
    for name in options.names or presets:
        _repaint(presets[name], options.output)
    return 0


def _repaint(preset: Preset, folder: Path) -> None:
    start = time.monotonic()
    path = folder / f"{preset.name}.jpg"
    picture = paint(preset.painter, preset.seed)
    picture.save(path, quality=_QUALITY, subsampling=0, optimize=True)
    took, kilobytes = time.monotonic() - start, path.stat().st_size // 1024
    sys.stdout.write(f"{preset.name:12} {took:5.1f} s {kilobytes:5} KB  {path}\n")


if __name__ == "__main__":
    raise SystemExit(main())
