"""`Preferences`: how one person likes things; plain data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.look import Look
from bot.words import Language
from nst_core.settings import Quality

__all__ = ["Preferences"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person chose under `/settings`; None leaves it to the operator.

    Attributes:
        language: what to speak; None for what the person's Telegram speaks.
        preview: whether to show the painting while it grows.
        quality: see `Look`, like all that follow.
    """

    language: Language | None = None
    preview: bool = True
    quality: Quality | None = None
    size: int | None = None
    strength: float | None = None
    own_colors: bool | None = None
    brush: int | None = None

    def look(self, usual: Look, largest: int) -> Look:
        """The look that the person's paintings have unless asked otherwise.

        Args:
            usual: as the operator chose.
            largest: long side in pixels that a person may ask for.
        """
        names = ("quality", "size", "strength", "own_colors", "brush")
        chosen: dict[str, Any] = {
            name: value for name in names if (value := getattr(self, name)) is not None
        }
        return replace(usual, **chosen).within(max(usual.size, largest))
