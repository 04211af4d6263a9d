"""`Finding`: what came of looking at one thing that the work needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nst_core.errors import StylizeError

__all__ = ["Finding", "Trouble", "find"]


class Trouble(Exception):
    """What is wrong, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check.

    Attributes:
        about: what was looked at.
        is_fine: whether it will do.
        text: what there is; or what is wrong with it, and what to do.
    """

    about: str
    is_fine: bool
    text: str

    def __str__(self) -> str:
        words = " ".join(self.text.split())
        return f"{self.about:<10} {'ok' if self.is_fine else 'problem':<8} {words}"


def find(about: str, look: Callable[[], str]) -> Finding:
    """Look at one thing; whatever goes wrong meanwhile is what was found."""
    try:
        return Finding(about, is_fine=True, text=look())
    except (Trouble, StylizeError) as trouble:
        return Finding(about, is_fine=False, text=str(trouble))
    except Exception as error:  # noqa: BLE001 - the other checks are worth their lines all the same
        return Finding(about, is_fine=False, text=f"{type(error).__name__}: {error}")
