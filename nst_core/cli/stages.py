"""The stages of a painting, collected on the way for a grid and for a film."""

from __future__ import annotations

import math
from typing import Final

from nst_core import images
from nst_core.images import Picture
from nst_core.pyramid import planned, steps_of
from nst_core.result import Progress
from nst_core.settings import Quality, Settings
from nst_core.timelapse import TimeLapse

__all__ = ["Stages", "steps"]

_GRID_STAGES: Final = 3
_FILM_STAGES: Final = 75


def steps(settings: Settings, photo: Picture) -> int:
    """Steps that these settings take for a photo; none for a sketch."""
    if settings.quality is Quality.SKETCH:
        return 0
    width, height = images.fit((photo.shape[1], photo.shape[0]), settings.size)
    return steps_of(planned(settings, height, width))


class Stages:
    """Takes previews and keeps the few that the grid shows; the film has them all.

    Args:
        total: steps of the work.
        grid: whether there is to be a grid.
        film: the film, if there is to be one.
    """

    def __init__(self, total: int, *, grid: bool, film: TimeLapse | None) -> None:
        self._total = total
        self._grid = grid
        self._film = film
        self.tiles: list[tuple[str, Picture]] = []

    @property
    def every(self) -> int:
        """Steps between previews; 0 where nobody wants any."""
        if self._film:
            return max(1, round(self._total / _FILM_STAGES))
        return math.ceil(self._total / (_GRID_STAGES + 1)) if self._grid else 0

    def take(self, event: Progress) -> None:
        """See to a step; the result itself is no stage."""
        if event.picture is None or event.step == event.total:
            return
        if self._film:
            self._film.add(event.picture)
        if self._grid and self._is_due(event):
            self.tiles.append((f"step {event.step}", event.picture))

    def _is_due(self, event: Progress) -> bool:
        number = len(self.tiles) + 1
        return number <= _GRID_STAGES and event.step * (_GRID_STAGES + 1) >= number * event.total
