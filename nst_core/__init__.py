"""Optimisation-based neural style transfer with VGG19 (Gatys et al. 2016) on TensorFlow.

    from nst_core import Settings, decode, encode_png, stylize

    result = stylize(decode(photo), [decode(painting)], Settings(size=512, strength=60))
    png = encode_png(result.picture)

Importing this package is instant: TensorFlow is loaded by the first call that
optimises.
"""

from __future__ import annotations

from nst_core.api import stylize
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
from nst_core.version import VERSION

__version__ = VERSION

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
    "__version__",
    "decode",
    "encode_jpeg",
    "encode_png",
    "stylize",
]
