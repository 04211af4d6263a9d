"""The catalogue of built-in presets: what they are called and how they were painted."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["EXAMPLES", "PRESETS", "Preset", "read_catalogue"]

PRESETS = Path(__file__).parent / "presets"
EXAMPLES = Path(__file__).parent / "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One entry of ``presets/catalogue.toml``.

    Attributes:
        name: the command and the stem of the picture's file.
        title: the name for people.
        description: one sentence for people.
        author: who made the picture.
        licence: SPDX identifier of its licence.
        painter: which painter paints it.
        seed: the seed it was painted from.
    """

    name: str
    title: str
    description: str
    author: str
    licence: str
    painter: str
    seed: int


def read_catalogue() -> tuple[Preset, ...]:
    """Read the built-in presets, in the order of the gallery."""
    table = tomllib.loads((PRESETS / "catalogue.toml").read_text(encoding="utf-8"))
    return tuple(Preset(name=name, **fields) for name, fields in table.items())
