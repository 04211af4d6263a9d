"""`nst weights`: where VGG19's weights are, and how to get them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from nst_core import weights
from nst_core.loading import load_tensorflow
from nst_core.quiet import native_stderr_hidden

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("weights", help="show or fetch the weights", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("--fetch", action="store_true", help="download them if they are not here")


def run(arguments: argparse.Namespace) -> int:
    """Show where the weights are; exit code 1 where they are nowhere."""
    if arguments.fetch:
        with native_stderr_hidden():
            load_tensorflow()  # so that Keras finds it loaded, quietly
        path: Path | None = weights.fetch()
    else:
        path = weights.find()
    if path is None:
        sys.stdout.write(
            "The weights are not here yet. `nst weights --fetch` downloads them to "
            f"{weights.cache_file()} (80 MB), and so does the first painting.\n"
        )
        return 1
    sys.stdout.write(f"{path}\n")
    return 0
