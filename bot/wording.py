"""Plain data in a person's words."""

from __future__ import annotations

from collections.abc import Iterator

from bot.look import SIZE_STEP, Look
from bot.texts import Text, toast

__all__ = ["words"]


def words(look: Look) -> Iterator[str]:
    """What is unusual about a look, a few words each."""
    yield from _degree(look.strength, Text.LOOK_SOFTER, Text.LOOK_STRONGER)
    if look.own_colors:
        yield toast(Text.LOOK_OWN_COLORS)
    yield from _degree(look.brush, Text.LOOK_FINER, Text.LOOK_BOLDER)
    if look.larger:
        yield toast(Text.LOOK_LARGER, times=SIZE_STEP**look.larger)
    if look.attempt:
        yield toast(Text.LOOK_ATTEMPT, number=look.attempt + 1)


def _degree(steps: int, less: Text, more: Text) -> Iterator[str]:
    if steps:
        times = f" × {abs(steps)}" if abs(steps) > 1 else ""
        yield toast(more if steps > 0 else less) + times
