"""Optimisation-based neural style transfer with VGG19 (Gatys et al. 2016) on TensorFlow.

    from nst_core import Settings, decode, encode_png, stylize

    result = stylize(decode(photo), [decode(painting)], Settings(size=512, strength=60))
    png = encode_png(result.picture)

Importing this package is instant: TensorFlow is loaded by the first call that computes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nst_core.errors import StylizeError
from nst_core.images import Picture, decode, encode_jpeg, encode_png
from nst_core.result import Losses, Note, Progress, Result
from nst_core.settings import (
    Colors,
    Init,
    Optimizer,
    Precision,
    Quality,
    Settings,
    Statistic,
)

if TYPE_CHECKING:
    from nst_core.engine import stylize

__all__ = [
    "Colors",
    "Init",
    "Losses",
    "Note",
    "Optimizer",
    "Picture",
    "Precision",
    "Progress",
    "Quality",
    "Result",
    "Settings",
    "Statistic",
    "StylizeError",
    "decode",
    "encode_jpeg",
    "encode_png",
    "stylize",
]


def __getattr__(name: str) -> Any:
    if name == "stylize":
        from nst_core.engine import stylize

        return stylize
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
