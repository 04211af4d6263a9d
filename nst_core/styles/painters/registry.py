"""Every painter under the name the catalogue calls it by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.random import Generator
from PIL import Image

from nst_core.styles.painters import (
    batik,
    cubism,
    deco,
    engraving,
    impasto,
    inkwash,
    knife,
    leaded,
    linocut,
    marbling,
    pastel,
    pointillism,
    popart,
    tesserae,
    watercolour,
    woodblock,
)
from nst_core.styles.painters.canvas import Size

__all__ = ["PAINTERS", "paint"]

PAINTERS: Mapping[str, Callable[[Generator, Size], Image.Image]] = MappingProxyType(
    {
        "aurora": pastel.paint_aurora,
        "autumn": knife.paint_autumn,
        "bands": impasto.paint_bands,
        "batik": batik.paint_batik,
        "deco": deco.paint_deco,
        "dots": pointillism.paint_dots,
        "engraving": engraving.paint_engraving,
        "facets": cubism.paint_facets,
        "fauve": knife.paint_fauve,
        "glass": leaded.paint_glass,
        "inkwash": inkwash.paint_inkwash,
        "linocut": linocut.paint_linocut,
        "marbling": marbling.paint_marbling,
        "mosaic": tesserae.paint_mosaic,
        "popart": popart.paint_popart,
        "swirls": impasto.paint_swirls,
        "watercolour": watercolour.paint_watercolour,
        "waves": woodblock.paint_waves,
    }
)


def paint(painter: str, seed: int, size: Size = (1024, 768)) -> Image.Image:
    """Paint a picture: the same painter, seed and size always give the same one.

    Args:
        painter: a key of ``PAINTERS``.
        seed: any whole number from 0.
        size: width and height in pixels.

    Raises:
        KeyError: no such painter.
    """
    return PAINTERS[painter](np.random.default_rng(seed), size)
