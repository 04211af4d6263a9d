"""`nst styles`: what there is to paint in, and more to fetch."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nst_core.cli import install, sources
from nst_core.cli.options import PICTURES
from nst_core.images import encode_jpeg, encode_png, from_pil
from nst_core.styles import Tile, contact_sheet

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "styles", help="list the styles, or fetch famous ones", description=__doc__
    )
    parser.set_defaults(run=run)
    parser.add_argument("--sheet", type=Path, help="draw a contact sheet, as .png or .jpg")
    install.register(parser.add_subparsers(metavar="COMMAND"))


def run(arguments: argparse.Namespace) -> int:
    """List the styles, or draw their contact sheet."""
    gallery = sources.gallery()
    if arguments.sheet:
        sources.check_outputs({arguments.sheet: PICTURES}, [])
        encode = encode_png if arguments.sheet.suffix.lower() == ".png" else encode_jpeg
        sheet = contact_sheet(Tile.of(style, style.title) for style in gallery)
        sources.write(arguments.sheet, encode(from_pil(sheet)))
        return 0
    table = Table("name", "title", "about", "licence", box=None, pad_edge=False)
    for style in gallery:
        about = "\n".join(filter(None, (style.credit, style.description)))
        # An operator's titles are words, not markup.
        table.add_row(style.name, *map(Text, (style.title, about, style.licence)))
    Console().print(table)
    return 0
