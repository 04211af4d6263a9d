"""Scenes: the sample pictures, computed from nothing but numbers.

Land, water and clouds are followed ray by ray; the harbour is drawn and then lit; the still life
is traced. Every scene is the same each time it is drawn at a size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from PIL import Image

from bot.demo.samples.scenery import harbour, lake, lighthouse, still_life
from nst_core.styles.painters.canvas import Size

__all__ = ["SCENES"]

SCENES: Final[Mapping[str, Callable[[Size], Image.Image]]] = MappingProxyType(
    {
        "harbour": harbour.draw,
        "lake": lake.draw,
        "lighthouse": lighthouse.draw,
        "still_life": still_life.draw,
    }
)
