"""`nst weights`: where VGG19's weights are, and how to get them."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from nst_core import weights

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("weights", help="show or fetch the weights", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("--fetch", action="store_true", help="download them if they are not here")


def run(arguments: argparse.Namespace) -> int:
    """Show where the weights are; exit code 1 where they are nowhere."""
    path = weights.fetch() if arguments.fetch else weights.find()
    console = Console(soft_wrap=True, highlight=False)
    if path is None:
        console.print(
            f"The weights are not here yet. `nst weights --fetch` downloads them to "
            f"{weights.cache_file()} (80 MB), and so does the first painting."
        )
        return 1
    console.print(str(path), markup=False)
    return 0
