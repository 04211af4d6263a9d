"""Paint the examples of presets: ``python -m nst_core.styles.exhibit PHOTO [NAME ...]``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from nst_core.api import stylize
from nst_core.errors import WeightsError
from nst_core.images import Picture, decode, to_pil
from nst_core.settings import Precision, Quality, Settings
from nst_core.styles.catalogue import EXAMPLES, PRESETS, read_catalogue

# Mixed on every machine, so that an example does not depend on whose it was painted on.
_SETTINGS = Settings(size=480, quality=Quality.STANDARD, precision=Precision.MIXED)
# The busiest, the mosaic, stays below 60 KB with it.
_QUALITY = 70


def main(arguments: Sequence[str] | None = None) -> int:
    """Paint the photo in the named presets, or in all of them, as JPEG files.

    Raises:
        WeightsError: VGG19's weights cannot be had.
    """
    presets = [preset.name for preset in read_catalogue()]
    parser = argparse.ArgumentParser(prog="python -m nst_core.styles.exhibit", description=__doc__)
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    parser.add_argument("names", nargs="*", metavar="NAME", help="presets (default: all)")
    parser.add_argument("-o", "--output", type=Path, default=EXAMPLES, metavar="FOLDER")
    options = parser.parse_args(arguments)
    if strangers := sorted(set(options.names) - set(presets)):
        parser.error(f"no preset named {', '.join(strangers)}")
    photo = decode(options.photo.read_bytes(), max_side=_SETTINGS.size)
    options.output.mkdir(parents=True, exist_ok=True)
    for name in options.names or presets:
        _paint(photo, name, options.output)
    return 0


def _paint(photo: Picture, name: str, folder: Path) -> None:
    start = time.monotonic()
    path = folder / f"{name}.jpg"
    style = decode((PRESETS / f"{name}.jpg").read_bytes(), max_side=_SETTINGS.style_side)
    result = stylize(photo, [style], _SETTINGS)
    if result.sketched:
        msg = "An example is a painting, and without VGG19's weights there are only sketches."
        raise WeightsError(msg)
    to_pil(result.picture).save(path, quality=_QUALITY, optimize=True, progressive=True)
    took, kilobytes = time.monotonic() - start, path.stat().st_size // 1024
    sys.stdout.write(f"{name:12} {took:5.1f} s {kilobytes:5} KB  {path}\n")


if __name__ == "__main__":
    raise SystemExit(main())
