"""`LIGHT`: settings of jobs that are compiled in a moment."""

from __future__ import annotations

from typing import Any, Final

from nst_core.settings import Precision, Statistic

__all__ = ["LIGHT"]

LIGHT: Final[dict[str, Any]] = {
    "content_layers": {"block2_conv2": 1.0},
    "style_layers": {"block1_conv1": 1.0, "block2_conv1": 1.0},
    "statistic": Statistic.GRAM,
    "precision": Precision.FLOAT32,
}
"""Few layers and the plainest statistic: for tests that look at other things than the picture."""
