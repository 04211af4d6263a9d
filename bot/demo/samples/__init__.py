"""Sample pictures to try the bot with, drawn by our own code and given to the public (CC0)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["SAMPLES", "Sample"]

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture that comes with the package.

    Attributes:
        name: how code calls it; also the name of its scene in ``scenery``.
        title: how people call it.
        file: the JPEG.
        width: in pixels.
        height: in pixels.
    """

    name: str
    title: str
    file: Path
    width: int
    height: int


def _sample(name: str, title: str, width: int, height: int) -> Sample:
    return Sample(name, title, _FOLDER / f"{name}.jpg", width, height)


SAMPLES: Final[tuple[Sample, ...]] = (
    _sample("lake", "Mountain lake", 1280, 853),
    _sample("harbour", "Harbour at dusk", 1280, 853),
    _sample("still_life", "Still life", 1280, 960),
    _sample("lighthouse", "Lighthouse", 853, 1280),
)
