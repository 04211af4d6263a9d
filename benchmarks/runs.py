"""Results on disk, one file a painter and pair, so that a benchmark goes on where it stopped."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.card import Card
from nst_core import images
from nst_core.images import Picture

__all__ = ["Point", "Run", "Store", "write_json"]


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a curve: the marks after some seconds.

    Attributes:
        seconds: spent painting.
        steps: done.
        loss: the engine's own; None where it has none or was not finite.
        card: the marks.
    """

    seconds: float
    steps: int
    loss: float | None
    card: Card


@dataclass(frozen=True, slots=True)
class Run:
    """One painter on one pair.

    Attributes:
        engine: its name.
        ours: whether it is ours.
        pair: ``photo:style``.
        key: everything that a result depends on; another key is another result.
        points: of its curve; the last is the result.
        memory: MiB of main memory at the peak of the run, the whole process's.
        gpu_memory: likewise of the GPU's; None without one.
        load: average load of the machine when it ended.
        about: further facts.
    """

    engine: str
    ours: bool
    pair: str
    key: Mapping[str, Any]
    points: tuple[Point, ...]
    memory: float
    gpu_memory: float | None
    load: list[float]
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def last(self) -> Point:
        """The result."""
        return self.points[-1]

    def to_dict(self) -> dict[str, Any]:
        """The run as JSON-ready data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Run:
        """The run that `to_dict` described."""
        points = (Point(**{**p, "card": Card.from_dict(p["card"])}) for p in data["points"])
        return cls(**{**data, "points": tuple(points)})


class Store:
    """A folder of runs and their pictures.

    Args:
        folder: made when the first run is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, pair: str, engine: str, key: Mapping[str, Any]) -> Run | None:
        """The run of that key, or None where it must be made (anew)."""
        try:
            run = Run.from_dict(json.loads(self._file(pair, engine, "json").read_text()))
        except (OSError, ValueError, KeyError, TypeError):
            return None  # none yet, or one that an interruption or an older version left
        return run if dict(run.key) == _plain(key) and self._has(pair, engine) else None

    def keep(self, run: Run, picture: Picture) -> None:
        """Write a run and its result."""
        self._file(run.pair, run.engine, "json").parent.mkdir(parents=True, exist_ok=True)
        self._file(run.pair, run.engine, "png").write_bytes(images.encode_png(picture))
        write_json(self._file(run.pair, run.engine, "json"), run.to_dict())

    def picture(self, pair: str, engine: str) -> Picture:
        """The result of a run that was kept."""
        return images.decode(self._file(pair, engine, "png").read_bytes())

    def _has(self, pair: str, engine: str) -> bool:
        return self._file(pair, engine, "png").is_file()

    def _file(self, pair: str, engine: str, ending: str) -> Path:
        return self._folder / _safe(pair) / f"{_safe(engine)}.{ending}"


def write_json(path: Path, data: Any) -> None:
    """Write JSON whole or not at all; numbers that are not finite become null."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(_finite(data), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    part.replace(path)


def _finite(data: Any) -> Any:
    if isinstance(data, float):
        return data if abs(data) < float("inf") else None
    if isinstance(data, Mapping):
        return {str(key): _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return data


def _plain(key: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(_finite(key)))


def _safe(name: str) -> str:
    return re.sub(r"[^\w.@-]+", "-", name)
