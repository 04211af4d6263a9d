"""All painters behind one door: our qualities, and the baselines, whole or cut to some seconds.

A name is a quality of ours (``standard``), a baseline (``crowsonkb``), or a baseline with all of
its stages shortened alike so that it ends after some seconds: ``crowsonkb@40``, or
``crowsonkb@standard`` for the seconds that our standard took on the same pair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Protocol

from benchmarks.baselines import BASELINES
from benchmarks.baselines.loop import Baseline, Budget, Checkpoint, full_seconds, paint
from benchmarks.errors import BadInput
from benchmarks.network import load
from nst_core import Quality, Settings, images, stylize
from nst_core.images import Picture
from nst_core.pyramid import SCHEDULES

__all__ = ["DEFAULT", "Engine", "Options", "Ours", "Rival", "aimed", "engines", "settings"]

DEFAULT: Final = (
    *("draft", "standard", "fine"),
    *("article", "tutorial", "gatys", "crowsonkb", "crowsonkb@standard"),
)

_PREVIEW_EVERY: Final = 10
_KEPT: Final = 8
_WARM_UP_STEPS: Final = 12


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for every engine of a run.

    Attributes:
        size: long side in pixels.
        precision: of the convolutions, ours and the baselines' alike: float32 or mixed.
        budget: of the baselines; ours know their own.
        cold: count compilation, which otherwise is done before the clock starts.
    """

    size: int = 256
    precision: str = "float32"
    budget: Budget = field(default_factory=Budget)
    cold: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The options that have a say in a result, as JSON-ready data."""
        seconds = None if self.budget.seconds == float("inf") else self.budget.seconds
        return {
            "size": self.size,
            "precision": self.precision,
            "steps_scale": self.budget.scale,
            "seconds": seconds,
            "cold": self.cold,
        }


class Engine(Protocol):
    """A painter."""

    @property
    def name(self) -> str:
        """As it is called on the command line."""

    @property
    def ours(self) -> bool:
        """Whether it is what is to be judged."""

    def about(self) -> dict[str, Any]:
        """Everything else that says what it does, as JSON-ready data."""

    def paint(self, content: Picture, style: Picture) -> Iterator[Checkpoint]:
        """Paint; the last checkpoint is the result.

        Args:
            content: the photo at the size of the painting.
            style: the painting.
        """


def settings(options: Options, **more: Any) -> Settings:
    """Settings for our engine; those that it does not know (yet) are left out."""
    known = {field.name for field in fields(Settings)}
    wanted = {"size": options.size, "precision": options.precision, **more}
    return Settings.from_dict({name: value for name, value in wanted.items() if name in known})


@dataclass(frozen=True, slots=True)
class Ours:
    """One of our qualities.

    Attributes:
        quality: which.
        options: of the run.
    """

    quality: Quality
    options: Options
    ours: bool = True

    @property
    def name(self) -> str:
        """The quality's."""
        return self.quality.value

    def about(self) -> dict[str, Any]:
        """Its settings and its schedule."""
        schedule = list(SCHEDULES.get(self.quality, ()))
        return {
            "settings": settings(self.options, quality=self.name).to_dict(),
            "schedule": schedule,
        }

    def paint(self, content: Picture, style: Picture) -> Iterator[Checkpoint]:
        """See `Engine.paint`. Pictures are resized when all is done, outside the clock."""
        if not self.options.cold:
            few = settings(self.options, quality=self.name, steps=_WARM_UP_STEPS)
            stylize(content, [_other(style)], few)
        kept: list[Checkpoint] = []

        def keep(event: Any) -> None:
            if event.picture is not None:
                loss = event.losses.total
                kept.append(Checkpoint(event.seconds, event.step, loss, event.picture))

        full = settings(self.options, quality=self.name, preview_every=_PREVIEW_EVERY)
        result = stylize(content, [style], full, on_event=keep)
        loss = result.losses[-1].total if result.losses else float("nan")
        last = Checkpoint(result.seconds, len(result.losses), loss, result.picture)
        for point in (*_thinned(kept), last):
            yield replace(point, picture=images.resize(point.picture, *content.shape[:2]))


@dataclass(frozen=True, slots=True)
class Rival:
    """A baseline, whole or shortened.

    Attributes:
        baseline: which.
        options: of the run.
        target: seconds, or the name of the engine whose seconds it shall take.
        took: seconds of that engine, once they are known; see `aimed`.
    """

    baseline: Baseline[Any]
    options: Options
    target: str = ""
    took: float | None = None
    ours: bool = False

    @property
    def name(self) -> str:
        """The baseline's, with the target behind an @."""
        return f"{self.baseline.name}@{self.target}" if self.target else self.baseline.name

    def about(self) -> dict[str, Any]:
        """Where its settings were published, and whose seconds it takes."""
        return {"source": self.baseline.source, "took": self.took}

    def paint(self, content: Picture, style: Picture) -> Iterator[Checkpoint]:
        """See `Engine.paint`."""
        budget = self.options.budget
        if self.target or not self.options.cold:
            whole = full_seconds(self.baseline, content, _other(style))
            if self.target:
                budget = replace(budget, scale=self._seconds() / whole)
        yield from paint(self.baseline, content, style, budget)

    def _seconds(self) -> float:
        return float(self.target) if self.took is None else self.took


def aimed(painter: Engine, took: Mapping[str, float]) -> Engine:
    """The painter, told how long the one took whose seconds it shall take.

    Args:
        painter: any.
        took: seconds on the same pair by name.
    """
    if isinstance(painter, Rival) and painter.target in took:
        return replace(painter, took=took[painter.target])
    return painter


def engines(names: Sequence[str], options: Options, weights: Path) -> tuple[Engine, ...]:
    """Engines by name.

    Raises:
        BadInput: an engine that nobody knows.
    """
    for index, name in enumerate(names):
        _check(name, names[:index])
    return tuple(_engine(name, options, weights) for name in names)


def _check(name: str, before: Sequence[str]) -> None:
    base, _, target = name.partition("@")
    known = (*Quality, *BASELINES)
    if base not in known or (name != base and base not in BASELINES):
        msg = f"there is no engine {name!r}; there are: {', '.join(known)}, and baseline@seconds"
    elif name != base and target not in before and not re.fullmatch(r"\d+(\.\d+)?", target):
        msg = f"{name}: {target!r} is neither seconds nor an engine named before it"
    else:
        return
    raise BadInput(msg)


def _engine(name: str, options: Options, weights: Path) -> Engine:
    base, _, target = name.partition("@")
    if base in BASELINES:
        return Rival(BASELINES[base](load(weights), options.precision), options, target)
    return Ours(Quality(name), options)


def _other(style: Picture) -> Picture:
    """A style of the same shape, so that warming up leaves no targets in a cache."""
    return style[::-1, ::-1].copy()


def _thinned(points: Sequence[Checkpoint]) -> list[Checkpoint]:
    """At most `_KEPT`, spread evenly."""
    if len(points) <= _KEPT:
        return list(points)
    return [points[round(k * (len(points) - 1) / (_KEPT - 1))] for k in range(_KEPT)]
