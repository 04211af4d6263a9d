"""Painters: every preset picture is made by this code, from nothing but a seed."""

from __future__ import annotations

from nst_core.styles.painters.registry import PAINTERS, paint

__all__ = ["PAINTERS", "paint"]
