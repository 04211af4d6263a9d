"""The preset style gallery: pictures painted by our own code, and an operator's own."""

from __future__ import annotations

from nst_core.styles.gallery import Gallery, Style
from nst_core.styles.sheet import Tile, contact_sheet

__all__ = ["Gallery", "Style", "Tile", "contact_sheet"]
